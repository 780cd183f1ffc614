import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { ModifyClusterIamRolesCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import type { DoubleOptions } from '../support/aws/options.ts'
import { redshiftTrust } from '../support/aws/scene.ts'
import { describeRealData, realData } from '../support/real-data.ts'
import { newRun } from '../support/run.ts'
import { some } from '../support/soak.ts'
import { twoDays } from '../support/two-days.ts'
import { documentedPolicy, openCloud, ordersTo, type Sources, writesOf } from './cloud.ts'
import { sayHere } from './here.ts'
import { openHomes } from './homes.ts'
import { rowsOf, sayJson, start, until } from './program.ts'

const homes = openHomes()

/** A home in which the terminal finds the double, and the double. */
async function openTerminal(options: DoubleOptions = {}, sources: Sources = twoDays) {
  const cloud = await openCloud(options, sources)
  const { SPARKIFY_HOME } = await homes.twoDays()
  const env = { ...cloud.env, SPARKIFY_HOME }
  return {
    ...cloud,
    env,
    /** Says a line that must succeed; what stands on stdout. */
    async done(line: string): Promise<string> {
      const { status, stdout, stderr } = await sayHere(line, env)
      expect([line, status, stderr]).toEqual([line, 0, expect.any(String)])
      return stdout
    },
    say: (line: string) => sayHere(line, env),
    counts: async () => rowsOf((await sayJson('qa counts', env, sayHere)).answer),
  }
}

describe('the life of a cluster in the terminal', { timeout: 120_000 }, () => {
  it('is planned, created, loaded, asked, cancelled, paused, resumed, extended, torn down, restored and torn down for good', async () => {
    // Each line comes with credentials, and so session names, of its own, as after a restart.
    const principalPolicy = await documentedPolicy('role')
    const role = { principalArn: 'arn:aws:iam::123456789012:role/sparkify-bot', sessionSeconds: 3600 }
    const { double, env, done, say: saying, counts } = await openTerminal({ ...role, principalPolicy })
    expect(await done('doctor all=yes')).toMatch(/Sources +s3:\/\/sparkify-data\/log_data and/)
    const planned = await saying('spin-up')
    expect(planned.status).toBe(2)
    expect(planned.stderr).toContain('$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34')
    expect(planned.stderr).toContain('can read only s3://sparkify-data/log_data and s3://sparkify-data/song_data')
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })

    expect(await done('spin-up --yes')).toContain('Cluster sparkify is available.')
    const loaded = await done('etl')
    expect(loaded).toContain('191 events and 9 songs read from 11 files')
    expect(await counts()).toMatchObject(twoDays.counts)
    const answer = await done('top songs 3')
    expect(await done('qa checks')).toContain('checks green')

    await double.fault({ kind: 'statement-hangs', matching: 'copy staging.staging_songs' })
    const interrupted = start(['cli', 'etl'], env)
    await until('the copy hangs', async () =>
      (await writesOf(double)).filter((sql) => sql.includes('copy staging.staging_songs')).length === 2
        ? true
        : undefined,
    )
    interrupted.child.kill('SIGINT')
    expect((await interrupted.ended).stderr).toContain('Live tables are untouched.')
    await double.clearFaults()

    const scene = new IAMClient(double.scene)
    const [RoleName, PolicyDocument] = ['sparkify-s3-read', redshiftTrust.replace('redshift', 'ec2')]
    await scene.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }))
    const roles = [`arn:aws:iam::123456789012:role/${RoleName}`]
    await new RedshiftClient(double.scene).send(
      new ModifyClusterIamRolesCommand({ ClusterIdentifier: 'sparkify', RemoveIamRoles: roles }),
    )
    expect((await saying('doctor')).stdout).toContain('does not trust redshift.amazonaws.com')
    expect(await done('spin-up --yes')).toContain('Cluster sparkify is available.')
    expect(await done('doctor all=yes')).toMatch(/AWS cluster and role +cluster sparkify, sparkify-s3-read/)

    await done('pause')
    const asleep = await saying('top songs 4')
    expect([asleep.status, asleep.stderr]).toEqual([1, expect.stringContaining('Cluster sparkify has been paused')])
    await done('resume --yes')
    expect(await done('top songs 3')).toBe(answer)
    expect(await done('extend 4h --yes')).toContain('extended by 4 h')
    expect(await done('status')).toMatch(/State +available, since/)

    const url = pathToFileURL(join(env.SPARKIFY_HOME, 'state.db')).href
    const ledger = await openLedger({ url, now: () => new Date() })
    const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString()
    await ledger.runs.open(newRun({ who: { kind: 'local', id: 'zoe', name: 'zoe' }, started: yesterday }))
    await ledger.close()
    const unnamed = await saying('tear-down --yes')
    expect([unnamed.status, unnamed.stderr]).toEqual([2, expect.stringContaining('tear-down --confirm sparkify')])
    expect(unnamed.stderr).toContain('Last load: 160 plays until 11 Nov 2018, 23:42 UTC.')
    // One name: who asked yesterday is not of today.
    expect(unnamed.stderr).toMatch(/Used today by (?!zoe)\S+\./)
    expect(await done('tear-down --confirm sparkify')).toContain('Still billed: its final snapshot, until')
    expect(await double.left()).toMatchObject({ clusters: [], roles: [], snapshots: [{ retentionDays: 7 }] })
    expect(await done('status')).toContain('Snapshot')

    expect((await saying('spin-up')).stderr).toContain('Restores the snapshot')
    await done('spin-up --yes')
    expect(await counts()).toMatchObject(twoDays.counts)
    await done('tear-down snapshot=no --confirm sparkify')
    expect(await double.left()).toMatchObject({ clusters: [], roles: [], snapshots: [{ retentionDays: 7 }] })
    expect((await saying('top songs')).stderr).toContain('There is no cluster sparkify')
    expect(await ordersTo(double)).toMatchObject({ 'redshift:CreateCluster': 1, 'redshift:DeleteCluster': 2 })

    // Least privilege: the life was lived under the documented policy, and used each action that it grants.
    const used = new Set((await double.used()).map(({ action }) => action))
    const granted = principalPolicy.Statement.flatMap(({ Action }) => Action)
    expect([...used].sort()).toEqual(granted.sort())
  })

  const servers = [
    ['reports no secret', { secretArn: false }],
    ['keeps no load history', { loadHistory: false }],
    ['does not say whether a cluster can be asked', { availabilityStatus: false }],
  ] as const
  it.each(some<(typeof servers)[number]>(servers, 1))('is the same on a server that %s', async (_what, options) => {
    const { double, done, counts } = await openTerminal(options)
    await done('spin-up --yes')
    const loaded = await done('etl')
    expect(loaded).toContain('191 events and 9 songs read')
    expect(loaded).not.toContain('0 files')
    expect(await counts()).toMatchObject(twoDays.counts)
    await done('pause')
    await done('resume --yes')
    await done('tear-down snapshot=no --confirm sparkify')
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  })

  describeRealData('on the public data', () => {
    it('gives its published totals', async () => {
      const { done, counts } = await openTerminal({}, realData)
      await done('spin-up --yes')
      expect(await done('etl')).toContain('8,056 events and 71 songs read from 101 files')
      expect(await counts()).toMatchObject(realData.counts)
      await done('tear-down snapshot=no --confirm sparkify')
    })
  })
})
