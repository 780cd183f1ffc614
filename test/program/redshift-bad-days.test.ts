import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteClusterCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { FaultInput } from '../support/aws/control/fault.ts'
import type { DoubleOptions } from '../support/aws/options.ts'
import { type Cloud, openCloud } from './cloud.ts'
import { sayHere } from './here.ts'
import { type Bots, openBots } from './mortal.ts'
import { say } from './program.ts'

async function open(options: DoubleOptions = {}, more: Readonly<Record<string, string>> = {}): Promise<Bots & Cloud> {
  const { double, env } = await openCloud(options)
  const cloud = { double, env: { ...env, ...more } }
  const home = await mkdtemp(join(tmpdir(), 'sparkify-bad-days-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return { ...cloud, ...(await openBots(cloud, home)) }
}

/** What a person reads of a failure: what happened, and what to do. */
function read(answer: Answer): string {
  const failure = answer.replies.find((reply) => reply.kind === 'failure')
  if (failure === undefined) throw new Error(`it did not fail: ${answer.headline}`)
  return `${failure.message}\n${failure.remedy}`
}

const costs = 'Cluster sparkify is available and costs $0.54 an hour (list price, March 2026) while it runs.'
const denied = (action: string): FaultInput => ({ kind: 'deny', action })
const refused = (action: string, code: string): FaultInput => ({
  kind: 'error',
  action,
  code,
  message: 'No.',
  times: 9,
})
const failing = (matching: string, error: string): FaultInput => ({
  kind: 'statement-fails',
  matching,
  error,
  times: 9,
})

describe('a spin-up on a bad day', { timeout: 60_000 }, () => {
  it.each<[string, FaultInput, readonly string[]]>([
    ['without one permission', denied('redshift:CreateCluster'), ['redshift:CreateCluster', '"Effect":"Allow"']],
    ['without the right to pass the role on', denied('iam:PassRole'), ['"Action":"iam:PassRole"', 'PassedToService']],
    ['with a used-up quota', refused('redshift:CreateCluster', 'ClusterQuotaExceeded'), ['quota', 'Service Quotas']],
    [
      'without capacity',
      refused('redshift:CreateCluster', 'InsufficientClusterCapacity'),
      ['no capacity', 'node-type='],
    ],
    [
      'without a session',
      { kind: 'expired-token', action: 'redshift:CreateCluster', times: 9 },
      ['expired', 'Sign in again'],
    ],
  ])(
    '%s says what happened, what costs money and what to do, and carries on when it is said again',
    async (_day, fault, words) => {
      const { double, say } = await open()
      await double.fault(fault)
      const said = read((await say('spin-up')).answer)
      for (const word of words) expect(said).toContain(word)
      expect(said).toContain('There is no cluster sparkify, so no node is billed.')
      await double.clearFaults()
      const again = await say('spin-up')
      expect([again.answer.ok, again.run.steps[0]?.detail]).toEqual([true, 'sparkify-s3-read exists already'])
    },
  )
})

describe('a load on a bad day', { timeout: 120_000 }, () => {
  const days: readonly (readonly [string, FaultInput, readonly string[]])[] = [
    [
      'a bucket that is gone',
      failing('copy ', 'S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket'),
      ['The bucket of the source data does not exist', 'SPARKIFY_LOG_DATA'],
    ],
    [
      'a bucket elsewhere',
      failing(
        'copy ',
        'S3ServiceException:The bucket you are attempting to access must be addressed using the specified endpoint.,Status 301,Error PermanentRedirect',
      ),
      ['is in another region', 'SPARKIFY_DATA_REGION'],
    ],
    [
      'a bucket that is closed',
      failing('copy ', 'S3ServiceException:Access Denied,Status 403,Error AccessDenied'),
      ['is not allowed to read the bucket', 's3:GetObject'],
    ],
    [
      'a secret that was changed',
      { kind: 'secret-rotated', times: 99 },
      ['has refused the password', 'Secrets Manager'],
    ],
    [
      'a denied statement',
      denied('redshift-data:BatchExecuteStatement'),
      ['redshift-data:BatchExecuteStatement', '"Effect":"Allow"'],
    ],
  ]

  it('says what happened, leaves the live tables, names the price, and carries on after each', async () => {
    const { double, say } = await open()
    await say('spin-up')
    let failed = 0
    for (const [day, fault, words] of days) {
      await double.fault(fault)
      const { answer, run } = await say(failed === 0 ? 'etl' : `run-again ${failed}`)
      const said = read(answer)
      for (const word of [...words, 'Live tables are untouched.', costs]) expect(said, day).toContain(word)
      await double.clearFaults()
      failed = run.id
    }
    const again = await say(`run-again ${failed}`)
    expect([again.answer.ok, again.answer.headline]).toEqual([true, expect.stringContaining('160 plays are live')])
  })

  it('without its JSONPaths file names it', async () => {
    const { say } = await open({}, { SPARKIFY_LOG_JSONPATHS: 's3://sparkify-data/paths.json' })
    await say('spin-up')
    const said = read((await say('etl')).answer)
    expect(said).toContain('SPARKIFY_LOG_JSONPATHS')
    expect(said).toContain(costs)
  })

  it('finds its cluster deleted behind its back, says so in status, and is well after a new spin-up', async () => {
    const { double, say } = await open()
    await say('spin-up')
    await say('etl')
    await new RedshiftClient(double.scene).send(
      new DeleteClusterCommand({ ClusterIdentifier: 'sparkify', SkipFinalClusterSnapshot: true }),
    )
    await expect.poll(async () => (await double.left()).clusters).toEqual([])
    expect(read((await say('top-songs')).answer)).toContain('There is no cluster sparkify')
    expect(JSON.stringify((await say('status')).answer.replies)).toContain('it was deleted outside of the bot')
    expect((await say('spin-up')).answer.ok).toBe(true)
    expect(read((await say('top-songs')).answer)).toContain('Load again with etl.')
    expect((await say('etl')).answer.ok).toBe(true)
    expect((await say('top-songs')).answer.ok).toBe(true)
  })
})

describe('a tear-down on a bad day', { timeout: 60_000 }, () => {
  it('that may not delete says what goes on costing money, and carries on when it is said again', async () => {
    const { double, say } = await open()
    await say('spin-up')
    await double.fault(denied('redshift:DeleteCluster'))
    const said = read((await say('tear-down snapshot=no')).answer)
    for (const word of ['redshift:DeleteCluster', '"Effect":"Allow"', costs]) expect(said).toContain(word)
    await double.clearFaults()
    await double.fault(denied('iam:DeleteRole'))
    const half = read((await say('tear-down snapshot=no')).answer)
    for (const word of ['iam:DeleteRole', 'There is no cluster sparkify, so no node is billed.'])
      expect(half).toContain(word)
    await double.clearFaults()
    expect((await say('tear-down snapshot=no')).answer.ok).toBe(true)
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  })
})

describe('without credentials or a region', { timeout: 60_000 }, () => {
  it('the terminal says which of the two is missing, and how to set it', async () => {
    const { env } = await openCloud()
    const home = await mkdtemp(join(tmpdir(), 'sparkify-bad-days-'))
    onTestFinished(() => rm(home, { recursive: true, force: true }))
    const bare = {
      SPARKIFY_HOME: home,
      HOME: home,
      AWS_EC2_METADATA_DISABLED: 'true',
      SPARKIFY_ENGINE: 'redshift',
      SPARKIFY_LOG_DATA: 's3://b/log',
      SPARKIFY_SONG_DATA: 's3://b/song',
    }
    const nowhere = await say('status', bare)
    expect([nowhere.status, nowhere.stderr]).toEqual([
      2,
      expect.stringMatching(/No AWS region is set\.\s+Set AWS_REGION/),
    ])
    const nobody = await say('status', { ...bare, AWS_REGION: 'us-west-2' })
    expect([nobody.status, nobody.stderr]).toEqual([
      1,
      expect.stringMatching(/No AWS credentials were found\.\s+Set AWS_PROFILE/),
    ])
    const elsewhere = await sayHere('status', { ...env, SPARKIFY_HOME: home, AWS_REGION: 'eu-west-1' })
    expect([elsewhere.status, elsewhere.stdout]).toEqual([0, expect.stringMatching(/State +none/)])
  })
})
