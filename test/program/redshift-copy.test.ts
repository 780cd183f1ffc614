import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bytes } from '../../src/core/format.ts'
import { readLibrary } from '../../src/library.ts'
import { copyManifestSchema } from '../../src/redshift/engine/unload.ts'
import { sqlFolder } from '../support/catalog.ts'
import { twoDays } from '../support/two-days.ts'
import { documentedPolicy, openCloud } from './cloud.ts'
import { sayHere } from './here.ts'
import { openHomes } from './homes.ts'
import { rowsOf, sayJson } from './program.ts'

const homes = openHomes()
const prefix = 's3://sparkify-copies/star'

/** The documented policy with the statements for a copy, as the documentation prints them. */
async function copyingPolicy() {
  const policy = await documentedPolicy()
  const docs = readFileSync(new URL('../../docs/aws.md', import.meta.url), 'utf8')
  const [, printed = ''] = /```json\n(\{\s+"Sid": "ListTheCopy"[\s\S]*?)```/.exec(docs) ?? []
  const named = printed.replaceAll('BUCKET', 'sparkify-copies').replaceAll('PREFIX', 'star')
  return { ...policy, Statement: [...policy.Statement, ...JSON.parse(`[${named}]`)] }
}

/** A cluster that is loaded, and copied to a bucket of its own, which is the folder `bucket`. */
async function openCopied(policy: Readonly<Record<string, string>> = {}) {
  const bucket = mkdtempSync(join(tmpdir(), 'sparkify-copies-'))
  onTestFinished(() => rmSync(bucket, { recursive: true, force: true }))
  const cloud = await openCloud({
    principalPolicy: await copyingPolicy(),
    buckets: {
      'sparkify-data': { folder: twoDays.folder, region: 'us-west-2' },
      'sparkify-copies': { folder: bucket, region: 'us-west-2' },
    },
  })
  const { SPARKIFY_HOME } = await homes.twoDays()
  const env = { ...cloud.env, SPARKIFY_HOME, SPARKIFY_COPY_TO: prefix, ...policy }
  const saying = (line: string) => sayHere(line, env)
  const json = async (line: string) => (await sayJson(line, env, sayHere)).answer
  const done = async (line: string): Promise<string> => {
    const { status, stdout, stderr } = await saying(line)
    expect([line, status, stderr]).toEqual([line, 0, expect.any(String)])
    return stdout
  }
  const objects = () => readdirSync(bucket, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'))
  return { ...cloud, env, bucket, home: SPARKIFY_HOME, saying, json, done, objects }
}

describe('the copy of the live load', { timeout: 300_000 }, () => {
  it('answers while the cluster is paused, and when it is gone, until it is purged', async () => {
    const { double, done, saying, json, objects, bucket, home } = await openCopied()
    await done('spin-up --yes')
    expect(await done('doctor all=yes')).toMatch(/Copy of the load +nothing in s3:\/\/sparkify-copies\/star yet/)
    expect(await done('etl')).not.toContain('Not copied')
    const manifest = copyManifestSchema.parse(JSON.parse(readFileSync(join(bucket, 'star/manifest.json'), 'utf8')))
    const rows = Object.fromEntries(manifest.tables.map((table) => [table.name, table.rows]))
    expect(rows).toMatchObject(twoDays.counts)
    const sizes = readdirSync(bucket, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(bucket, name)))
      .map((found) => (found.isFile() ? found.size : 0))
    expect(await done('doctor all=yes')).toMatch(
      new RegExp(`Copy of the load +${bytes(sizes.reduce((sum, size) => sum + size))} in ${prefix}`),
    )
    const live = await json('top-songs 20')

    await done('pause')
    const paused = await json('top-songs 20')
    expect(rowsOf(paused)).toEqual(rowsOf(live))
    expect(paused.replies[0]).toMatchObject({
      kind: 'text',
      text: expect.stringMatching(
        /^As of .* UTC: cluster sparkify has been paused for .*, so this is the copy of load \d+\.$/,
      ),
    })
    expect(paused.next[0]).toEqual({ label: 'Resume', line: 'resume' })
    // What was never asked is answered as well, and what is no query is not.
    expect(JSON.stringify((await json('sessions last=7d')).replies[0])).toContain('this is the copy of load')
    expect((await saying('qa counts')).stderr).toContain('Cluster sparkify has been paused')
    // A machine that has lost its copy fetches it.
    rmSync(join(home, 'copies'), { recursive: true })
    expect(rowsOf(await json('top-songs 20'))).toEqual(rowsOf(live))

    const torn = await done('tear-down snapshot=no --confirm sparkify')
    expect(torn).toMatch(
      /Still there: the copy in s3:\/\/sparkify-copies\/star \([\d.]+ kB of S3 storage\) and on this machine \(.*\); tear-down purge=yes deletes it\./,
    )
    const gone = await json('top-songs 20')
    expect(rowsOf(gone)).toEqual(rowsOf(live))
    expect(JSON.stringify(gone.replies[0])).toContain('there is no cluster sparkify')
    expect(gone.next[0]).toEqual({ label: 'Spin up', line: 'spin-up' })

    expect((await saying('tear-down purge=yes --yes')).stderr).toContain(
      'Deletes the copy in s3://sparkify-copies/star',
    )
    await done('tear-down purge=yes --confirm sparkify')
    expect(objects()).toEqual([])
    expect(readdirSync(join(home, 'copies'))).toEqual([])
    // The answers of these days are left; without one that fits, there is nothing.
    expect((await saying('top-songs 7')).stderr).toContain('There is no cluster sparkify')
    const used = (await double.used()).map(({ action }) => action)
    expect(used).toEqual(expect.arrayContaining(['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject']))
  })

  it('that the role may not write leaves the load published, and says why; without a copy, answers of the last days are repeated', async () => {
    const { done, saying, json, objects, bucket, env } = await openCopied()
    const without = { ...env, SPARKIFY_COPY_TO: '' }
    const bare = (line: string) => sayHere(line, without)
    expect((await bare('spin-up --yes')).status).toBe(0)
    const loaded = await json('etl')
    expect(loaded.ok).toBe(true)
    expect(JSON.stringify(loaded.replies)).toContain(
      `Not copied to ${prefix}: The role of the cluster may not write to ${prefix}/. Run spin-up, which writes its policy.`,
    )
    expect(objects()).toEqual([])
    const live = await json('top-songs 3 last=7d')
    await done('pause')
    const kept = await json('top songs last=7d n=3')
    expect(rowsOf(kept)).toEqual(rowsOf(live))
    expect(JSON.stringify(kept.replies[0])).toMatch(/As of .* so this is the stored answer of run \d+\./)
    expect(kept.next.map(({ line }) => line)).toEqual([
      'resume',
      expect.stringMatching(/^csv \d+$/),
      expect.stringMatching(/^result \d+ source$/),
    ])
    const other = await saying('top-songs 4 last=7d')
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('has been paused')])
    await done('resume --yes')
    await done('spin-up --yes')
    expect(await done('etl')).not.toContain('Not copied')
    const copied = () => JSON.parse(readFileSync(join(bucket, 'star/manifest.json'), 'utf8')).load
    const newest = copied()
    const first = loaded.run?.id
    // What is rolled back to is copied as well.
    expect(await done('rollback --yes')).toContain(`Load ${first} is live again`)
    expect([copied(), newest > Number(first)]).toEqual([first, true])
    expect(objects()).toContain('star/manifest.json')
  })

  it('has the answers of the cluster to every query; parity names each cell that is different', async () => {
    const { done, saying, json, home } = await openCopied()
    await done('spin-up --yes')
    expect((await saying('parity')).stderr).toContain('Load with etl, which copies the load')
    await done('etl')
    const equal = await json('parity')
    const queries = (await readLibrary(sqlFolder)).queries.map(({ name }) => name)
    expect([equal.exit, equal.headline]).toEqual([
      0,
      `All ${queries.length} queries have the same answer on redshift and the copy of load 3.`,
    ])
    expect(rowsOf(equal)).toEqual(Object.fromEntries(queries.map((query) => [query, [expect.any(Number), 0, 'equal']])))

    const copy = await DuckDBInstance.create(join(home, 'copies', '3.duckdb'))
    const connection = await copy.connect()
    await connection.run("update users set first_name = 'Nobody'")
    await connection.run('drop table page_views')
    connection.closeSync()
    copy.closeSync()
    const other = await json('parity')
    expect([other.exit, other.headline]).toEqual([1, expect.stringMatching(/^\d of \d+ queries differ on redshift/)])
    const differences = other.replies.flatMap((reply) =>
      reply.kind === 'table' && reply.title === 'Differences' ? reply.rows : [],
    )
    const name = ['top-users', 1, 'name', expect.not.stringMatching(/^Nobody /), expect.stringMatching(/^Nobody /)]
    expect(differences).toContainEqual(name)
    expect(differences).toContainEqual([
      'upgrade-funnel',
      null,
      null,
      'answered',
      expect.stringContaining('page_views'),
    ])
    expect(rowsOf(other)).toMatchObject({ 'upgrade-funnel': [null, null, 'failed'] })

    await done('pause')
    expect((await saying('parity')).stderr).toContain('Resume it to query and load.')
  })
})
