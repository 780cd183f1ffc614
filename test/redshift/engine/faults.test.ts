import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Engine } from '../../../src/core/ports/engine.ts'
import { statementFailure } from '../../../src/redshift/engine/statement-failure.ts'
import { resubmitPause } from '../../../src/redshift/retries.ts'
import type { FaultInput } from '../../support/aws/control/fault.ts'
import { twoDays } from '../../support/two-days.ts'
import { createFastClock } from './fast-clock.ts'
import { build, cell, createStage, newStep, type Stage, wholeSchema } from './support.ts'

let stage: Stage
let engine: Engine
beforeAll(async () => {
  stage = await createStage()
  engine = stage.open({ clock: createFastClock(100) })
  await build(engine, 1)
  await engine.publish(1, newStep())
  await build(engine, 2)
})
afterEach(() => stage.double.clearFaults())
afterAll(() => stage.close())

const submit = 'redshift-data:BatchExecuteStatement'
const describeStatement = 'redshift-data:DescribeStatement'

/** Texts of the statements that were submitted since, in which something stands. */
async function submittedSince(before: number, what: string): Promise<readonly string[]> {
  const statements = (await stage.double.statements()).slice(before)
  return statements.flatMap(({ sqls }) => sqls.filter((sql) => sql.includes(what)))
}

const countOfStatements = async (): Promise<number> => (await stage.double.statements()).length

describe('calls that go wrong in passing', () => {
  const faults: readonly (readonly [string, FaultInput])[] = [
    ['throttled when it submits', { kind: 'throttle', action: submit, times: 5 }],
    ['throttled when it waits', { kind: 'throttle', action: describeStatement, times: 5 }],
    ['throttled when it reads', { kind: 'throttle', action: 'redshift-data:GetStatementResult', times: 5 }],
    ['answered with a fault of AWS', { kind: 'internal', action: 'redshift-data:*', times: 3 }],
    ['cut off before anything was done', { kind: 'drop', action: submit, when: 'before', times: 3 }],
    ['cut off while it waits', { kind: 'drop', action: describeStatement, when: 'answer', times: 3 }],
    [
      'told of too many statements',
      { kind: 'error', action: submit, code: 'ActiveStatementsExceededException', message: 'too many', times: 4 },
    ],
    [
      'told of too many waiters',
      { kind: 'error', action: describeStatement, code: 'ActiveWaitingRequestsExceededException', message: 'too many' },
    ],
    [
      'told that the cluster has blinked out',
      {
        kind: 'error',
        action: submit,
        code: 'ValidationException',
        message: "Redshift endpoint doesn't exist in this region.",
      },
    ],
  ]

  it.each(faults)('does its work once although it is %s', async (_how, fault) => {
    const before = await countOfStatements()
    await stage.double.fault(fault)
    const written = await engine.execute(2, [{ sql: "update users set level = 'paid'" }], newStep())
    expect(written).toEqual([twoDays.counts.users])
    expect(await submittedSince(before, 'update users')).toHaveLength(1)
    expect(await cell(engine, 1, 'live', 'select count(*) from users')).toBe(twoDays.counts.users)
  })

  it('does not submit again what was submitted while the answer was lost', async () => {
    const before = await countOfStatements()
    await stage.double.fault({ kind: 'statement-answer-lost', matching: 'lost_once', times: 3 })
    const insert = "insert into songs (song_id) values ('lost_once')"
    expect(await engine.execute(2, [{ sql: insert }], newStep())).toEqual([1])
    expect(await submittedSince(before, 'lost_once')).toHaveLength(1)
    expect(await cell(engine, 2, 'candidate', "select count(*) from songs where song_id = 'lost_once'")).toBe(1)
  })

  it('gives up after a bounded number of tries, and says so with the request that AWS knows', async () => {
    await stage.double.fault({ kind: 'throttle', action: submit, times: 1000 })
    await expect(cell(engine, 1, 'live', 'select 1')).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringMatching(/is throttling.* AWS request [0-9a-f-]+\.$/),
    })
    expect((await stage.double.calls()).length).toBeLessThan(1000)
  })

  it('names the line of policy that is missing, also where the Data API hides the denial', async () => {
    await stage.double.fault({ kind: 'deny', action: 'redshift-data:GetStatementResult' })
    await expect(cell(engine, 1, 'live', 'select 1')).rejects.toMatchObject({
      code: 'aws_denied',
      remedy: expect.stringContaining('redshift-data:GetStatementResult'),
    })
    await stage.double.clearFaults()
    await stage.double.fault({ kind: 'deny', action: describeStatement })
    await expect(engine.execute(2, [{ sql: 'delete from songs' }], newStep())).rejects.toMatchObject({
      code: 'aws_denied',
      message: expect.stringMatching(
        /^The bot submitted statement [0-9a-f-]+ but is not allowed to follow it\. It may still be running on the cluster\. AWS does not allow \S+ to call redshift-data:DescribeStatement/,
      ),
      remedy: expect.stringContaining('every session of its role'),
      fixCommand: 'doctor',
    })
    await stage.double.clearFaults()
    await stage.double.fault({ kind: 'deny', action: 'redshift:GetClusterCredentials' })
    await expect(cell(stage.open({ secretArn: async () => undefined }), 1, 'live', 'select 1')).rejects.toMatchObject({
      code: 'aws_denied',
      remedy: expect.stringContaining('redshift:GetClusterCredentials'),
    })
  })

  it('names a secret that is gone, and how to have a new one', async () => {
    const message = "Secrets Manager can't find the specified secret."
    await stage.double.fault({ kind: 'error', action: submit, code: 'ValidationException', message, times: 9 })
    await expect(cell(engine, 1, 'live', 'select 1')).rejects.toMatchObject({
      code: 'aws_denied',
      message: expect.stringContaining(message),
      remedy: expect.stringContaining('--manage-master-password'),
    })
  })

  it('says that the cluster is not there to be asked', async () => {
    const message = 'Redshift cluster sparkify is not available. Its status is paused.'
    await stage.double.fault({ kind: 'error', action: submit, code: 'ValidationException', message })
    await expect(cell(engine, 1, 'live', 'select 1')).rejects.toMatchObject({
      code: 'cluster_state',
      fixCommand: 'status',
    })
  })
})

