import { CreateRoleCommand, GetRoleCommand, GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DeleteTagsCommand,
  DescribeClustersCommand,
  PauseClusterCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import { createRedshiftCluster } from '../../../src/redshift/cluster/index.ts'
import { createReadingRole, createReadyCluster, redshiftTrust } from '../../support/aws/scene.ts'
import type { Double } from '../../support/aws/start.ts'
import { plain, selectOne, setStage, succeeded } from './stage.ts'

const named = { ClusterIdentifier: 'sparkify' }
type Command = PauseClusterCommand | DeleteClusterCommand

/** What somebody else does to the cluster. */
async function sendAs(double: Double, command: Command): Promise<void> {
  const redshift = new RedshiftClient(double.scene)
  await (command instanceof PauseClusterCommand ? redshift.send(command) : redshift.send(command))
}

const managed = [{ Key: 'sparkify:managed', Value: 'sparkify' }]

describe('spin-up where nothing is there', () => {
  it('shows place, role, price, ceiling and time before anything is done', async () => {
    const { double, process } = await setStage()
    const { plan } = await process().cluster.spinUp(plain)
    expect(plan).toEqual({
      title: 'Spin up sparkify?',
      facts: [
        'Redshift ra3.large × 1, us-west-2, encrypted, not public.',
        'Role sparkify-s3-read may read s3://udacity-dend/log_data and s3://udacity-dend/song_data, nothing else.',
        '$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34',
        'Takes 5–10 minutes. At the end of the lease it is paused, never deleted.',
      ],
      act: 'Spin up for $0.54 an hour',
      danger: false,
    })
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  })

  it('creates role, policy and cluster once each, waits for both, and asks the database', async () => {
    const { double, process, ledger, clock } = await setStage()
    const { setting, run } = process()
    const cluster = createRedshiftCluster({ ...setting, answers: selectOne(setting) })
    const begun = clock.now().getTime()
    const steps = await run(cluster.spinUp({ ...plain, leaseHours: 2 }))
    expect(await double.statements()).toMatchObject([{ sqls: ['select 1'] }])
    expect(steps).toEqual([
      '✓ Create role: sparkify-s3-read',
      '✓ Allow reading the data: s3://udacity-dend/log_data and s3://udacity-dend/song_data',
      '✓ Create cluster: ra3.large × 1',
      expect.stringMatching(/^✓ Wait until available: sparkify\.[\w-]+\.us-west-2\.redshift\.amazonaws\.com:5439$/),
      '✓ Ask the database: it answers',
    ])
    const { Clusters = [] } = await new RedshiftClient(double.scene).send(new DescribeClustersCommand({}))
    expect(Clusters).toMatchObject([
      {
        ClusterStatus: 'available',
        NodeType: 'ra3.large',
        NumberOfNodes: 1,
        DBName: 'sparkify',
        MasterUsername: 'sparkify_admin',
        MasterPasswordSecretArn: expect.stringContaining(':secret:redshift!sparkify-'),
        IamRoles: [{ IamRoleArn: 'arn:aws:iam::123456789012:role/sparkify-s3-read', ApplyStatus: 'in-sync' }],
        Tags: managed,
      },
    ])
    expect(Math.round((Date.parse(ledger.lease?.until ?? '') - begun) / 60_000)).toBe(120)
    expect((await cluster.describe()).state).toBe('available')
  })

  it('takes a company’s network, boundary, tags and several nodes', async () => {
    const boundary = 'arn:aws:iam::123456789012:policy/boundary'
    const { double, process } = await setStage({
      subnetGroups: ['data-subnets'],
      defaultVpc: false,
      managedPolicies: { [boundary]: { Version: '2012-10-17', Statement: [] } },
    })
    const { cluster, run } = process({
      subnetGroup: 'data-subnets',
      securityGroups: ['sg-0123456789abcdef0'],
      permissionsBoundary: boundary,
      tags: { team: 'data' },
      hourlyUsd: 0.4,
      jsonPaths: 's3://udacity-dend/log_json_path.json',
    })
    const act = await cluster.spinUp({ ...plain, nodes: 2 })
    expect(act.plan?.facts).toEqual([
      'Redshift ra3.large × 2, us-west-2, encrypted, not public.',
      'Role sparkify-s3-read may read s3://udacity-dend/log_data, s3://udacity-dend/song_data and s3://udacity-dend/log_json_path.json, nothing else. Its permissions boundary is arn:aws:iam::123456789012:policy/boundary.',
      'Subnet group data-subnets.',
      'Security groups sg-0123456789abcdef0.',
      'Tags team=data.',
      '$0.80 an hour (negotiated price) · lease 8 h: at most $6.40',
      'Takes 5–10 minutes. At the end of the lease it is paused, never deleted.',
    ])
    await run(act)
    const { Role: role } = await new IAMClient(double.scene).send(new GetRoleCommand({ RoleName: 'sparkify-s3-read' }))
    expect(role).toMatchObject({
      PermissionsBoundary: { PermissionsBoundaryArn: boundary },
      Tags: [{ Key: 'team', Value: 'data' }, ...managed],
    })
    const { Clusters } = await new RedshiftClient(double.scene).send(new DescribeClustersCommand({}))
    expect(Clusters).toMatchObject([{ NumberOfNodes: 2, ClusterSubnetGroupName: 'data-subnets' }])
  })

  it('keeps trying while AWS does not know the new role, and gives up after two minutes', async () => {
    const late = await setStage({ newRoleRefusals: 3 })
    const first = late.process()
    await first.run(first.cluster.spinUp(plain))
    expect((await succeeded(late.double))['redshift:CreateCluster']).toBe(1)

    const never = await setStage({ newRoleRefusals: 1000 })
    const second = never.process()
    const begun = never.clock.now().getTime()
    await expect(second.run(second.cluster.spinUp(plain))).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringMatching(
        /IAM role .* is not valid.*There is no cluster sparkify; no node costs money\. AWS request /,
      ),
    })
    const waited = never.clock.now().getTime() - begun
    expect(waited).toBeGreaterThanOrEqual(120_000)
    expect(waited).toBeLessThan(180_000)
  })

  it('uses a role of the company and never touches it', async () => {
    const { double, process } = await setStage()
    const roleArn = await createReadingRole(double.scene, 'company-role', '{"Version":"2012-10-17","Statement":[]}')
    const { cluster, run } = process({ roleArn })
    const act = await cluster.spinUp(plain)
    expect(act.plan?.facts).toContain(`Role ${roleArn} is used as it is; it is never changed or deleted.`)
    const steps = await run(act)
    expect(steps.slice(0, 2)).toEqual([
      `○ Create role: ${roleArn} is used as it is`,
      `○ Allow reading the data: ${roleArn} is not ours to change`,
    ])
    await run(cluster.tearDown({ snapshot: false }))
    expect((await double.left()).roles).toEqual(['company-role'])
    const iamCalls = (await double.used()).filter(({ action }) => action.startsWith('iam:'))
    expect(new Set(iamCalls.map(({ action }) => action))).toEqual(
      new Set(['iam:CreateServiceLinkedRole', 'iam:PassRole']),
    )
  })
})

