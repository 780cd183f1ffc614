import type { Cluster } from '@aws-sdk/client-redshift'
import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  GetStatementResultCommand,
  ListStatementsCommand,
  paginateGetStatementResult,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReadyCluster, type Sql, sqlOf } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

let double: Double
let data: RedshiftDataClient
let cluster: Cluster
let sql: Sql
let target: Pick<ExecuteStatementCommandInput, 'ClusterIdentifier' | 'Database' | 'SecretArn'>

beforeAll(async () => {
  double = await startDouble({
    speed: 1_000_000,
    resultPageRows: 2,
    quotas: { activeStatements: 3, waitersPerStatement: 1 },
  })
  data = new RedshiftDataClient(double.client)
  cluster = await createReadyCluster(double.client)
  sql = sqlOf(double.client, cluster)
  target = { ClusterIdentifier: 'sparkify', Database: 'sparkify', SecretArn: cluster.MasterPasswordSecretArn }
  await sql.run('create table numbers (n integer, name varchar)')
  await sql.run("insert into numbers values (1, 'one'), (2, 'two'), (3, 'three')")
})
afterAll(() => double.stop())

function execute(Sql: string, input: Partial<ExecuteStatementCommandInput> = {}) {
  return data.send(new ExecuteStatementCommand({ ...target, Sql, ...input }))
}