describe('statements that go wrong in passing', () => {
  const passing = [
    '1023 DETAIL: Serializable isolation violation on table - 105, transactions forming the cycle are: 1, 2',
    'could not complete because of conflict with concurrent transaction',
    'S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,Rid 1,ExtRid 2,CanRetry 1',
    'S3CurlException: Connection timed out after 50001 milliseconds, CurlError 28, multiCurlError 0, CanRetry 1, UserError 0',
    'User arn:aws:redshift:us-west-2:1:dbuser:sparkify/sparkify_admin is not authorized to assume IAM Role arn:aws:iam::1:role/r',
  ]

  it.each(passing)('submits the whole batch again: %s', async (error) => {
    const before = await countOfStatements()
    const step = newStep()
    await stage.double.fault({ kind: 'statement-fails', matching: 'twice_tried', error, times: 2 })
    const statements = [{ sql: 'delete from songs' }, { sql: "insert into songs (song_id) values ('twice_tried')" }]
    expect(await engine.execute(2, statements, step)).toEqual([expect.any(Number), 1])
    expect(await submittedSince(before, 'twice_tried')).toHaveLength(3)
    expect([...step.handles.keys()]).toEqual(['execute', 'execute.1', 'execute.2'])
    expect(await cell(engine, 2, 'candidate', 'select count(*) from songs')).toBe(1)
  })

  it.each([
    ["Query (1234) cancelled on user's request", 'cancelled', 'Someone cancelled the statement on the cluster'],
    [
      'Query (1234) cancelled by WLM abort action of Query Monitoring Rule "long_running"',
      'sql_failed',
      'A query monitoring rule of the cluster',
    ],
    ['database "dev2" does not exist', 'bad_config', 'The cluster has no such database'],
    [
      'canceling statement due to statement timeout',
      'sql_failed',
      "The cluster's statement timeout stopped the statement",
    ],
    ['terminating connection due to administrator command', 'cluster_state', 'The cluster closed the connection'],
    [
      'S3ServiceException:User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-west-2:1:key/k,Status 403,Error AccessDenied,CanRetry 1',
      'source_unreadable',
      'The objects are encrypted with a KMS key',
    ],
  ])('says what stopped it: %s', (error, code, words) => {
    const part = { id: 's:1', status: 'FAILED', error, rows: null, queryId: 7 }
    const failure = statementFailure({ id: 's', status: 'FAILED', error, parts: [part] })
    expect(failure).toMatchObject({
      code,
      message: expect.stringContaining(words),
      remedy: expect.stringMatching(/\w/),
    })
    expect(failure.message).toContain(error)
    expect(resubmitPause(error, 1)).toBeNull()
  })

  it('gives up after a few times', async () => {
    await stage.double.fault({ kind: 'statement-fails', matching: 'never_works', error: '1023', times: 100 })
    const insert = "insert into songs (song_id) values ('never_works')"
    await expect(engine.execute(2, [{ sql: insert }], newStep())).rejects.toMatchObject({ code: 'sql_failed' })
  })

  it('asks again too', async () => {
    await stage.double.fault({
      kind: 'statement-fails',
      matching: 'from users',
      error: '1023 Serializable isolation violation',
      times: 2,
    })
    expect(await cell(engine, 1, 'live', 'select count(*) from users')).toBe(twoDays.counts.users)
  })

  it('waits for a rotated secret, and asks the cluster for it again', async () => {
    let asked = 0
    const rotating = stage.open({
      clock: createFastClock(100),
      secretArn: async () => {
        asked += 1
        return stage.cluster.MasterPasswordSecretArn
      },
    })
    await stage.double.fault({ kind: 'secret-rotated', times: 2 })
    expect(await cell(rotating, 1, 'live', 'select count(*) from users')).toBe(twoDays.counts.users)
    await stage.double.fault({ kind: 'secret-rotated', times: 1 })
    await rotating.execute(2, [{ sql: 'delete from artists' }], newStep())
    expect(asked).toBe(4)
  })

  it('finds the secret of a cluster that was made anew', async () => {
    const arns = ['arn:aws:secretsmanager:us-west-2:123456789012:secret:gone', stage.cluster.MasterPasswordSecretArn]
    const renewed = stage.open({ secretArn: async () => arns.shift() })
    expect(await cell(renewed, 1, 'live', 'select count(*) from users')).toBe(twoDays.counts.users)
  })

  it('says so when the password stays wrong', async () => {
    await stage.double.fault({ kind: 'secret-rotated', times: 100 })
    await expect(cell(engine, 1, 'live', 'select 1')).rejects.toMatchObject({ code: 'aws_denied' })
  })
})

