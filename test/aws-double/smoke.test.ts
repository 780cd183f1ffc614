import { expect, it } from 'vitest'
import { IAMClient, CreateRoleCommand, GetRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { RedshiftClient, CreateClusterCommand, DescribeClustersCommand } from '@aws-sdk/client-redshift'
import { RedshiftDataClient, ExecuteStatementCommand, DescribeStatementCommand, GetStatementResultCommand } from '@aws-sdk/client-redshift-data'
import { startDouble } from '../support/aws/start.ts'

it('smoke', async () => {
  let t = performance.now()
  const lap = (s: string) => { process.stderr.write(`${s} ${(performance.now() - t).toFixed(0)}\n`); t = performance.now() }
  const double = await startDouble({ buckets: { 'udacity-dend': { folder: '/work/shared/data/sparkify', region: 'us-west-2' } } })
  lap('start')
  const iam = new IAMClient(double.client), rs = new RedshiftClient(double.client), data = new RedshiftDataClient(double.client)
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { Service: 'redshift.amazonaws.com' }, Action: 'sts:AssumeRole' } })
  const r = await iam.send(new CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: trust, Tags: [{ Key: 'a', Value: 'b' }] }))
  await iam.send(new PutRolePolicyCommand({ RoleName: 'x', PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }) }))
  expect((await iam.send(new GetRoleCommand({ RoleName: 'x' }))).Role?.Tags).toEqual([{ Key: 'a', Value: 'b' }])
  lap('iam')
  await rs.send(new CreateClusterCommand({ ClusterIdentifier: 'sparkify', NodeType: 'ra3.large', ClusterType: 'single-node', MasterUsername: 'admin1', ManageMasterPassword: true, IamRoles: [r.Role?.Arn ?? ''] }))
  for (let i = 0; i < 50; i += 1) {
    const c = (await rs.send(new DescribeClustersCommand({ ClusterIdentifier: 'sparkify' }))).Clusters?.[0]
    process.stderr.write(`${c?.ClusterStatus} ${c?.IamRoles?.[0]?.ApplyStatus} ${c?.MasterPasswordSecretArn} ${c?.Endpoint?.Address}\n`)
    if (c?.ClusterStatus === 'available' && c.IamRoles?.[0]?.ApplyStatus === 'in-sync') break
    await new Promise((r) => setTimeout(r, 100))
  }
  lap('cluster')
  const run = async (Sql: string) => {
    const s = await data.send(new ExecuteStatementCommand({ Sql, ClusterIdentifier: 'sparkify', Database: 'dev', DbUser: 'admin1', WaitTimeSeconds: 30 }))
    const d = await data.send(new DescribeStatementCommand({ Id: s.Id }))
    lap(`${Sql.slice(0, 60)} ${JSON.stringify(d)}`)
    if (d.HasResultSet) process.stderr.write(JSON.stringify((await data.send(new GetStatementResultCommand({ Id: s.Id }))).Records?.slice(0, 3)) + '\n')
  }
  await run('create table staging_events (artist varchar, auth varchar, firstname varchar, gender varchar, iteminsession int, lastname varchar, length double precision, level varchar, location varchar, method varchar, page varchar, registration double precision, sessionid int, song varchar, status int, ts bigint, useragent varchar(512), userid varchar)')
  await run(`copy staging_events from 's3://udacity-dend/log_data' iam_role '${r.Role?.Arn}' format json 'auto ignorecase' region 'us-west-2' compupdate off statupdate off`)
  await run('select count(*), avg(iteminsession), min(ts), max(registration), count(artist) from staging_events')
  await run('select * from sys_load_history')
  await run('select * from sys_load_error_detail')
  await double.stop()
})