describe('ExecuteStatement', () => {
  it('answers at once, and Describe waits until the end', async () => {
    const { Id, CreatedAt } = await execute('select n from numbers order by n')
    expect(CreatedAt).toBeInstanceOf(Date)
    const done = await data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }))
    expect(done).toMatchObject({
      Status: 'FINISHED',
      HasResultSet: true,
      ResultRows: 3,
      QueryString: 'select n from numbers order by n',
      ClusterIdentifier: 'sparkify',
      Database: 'sparkify',
    })
    expect(done.Duration).toBeGreaterThan(1000)
    expect(done.RedshiftQueryId).toBeGreaterThan(0)
    expect(done.RedshiftPid).toBeGreaterThan(0)
    expect(done.Error).toBeUndefined()
  })

  it('with a wait tells the end itself, and the number of rows that a statement touched', async () => {
    const submitted = await execute("update numbers set name = 'ONE' where n = 1", { WaitTimeSeconds: 30 })
    expect(submitted).toMatchObject({ Status: 'FINISHED', HasResultSet: false })
    expect(await data.send(new DescribeStatementCommand({ Id: submitted.Id }))).toMatchObject({ ResultRows: 1 })
  })

  it('gives results typed and in pages', async () => {
    const { Id } = await execute(
      `select cast(n as bigint) + 9007199254740992 as wide, cast(n as double precision) / 2 as half, n > 1 as more,
         cast(n as decimal(5, 2)) as price, name, timestamp '2018-11-01 21:01:46.796' as at, date '2018-11-01' as day,
         cast(null as integer) as nothing
       from numbers order by n`,
      { WaitTimeSeconds: 30 },
    )
    const pages = []
    for await (const page of paginateGetStatementResult({ client: data }, { Id })) pages.push(page)
    expect(pages.map((page) => page.Records?.length)).toEqual([2, 1])
    expect(pages[0]?.TotalNumRows).toBe(3)
    expect(pages[0]?.Records?.[1]).toEqual([
      { longValue: 9007199254740994 },
      { doubleValue: 1 },
      { booleanValue: true },
      { stringValue: '2.00' },
      { stringValue: 'two' },
      { stringValue: '2018-11-01 21:01:46.796' },
      { stringValue: '2018-11-01' },
      { isNull: true },
    ])
    expect(pages[0]?.ColumnMetadata?.map((column) => column.typeName)).toEqual([
      'int8',
      'float8',
      'bool',
      'numeric',
      'varchar',
      'timestamp',
      'date',
      'int4',
    ])
  })

  it('binds parameters by where they stand, and leaves strings and casts alone', async () => {
    const found = await sql.rows(
      "select name, ':n' as text from numbers where n >= :n and (:level = 'any' or name = :level) and n::bigint < 3 order by n",
      { n: '2', level: 'any' },
    )
    expect(found).toEqual([['two', ':n']])
    expect(await sql.rows('select name from numbers where n > 2 and true = :yes', { yes: 'true' })).toEqual([['three']])
    const cast = `select cast(:day as date), cast(:at as timestamp), cast(:n as integer), cast(:x as double precision),
      timestamp '2018-11-05 10:00:00' < :at`
    const values = { day: '2018-11-05', at: '2018-11-05 10:20:30.796', n: '7', x: '1.5' }
    expect(await sql.rows(cast, values)).toEqual([['2018-11-05', '2018-11-05 10:20:30.796', 7, 1.5, true]])
  })

  it('gives a statement that fails its error, with the position where the text is as it was sent', async () => {
    expect(await sql.run('select * from absent')).toMatchObject({
      Status: 'FAILED',
      Error: 'ERROR: relation "absent" does not exist\n  Position: 15',
      HasResultSet: false,
    })
    expect((await sql.run('select 1; select 2')).Error).toContain('cannot insert multiple commands')
    expect((await sql.run('select :n')).Error).toContain('syntax error at or near ":"')
  })

  const refused: readonly (readonly [string, Partial<ExecuteStatementCommandInput>, RegExp])[] = [
    [
      'an unused parameter',
      { Parameters: [{ name: 'id', value: '1' }] },
      /^Parameters list contains unused parameters. Unused parameters: \[id\]$/,
    ],
    [
      'an empty value',
      { Sql: 'select :id', Parameters: [{ name: 'id', value: '' }] },
      /'parameters.1.member.value'.*length greater than or equal to 1/,
    ],
    ['a parameter name with a hyphen', { Parameters: [{ name: 'a-b', value: '1' }] }, /'parameters.1.member.name'/],
    ['a statement over 100 KB', { Sql: `select '${'x'.repeat(102_400)}'` }, /100 KB/],
    ['an unknown cluster', { ClusterIdentifier: 'other' }, /^Redshift endpoint doesn't exist in this region.$/],
    [
      'no cluster',
      { ClusterIdentifier: undefined },
      /^Either ClusterIdentifier, WorkgroupName or SessionId must be provided.$/,
    ],
    ['a secret and a user', { DbUser: 'sparkify_admin' }, /SecretArn and DbUser/],
    [
      'an unknown secret',
      { SecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:other' },
      /^Secrets Manager can't find the specified secret.$/,
    ],
    ['a wait over 30 seconds', { WaitTimeSeconds: 31 }, /'waitTimeSeconds'/],
    ['a client token over 64 characters', { ClientToken: 'x'.repeat(65) }, /'clientToken'/],
  ]
  it.each(refused)('refuses %s', async (_what, input, message) => {
    await expect(execute('select 1', input)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    })
  })

  it('fails a statement whose database or user is not there before anything runs', async () => {
    expect((await sql.run('select 1', { Database: 'dev' })).Error).toBe('FATAL: database "dev" does not exist')
    const stranger = { SecretArn: undefined, DbUser: 'nobody' }
    expect((await sql.run('select 1', stranger)).Error).toBe('FATAL: password authentication failed for user "nobody"')
  })

  it('runs as the master user by name, and as an IAM identity that owns nothing', async () => {
    const named = await sql.run('select n from numbers', { SecretArn: undefined, DbUser: 'sparkify_admin' })
    expect(named).toMatchObject({ Status: 'FINISHED', DbUser: 'sparkify_admin' })
    const identity = await sql.run('select n from numbers', { SecretArn: undefined })
    expect(identity).toMatchObject({ Status: 'FAILED', DbUser: 'IAM:sparkify-bot', Error: /permission denied/ })
  })

  it('submits once for one client token, for eight hours', async () => {
    const ClientToken = 'run-1-step-2'
    const insert = () => execute("insert into numbers values (100, 'token')", { ClientToken, WaitTimeSeconds: 30 })
    const first = await insert()
    expect((await insert()).Id).toBe(first.Id)
    expect(await sql.rows('select count(*) from numbers where n = 100')).toEqual([[1]])
    await expect(execute('select 1', { ClientToken })).rejects.toMatchObject({ name: 'ValidationException' })
    await double.advance(8 * 3_600_000)
    expect((await insert()).Id).not.toBe(first.Id)
    await sql.run('delete from numbers where n = 100')
  })

  it('refuses more statements at once than the quota, and more waiters on one', async () => {
    await double.fault({ kind: 'statement-hangs', matching: 'hanging', times: 3 })
    const hanging = []
    for (const n of [1, 2, 3]) hanging.push(await execute(`select ${n} as hanging`))
    await expect(execute('select 4')).rejects.toMatchObject({
      name: 'ActiveStatementsExceededException',
      message: 'Active statements exceeded the allowed quota (3).',
      $metadata: { attempts: 1 },
    })
    const Id = hanging[0]?.Id
    const patient = data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }))
    const waiting = async () => {
      for (;;) await data.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }))
    }
    await expect(waiting()).rejects.toMatchObject({ name: 'ActiveWaitingRequestsExceededException' })
    expect((await data.send(new DescribeStatementCommand({ Id }))).Status).toBe('STARTED')
    for (const each of hanging) expect((await data.send(new CancelStatementCommand({ Id: each.Id }))).Status).toBe(true)
    expect((await patient).Status).toBe('ABORTED')
    await expect(data.send(new CancelStatementCommand({ Id }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not cancel a query that is already in ABORTED state with ID: ${Id}`,
    })
  })

  it('keeps results for 24 hours, and has none for what returns none', async () => {
    const { Id } = await execute('select 1', { WaitTimeSeconds: 30 })
    const insert = await execute('delete from numbers where n > 3', { WaitTimeSeconds: 30 })
    await expect(data.send(new GetStatementResultCommand({ Id: insert.Id }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Query does not have result. Please check query status with DescribeStatement.',
    })
    await double.advance(24 * 3_600_000)
    await expect(data.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Could not retrieve the query result as it has expired after 24 hours.',
    })
    const nobodys = '00000000-0000-0000-0000-000000000000'
    await expect(data.send(new DescribeStatementCommand({ Id: nobodys }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      ResourceId: nobodys,
    })
  })

  it('lists statements by name, latest first', async () => {
    await execute('select 1', { StatementName: 'load-1', WaitTimeSeconds: 30 })
    await execute('select 2', { StatementName: 'load-2', WaitTimeSeconds: 30 })
    const first = await data.send(new ListStatementsCommand({ StatementName: 'load-', MaxResults: 1 }))
    expect(first.Statements).toMatchObject([
      { QueryString: 'select 2', StatementName: 'load-2', IsBatchStatement: false },
    ])
    const { NextToken } = first
    const second = await data.send(new ListStatementsCommand({ StatementName: 'load-', MaxResults: 1, NextToken }))
    expect(second.Statements).toMatchObject([{ QueryString: 'select 1' }])
    expect(second.NextToken).toBeUndefined()
  })
})

describe('BatchExecuteStatement', () => {
  it('in a transaction does all or nothing, and says which statement failed', async () => {
    const done = await sql.batch(['insert into numbers values (7, null)', 'insert into absent values (1)', 'select 1'])
    expect(done).toMatchObject({ Status: 'FAILED', ExecutionMode: 'TRANSACTION', ResultRows: -1, RedshiftQueryId: 0 })
    expect(done.Error).toMatch(/^Query #2 failed with ERROR: relation "absent" does not exist/)
    expect(done.SubStatements?.map((sub) => [sub.Id, sub.Status])).toEqual([
      [`${done.Id}:1`, 'FINISHED'],
      [`${done.Id}:2`, 'FAILED'],
      [`${done.Id}:3`, 'ABORTED'],
    ])
    expect(await sql.rows('select count(*) from numbers where n = 7')).toEqual([[0]])
  })

  it('gives the result of each statement under its own id', async () => {
    const done = await sql.batch(['select 1 as a', 'select :n + 1 as b'], { Parameters: [{ name: 'n', value: '5' }] })
    expect(done).toMatchObject({ Status: 'FINISHED', HasResultSet: true })
    const result = await data.send(new GetStatementResultCommand({ Id: `${done.Id}:2` }))
    expect(result.Records).toEqual([[{ longValue: 6 }]])
    await expect(data.send(new GetStatementResultCommand({ Id: done.Id }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('commits each statement by itself where asked to, and goes on after a failure', async () => {
    const done = await sql.batch(
      ['insert into numbers values (8, null)', 'select * from absent', 'select n from numbers where n = 8'],
      {
        ExecutionMode: 'AUTO_COMMIT',
      },
    )
    expect(done.SubStatements?.map((sub) => sub.Status)).toEqual(['FINISHED', 'FAILED', 'FINISHED'])
    expect(await sql.rows('select count(*) from numbers where n = 8')).toEqual([[1]])
    await sql.run('delete from numbers where n = 8')
  })

  it('enforces a read-only transaction', async () => {
    const guarded = (statement: string) =>
      sql.batch(['begin read only', statement, 'rollback'], { ExecutionMode: 'AUTO_COMMIT' })
    expect(await guarded('select count(*) from numbers')).toMatchObject({ Status: 'FINISHED' })
    const done = await guarded('delete from numbers')
    expect(done.SubStatements?.[1]?.Error).toBe('ERROR: transaction is read-only')
    expect(await sql.rows('select count(*) from numbers')).toEqual([[3]])
  })

  it('may open and close transactions of its own where each statement commits', async () => {
    const opened = [
      'begin',
      'insert into numbers values (9, null)',
      'rollback',
      'insert into numbers values (10, null)',
    ]
    expect((await sql.batch(opened, { ExecutionMode: 'AUTO_COMMIT' })).Status).toBe('FINISHED')
    await sql.batch(['begin', 'insert into numbers values (11, null)'], { ExecutionMode: 'AUTO_COMMIT' })
    expect(await sql.rows('select n from numbers where n > 8')).toEqual([[10]])
    await sql.run('delete from numbers where n > 8')
  })

  it('loses its transaction to a TRUNCATE in the middle', async () => {
    await sql.run('create table gone (n integer)')
    await sql.run('insert into gone values (1)')
    const done = await sql.batch([
      'delete from numbers where n = 3',
      'truncate gone',
      'insert into gone values (2)',
      'select * from absent',
    ])
    expect(done.Status).toBe('FAILED')
    expect(await sql.rows('select count(*) from numbers')).toEqual([[2]])
    expect(await sql.rows('select count(*) from gone')).toEqual([[0]])
    await sql.run("insert into numbers values (3, 'three')")
  })

  it('refuses 41 statements, and none', async () => {
    for (const count of [0, 41]) {
      const batch = new BatchExecuteStatementCommand({
        ...target,
        Sqls: Array.from({ length: count }, () => 'select 1'),
      })
      await expect(data.send(batch)).rejects.toMatchObject({ name: 'ValidationException' })
    }
    expect(await sql.batch(Array.from({ length: 40 }, () => 'select 1'))).toMatchObject({ Status: 'FINISHED' })
  })

  it('says of a refused connection only in the batch what it was', async () => {
    const done = await sql.batch(['select 1', 'select 2'], { Database: 'dev' })
    expect(done).toMatchObject({ Status: 'FAILED', Error: 'FATAL: database "dev" does not exist' })
    for (const sub of done.SubStatements ?? []) {
      expect(sub).toMatchObject({ Status: 'ABORTED', Error: 'Connection or an prior query failed.' })
    }
  })

  it('begins each call with a fresh session', async () => {
    await sql.run('create schema candidate')
    await sql.batch(['set search_path to candidate', 'create table here (n integer)'])
    expect((await sql.run('select * from here')).Status).toBe('FAILED')
    expect(await sql.rows('select count(*) from candidate.here')).toEqual([[0]])
  })
})
