import { DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createReadyCluster, type Sql, sqlOf } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

let double: Double
let redshift: RedshiftClient
let sql: Sql
let submit: (sql: string) => Promise<unknown>

beforeAll(async () => {
  double = await startDouble({ speed: 1_000_000 })
  redshift = new RedshiftClient(double.client)
  const cluster = await createReadyCluster(double.client)
  sql = sqlOf(double.client, cluster)
  await sql.run('create table numbers (n integer)')
  const data = new RedshiftDataClient(double.client)
  const target = { ClusterIdentifier: 'sparkify', Database: 'sparkify', SecretArn: cluster.MasterPasswordSecretArn }
  submit = (statement) => data.send(new ExecuteStatementCommand({ ...target, Sql: statement, WaitTimeSeconds: 30 }))
  await double.clearCalls()
})
afterAll(() => double.stop())
afterEach(async () => {
  await double.clearFaults()
  await double.clearCalls()
})

const describeAll = () => redshift.send(new DescribeClustersCommand({}))
const codes = async () => (await double.calls()).map((call) => call.code ?? call.status)

describe('a fault', () => {
  it('of throttling, of the server and of the connection is retried by the SDK', async () => {
    const action = 'redshift:DescribeClusters'
    await double.fault({ kind: 'throttle', action })
    await double.fault({ kind: 'internal', action })
    expect((await describeAll()).$metadata.attempts).toBe(3)
    expect(await codes()).toEqual(['Throttling', 'InternalFailure', 200])
    await double.clearCalls()
    await double.fault({ kind: 'drop', action, when: 'before' })
    await describeAll()
    expect(await codes()).toEqual([0, 200])
  })

  it('that lasts longer than the SDK’s patience is named', async () => {
    await double.fault({ kind: 'throttle', action: 'redshift-data:*', times: 3 })
    await expect(submit('select 1')).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' })
    await double.fault({ kind: 'internal', action: 'redshift-data:*', times: 3 })
    await expect(submit('select 1')).rejects.toMatchObject({ name: 'InternalServerException' })
  })

  it('can be an expired token, in each protocol’s words', async () => {
    await double.fault({ kind: 'expired-token', times: 2 })
    await expect(describeAll()).rejects.toMatchObject({ name: 'ExpiredToken', $metadata: { httpStatusCode: 403 } })
    await expect(submit('select 1')).rejects.toMatchObject({
      name: 'ExpiredTokenException',
      message: 'The security token included in the request is expired',
    })
  })

  it('can be one permission that is missing, until the faults are cleared', async () => {
    await double.fault({ kind: 'deny', action: 'redshift:DescribeClusters' })
    const denied = {
      name: 'AccessDenied',
      message:
        'User: arn:aws:iam::123456789012:user/sparkify-bot is not authorized to perform: redshift:DescribeClusters ' +
        'on resource: arn:aws:redshift:us-west-2:123456789012:cluster:* because no identity-based policy allows the ' +
        'redshift:DescribeClusters action',
      $metadata: { httpStatusCode: 403 },
    }
    await expect(describeAll()).rejects.toMatchObject(denied)
    await expect(describeAll()).rejects.toMatchObject(denied)
    await double.clearFaults()
    await describeAll()
  })

  it('can be any refusal that AWS knows', async () => {
    const message = 'Cannot create the cluster because there is not enough capacity.'
    const action = 'redshift:DescribeClusters'
    await double.fault({ kind: 'error', action, code: 'InsufficientClusterCapacity', message })
    await expect(describeAll()).rejects.toMatchObject({ name: 'InsufficientClusterCapacityFault', message })
  })
})

describe('a statement', () => {
  it('can fail on demand, and takes its transaction with it', async () => {
    const error = '1023\n  Detail: Serializable isolation violation on table - 107'
    await double.fault({ kind: 'statement-fails', matching: 'values \\(2\\)', error })
    const sqls = ['insert into numbers values (1)', 'insert into numbers values (2)']
    expect((await sql.batch(sqls)).Error).toBe(`Query #2 failed with ERROR: ${error}`)
    expect((await sql.batch(sqls)).Status).toBe('FINISHED')
    expect(await sql.rows('select count(*) from numbers')).toEqual([[2]])
  })

  it('whose answer is lost is not run twice, as the SDK repeats its client token', async () => {
    await double.fault({ kind: 'statement-answer-lost', matching: 'values \\(3\\)' })
    await submit('insert into numbers values (3)')
    expect(await sql.rows('select count(*) from numbers where n = 3')).toEqual([[1]])
    const submitted = (await double.calls()).filter((call) => call.action === 'redshift-data:ExecuteStatement')
    expect(submitted.map((call) => call.status)).toEqual([0, 200, 200])
    expect((await double.statements()).filter((each) => each.sqls[0]?.includes('values (3)'))).toHaveLength(1)
  })

  it('hangs until the faults are cleared, and then runs', async () => {
    await double.fault({ kind: 'statement-hangs', matching: 'values \\(4\\)' })
    const hanging = submit('insert into numbers values (4)')
    const started = async () => (await double.statements()).at(-1)?.status === 'STARTED'
    while (!(await started()));
    expect(await sql.rows('select count(*) from numbers where n = 4')).toEqual([[0]])
    await double.clearFaults()
    expect(await hanging).toMatchObject({ Status: 'FINISHED' })
  })

  it('is refused while a rotated secret is not everywhere yet', async () => {
    await double.fault({ kind: 'secret-rotated' })
    expect((await sql.run('select 1')).Error).toBe('FATAL: password authentication failed for user "sparkify_admin"')
    expect((await sql.run('select 1')).Status).toBe('FINISHED')
  })
})

it('refuses requests that are not signed', async () => {
  const unsigned = await fetch(double.url, { method: 'POST', body: 'Action=DescribeClusters&Version=2012-12-01' })
  expect(unsigned.status).toBe(403)
  expect(await unsigned.text()).toContain('<Code>MissingAuthenticationToken</Code>')
})