describe('spin-up where something is there', () => {
  it('carries on with what it made itself, without asking again', async () => {
    const { double, process } = await setStage()
    const first = process()
    await first.run(first.cluster.spinUp(plain))
    const second = process()
    const act = await second.cluster.spinUp(plain)
    expect(act.plan).toBeNull()
    const steps = await second.run(act)
    expect(steps.slice(0, 3)).toEqual([
      '○ Create role: sparkify-s3-read is there',
      '○ Allow reading the data: it may read s3://udacity-dend/log_data and s3://udacity-dend/song_data already',
      '○ Create cluster: sparkify is there',
    ])
    expect(await succeeded(double)).toMatchObject({ 'redshift:CreateCluster': 1, 'iam:CreateRole': 1 })
  })

  it('lets the role read new places when the sources have moved', async () => {
    const { double, process } = await setStage()
    const first = process()
    await first.run(first.cluster.spinUp(plain))
    const second = process({ songData: 's3://udacity-dend/song_data/A' })
    await second.run(second.cluster.spinUp(plain))
    const { PolicyDocument: policy = '' } = await new IAMClient(double.scene).send(
      new GetRolePolicyCommand({ RoleName: 'sparkify-s3-read', PolicyName: 'sparkify-read-sources' }),
    )
    expect(decodeURIComponent(policy)).toContain('udacity-dend/song_data/A*')
  })

  it('refuses a cluster of somebody else by name, with the line that hands it over', async () => {
    const { double, process } = await setStage({ speed: 1_000_000 })
    await createReadyCluster(double.scene)
    const { cluster } = process()
    const line =
      'aws redshift create-tags --region us-west-2 --resource-name arn:aws:redshift:us-west-2:123456789012:cluster:sparkify --tags Key=sparkify:managed,Value=sparkify'
    const refused = {
      code: 'cluster_state',
      message: "Cluster sparkify in us-west-2 is not this bot's: it lacks its tag. Nothing was touched.",
      remedy: `Set another REDSHIFT_CLUSTER_ID, or give it to the bot: ${line}`,
    }
    await expect(cluster.spinUp(plain)).rejects.toMatchObject(refused)
    await expect(cluster.tearDown({ snapshot: false })).rejects.toMatchObject(refused)
    await expect(cluster.pause()).rejects.toMatchObject(refused)
    await expect(cluster.resume()).rejects.toMatchObject(refused)
    await expect(cluster.extend(2)).rejects.toMatchObject(refused)
    await expect(cluster.describe()).rejects.toMatchObject(refused)
    expect((await double.left()).clusters).toMatchObject([{ state: 'available' }])
  })

  it('refuses a role of somebody else by name, with the line that hands it over', async () => {
    const { double, process } = await setStage()
    await new IAMClient(double.scene).send(
      new CreateRoleCommand({ RoleName: 'sparkify-s3-read', AssumeRolePolicyDocument: redshiftTrust }),
    )
    await expect(process().cluster.spinUp(plain)).rejects.toMatchObject({
      code: 'cluster_state',
      remedy: expect.stringContaining(
        'aws iam tag-role --role-name sparkify-s3-read --tags Key=sparkify:managed,Value=sparkify',
      ),
    })
  })

  it('adopts a tagged cluster under a lease, unless it lacks the role', async () => {
    const { double, process, ledger } = await setStage({ speed: 1_000_000 })
    await createReadyCluster(double.scene, { Tags: managed })
    const { cluster, run } = process()
    const act = await cluster.spinUp(plain)
    expect(act.plan).toMatchObject({
      title: 'Adopt sparkify?',
      facts: expect.arrayContaining(['The cluster exists and is adopted: Redshift ra3.large × 1, us-west-2.']),
    })
    await expect(run(act)).rejects.toMatchObject({
      code: 'cluster_state',
      message: expect.stringContaining('does not have the role arn:aws:iam::123456789012:role/sparkify-s3-read'),
      remedy: expect.stringContaining('aws redshift modify-cluster-iam-roles --region us-west-2'),
    })
    expect(ledger.lease?.until).not.toBeNull()
  })

  it('offers to resume a paused cluster, and does', async () => {
    const { double, process } = await setStage()
    const first = process()
    await first.run(first.cluster.spinUp(plain))
    await first.run(first.cluster.pause())
    const second = process()
    const act = await second.cluster.spinUp(plain)
    expect(act.plan).toMatchObject({ title: 'Resume sparkify?', act: 'Resume for $0.54 an hour' })
    const steps = await second.run(act)
    expect(steps).toContain('✓ Create cluster: resumed')
    expect((await double.left()).clusters).toMatchObject([{ state: 'available' }])
  })

  it('does not change the size of a cluster that is there', async () => {
    const { process } = await setStage({ speed: 1_000_000 })
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    await expect(cluster.spinUp({ ...plain, nodes: 2 })).rejects.toMatchObject({
      code: 'cluster_state',
      message: 'Cluster sparkify exists as ra3.large × 1; its size is not changed here. Nothing was done.',
    })
  })

  it('restores the snapshot that tear-down kept, and makes it its own even where AWS drops its tags', async () => {
    const { double, process } = await setStage()
    const first = process()
    await first.run(first.cluster.spinUp(plain))
    await first.run(first.cluster.tearDown({ snapshot: true }))
    const [snapshot] = (await double.left()).snapshots
    const second = process()
    const act = await second.cluster.spinUp(plain)
    expect(act.plan?.facts[1]).toMatch(
      new RegExp(
        `^Restored from the snapshot ${snapshot?.identifier} of .* UTC\\. To start empty, delete it first: aws redshift delete-cluster-snapshot --region us-west-2`,
      ),
    )
    await new RedshiftClient(double.scene).send(
      new DeleteTagsCommand({
        ResourceName: `arn:aws:redshift:us-west-2:123456789012:snapshot:sparkify/${snapshot?.identifier}`,
        TagKeys: ['sparkify:managed'],
      }),
    )
    const steps = await second.run(act)
    expect(steps).toContain(`✓ Create cluster: restored from ${snapshot?.identifier}`)
    const { Clusters } = await new RedshiftClient(double.scene).send(new DescribeClustersCommand({}))
    expect(Clusters).toMatchObject([{ ClusterStatus: 'available', Tags: managed }])
  })
})

