import { DeleteRoleCommand, DeleteRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  DeleteClusterCommand,
  DeleteClusterSnapshotCommand,
  PauseClusterCommand,
  RedshiftClient,
  RestoreFromClusterSnapshotCommand,
  ResumeClusterCommand,
} from '@aws-sdk/client-redshift'
import { expect, it } from 'vitest'
import { createReadingRole, createReadyCluster, readingPolicy, sqlOf, waitForCluster } from '../support/aws/scene.ts'
import { startDouble } from '../support/aws/start.ts'

it('a whole life keeps its tables through pause, final snapshot and restore, and leaves nothing', async () => {
  const double = await startDouble({ speed: 1_000_000 })
  const redshift = new RedshiftClient(double.client)
  const ClusterIdentifier = 'sparkify'
  const gone = () =>
    expect(waitForCluster(double.client, ClusterIdentifier, 'gone')).rejects.toMatchObject({
      name: 'ClusterNotFoundFault',
    })

  const role = await createReadingRole(double.client, 'reader', readingPolicy('udacity-dend', ['log_data']))
  const tags = [{ Key: 'sparkify', Value: 'bot' }]
  const first = sqlOf(double.client, await createReadyCluster(double.client, { IamRoles: [role], Tags: tags }))
  await first.batch([
    'create schema live',
    'create table live.songs (title varchar)',
    "insert into live.songs values ('Undo')",
  ])

  await redshift.send(new PauseClusterCommand({ ClusterIdentifier }))
  await waitForCluster(double.client, ClusterIdentifier, 'paused')
  await expect(first.run('select 1')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('paused'),
  })
  await redshift.send(new ResumeClusterCommand({ ClusterIdentifier }))
  await waitForCluster(double.client, ClusterIdentifier, 'available')
  expect(await first.rows('select title from live.songs')).toEqual([['Undo']])

  const last = { FinalClusterSnapshotIdentifier: 'sparkify-final', FinalClusterSnapshotRetentionPeriod: 7 }
  await redshift.send(new DeleteClusterCommand({ ClusterIdentifier, ...last }))
  await gone()
  expect(await double.left()).toEqual({
    clusters: [],
    snapshots: [{ identifier: 'sparkify-final', region: 'us-west-2', retentionDays: 7 }],
    roles: ['reader'],
  })

  const { Cluster } = await redshift.send(
    new RestoreFromClusterSnapshotCommand({
      ClusterIdentifier,
      SnapshotIdentifier: 'sparkify-final',
      IamRoles: [role],
      ManageMasterPassword: true,
    }),
  )
  expect(Cluster).toMatchObject({ ClusterStatus: 'creating', RestoreStatus: { Status: 'restoring' } })
  const restored = await waitForCluster(double.client, ClusterIdentifier, 'available')
  expect(restored).toMatchObject({ RestoreStatus: { Status: 'completed' }, Tags: tags, DBName: 'sparkify' })
  expect(await sqlOf(double.client, restored).rows('select title from live.songs')).toEqual([['Undo']])

  await redshift.send(new DeleteClusterCommand({ ClusterIdentifier, SkipFinalClusterSnapshot: true }))
  await gone()
  await redshift.send(new DeleteClusterSnapshotCommand({ SnapshotIdentifier: 'sparkify-final' }))
  const iam = new IAMClient(double.client)
  await iam.send(new DeleteRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read' }))
  await iam.send(new DeleteRoleCommand({ RoleName: 'reader' }))
  expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  await double.stop()
})

it('takes its time by a clock that can be made fast', async () => {
  const double = await startDouble({ speed: 600, describes: 0 })
  const began = performance.now()
  await createReadyCluster(double.client)
  // Five minutes of AWS in half a second.
  expect(performance.now() - began).toBeGreaterThanOrEqual(500)
  await double.stop()
})

it('begins empty, whatever the double before it left in the database that both had', async () => {
  const before = await startDouble({ speed: 1_000_000 })
  const left = await sqlOf(before.client, await createReadyCluster(before.client)).batch([
    'create schema live',
    'create table live.songs (title varchar)',
    'create table songs (title varchar)',
    'create view live.titles as select title from live.songs',
  ])
  expect(left.Status).toBe('FINISHED')
  await before.stop()
  const double = await startDouble({ speed: 1_000_000 })
  const sql = sqlOf(double.client, await createReadyCluster(double.client))
  const schemas = "select nspname from pg_namespace where nspname !~ '^pg_' order by nspname"
  expect(await sql.rows(schemas)).toEqual([['information_schema'], ['public']])
  expect((await sql.run('create table songs (title varchar)')).Status).toBe('FINISHED')
  await double.stop()
})