describe('servers that are not AWS', () => {
  it('work without a secret, as the admin user', async () => {
    const asUser = stage.open({ secretArn: async () => undefined })
    expect(await cell(asUser, 1, 'live', 'select count(*) from users')).toBe(twoDays.counts.users)
  })

  it('are asked at growing intervals where they do not hold their answers back', async () => {
    const slow = await createStage(twoDays, { statementMs: 300 })
    const data = new RedshiftDataClient(slow.double.client)
    data.middlewareStack.add(
      (next) => (args) => {
        const input = { ...args.input }
        if ('WaitTimeSeconds' in input) delete input.WaitTimeSeconds
        return next({ ...args, input })
      },
      { step: 'initialize' },
    )
    try {
      const pauses: number[] = []
      const fast = createFastClock(100)
      const sleep: typeof fast.sleep = (ms, signal) => {
        pauses.push(ms)
        return fast.sleep(ms, signal)
      }
      const hurried = slow.open({ data, clock: { ...fast, sleep } })
      await hurried.begin(1, wholeSchema, newStep())
      pauses.length = 0
      await hurried.execute(1, [{ sql: 'delete from users' }], newStep())
      expect(pauses.length).toBeGreaterThan(3)
      const growing = [250, 500, 1_000, 2_000, 4_000, 8_000]
      expect(pauses).toEqual(pauses.map((_, at) => growing[at] ?? 10_000))
      expect(await cell(hurried, 1, 'candidate', 'select count(*) from users')).toBe(0)
    } finally {
      data.destroy()
      await slow.close()
    }
  })
})