describe('waiting for the cluster', () => {
  it.each<[string, Command, object]>([
    ['paused', new PauseClusterCommand(named), { code: 'cluster_state', cure: 'resume' }],
    ['deleted', new DeleteClusterCommand({ ...named, SkipFinalClusterSnapshot: true }), { code: 'cluster_state' }],
  ])('is over at once when somebody has it %s meanwhile', async (_what, command, refusal) => {
    const { double, process, ledger, clock } = await setStage({ speed: 1_000_000 })
    const { cluster, run, perform } = process()
    const act = await cluster.spinUp(plain)
    await run(act)
    await sendAs(double, command)
    for (const title of ['Wait until available', 'Ask the database']) ledger.finished.delete(title)
    const begun = clock.now().getTime()
    await expect(perform(act)).rejects.toMatchObject(refusal)
    expect(clock.now().getTime() - begun).toBeLessThan(5_000)
  })

  it('is over at once when the look itself is denied', async () => {
    const { double, process, ledger } = await setStage()
    const { cluster, run, perform } = process()
    const act = await cluster.spinUp(plain)
    await run(act)
    ledger.finished.delete('Wait until available')
    await double.fault({ kind: 'deny', action: 'redshift:DescribeClusters' })
    await expect(perform(act)).rejects.toMatchObject({
      code: 'aws_denied',
      message: expect.stringContaining('Whether cluster sparkify exists and costs money could not be asked.'),
      remedy: expect.stringContaining('"Action":"redshift:DescribeClusters"'),
    })
  })

  it('does not need ClusterAvailabilityStatus, which not every server reports', async () => {
    const { process } = await setStage({ availabilityStatus: false, secretArn: false })
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    expect((await cluster.describe()).state).toBe('available')
  })

  it('asks less often than a poll every ten seconds would', async () => {
    const { double, process, clock } = await setStage()
    const { cluster, run } = process()
    const begun = clock.now().getTime()
    await run(cluster.spinUp(plain))
    const seconds = (clock.now().getTime() - begun) / 1000
    expect((await succeeded(double))['redshift:DescribeClusters']).toBeLessThan(seconds / 10)
  })

  it('is not confused by another maker: a cluster made meanwhile by somebody else is refused', async () => {
    const { double, process } = await setStage()
    const { cluster, run } = process()
    const act = await cluster.spinUp(plain)
    await new RedshiftClient(double.scene).send(
      new CreateClusterCommand({
        ClusterIdentifier: 'sparkify',
        ClusterType: 'single-node',
        NodeType: 'ra3.large',
        MasterUsername: 'admin',
        ManageMasterPassword: true,
      }),
    )
    await expect(run(act)).rejects.toMatchObject({
      code: 'cluster_state',
      message: expect.stringContaining('not this bot'),
    })
  })
})

describe('asking the database', () => {
  it('goes on while the cluster blinks, for five minutes at most', async () => {
    const { process, clock } = await setStage()
    const { setting, run } = process()
    let asked = 0
    const blinking = async (): Promise<void> => {
      asked++
      if (asked < 4) throw new OpsError('cluster_state', 'The cluster does not take connections.')
    }
    await run(createRedshiftCluster({ ...setting, answers: blinking }).spinUp(plain))
    expect(asked).toBe(4)

    const silent = async (): Promise<void> => {
      throw new OpsError('aws', 'Nobody is there.')
    }
    const begun = clock.now().getTime()
    const failed = run(createRedshiftCluster({ ...setting, answers: silent }).spinUp(plain))
    await expect(failed).rejects.toMatchObject({ code: 'aws', message: 'Nobody is there.' })
    expect(clock.now().getTime() - begun).toBeGreaterThanOrEqual(300_000)
  })

  it('stops at once where it is not allowed', async () => {
    const { process } = await setStage()
    const { setting, run } = process()
    let asked = 0
    const answers = async (): Promise<void> => {
      asked++
      throw new OpsError('aws_denied', 'No.')
    }
    await expect(run(createRedshiftCluster({ ...setting, answers }).spinUp(plain))).rejects.toMatchObject({
      code: 'aws_denied',
    })
    expect(asked).toBe(1)
  })
})
