import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateClusterCommand, DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { createRedshiftCluster } from '../../../src/redshift/cluster/redshift-cluster.ts'
import { createReadingRole } from '../../support/aws/scene.ts'
import { plain, selectOne, setStage, succeeded } from './stage.ts'

const managed = [{ Key: 'sparkify:managed', Value: 'sparkify' }]

describe('spin-up where nothing is there', () => {
  it('shows place, role, price, ceiling and time before anything is done', async () => {
    const { double, process } = await setStage()
    const { plan } = await process().cluster.spinUp(plain)
    expect(plan).toEqual({
      title: 'Spin up sparkify?',
      facts: [
        'Redshift ra3.large × 1, us-west-2, encrypted, not public.',
        'Role sparkify-s3-read can read only s3://udacity-dend/log_data and s3://udacity-dend/song_data.',
        '$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34',
        'Takes 5-10 minutes. When the lease ends, the cluster is paused, never deleted.',
      ],
      act: 'Spin up for $0.54 an hour',
      danger: false,
      mostUsd: 8 * 0.543,
    })
    expect(await double.left()).toEqual({ clusters: [], snapshots: [], roles: [] })
  })

  it('creates role, policy and cluster once each, waits for both, and asks the database', async () => {
    const { double, process, ledger, clock } = await setStage()
    const { context, run } = process()
    const cluster = createRedshiftCluster({ ...context, answers: selectOne(context) })
    const begun = clock.now().getTime()
    const steps = await run(cluster.spinUp({ ...plain, leaseHours: 2 }))
    expect(await double.statements()).toMatchObject([{ sqls: ['select 1'] }])
    expect(steps).toEqual([
      '✓ Create role: sparkify-s3-read',
      '✓ Allow reading the data: s3://udacity-dend/log_data and s3://udacity-dend/song_data',
      '✓ Create cluster: ra3.large × 1',
      expect.stringMatching(/^✓ Wait until available: sparkify\.[\w-]+\.us-west-2\.redshift\.amazonaws\.com:5439$/),
      '✓ Test the connection: OK',
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
    const ordered: unknown[] = []
    const { cluster, run } = process(
      {
        subnetGroup: 'data-subnets',
        securityGroups: ['sg-0123456789abcdef0'],
        permissionsBoundary: boundary,
        tags: { team: 'data' },
        hourlyUsd: 0.4,
        jsonPaths: 's3://udacity-dend/log_json_path.json',
      },
      ({ redshift }) =>
        redshift.middlewareStack.add(
          (next, { commandName }) =>
            (args) => {
              if (commandName === CreateClusterCommand.name) ordered.push(args.input)
              return next(args)
            },
          { step: 'initialize' },
        ),
    )
    const act = await cluster.spinUp({ ...plain, nodes: 2 })
    expect(act.plan?.facts).toEqual([
      'Redshift ra3.large × 2, us-west-2, encrypted, not public.',
      'Role sparkify-s3-read can read only s3://udacity-dend/log_data, s3://udacity-dend/song_data and s3://udacity-dend/log_json_path.json. Its permissions boundary is arn:aws:iam::123456789012:policy/boundary.',
      'Subnet group data-subnets.',
      'Security groups sg-0123456789abcdef0.',
      'Tags team=data.',
      '$0.80 an hour (negotiated price) · lease 8 h: at most $6.40',
      'Takes 5-10 minutes. When the lease ends, the cluster is paused, never deleted.',
    ])
    await run(act)
    const arn = 'arn:aws:iam::123456789012:role/sparkify-s3-read'
    expect(ordered).toEqual([
      {
        ClusterIdentifier: 'sparkify',
        PubliclyAccessible: false,
        ManageMasterPassword: true,
        IamRoles: [arn],
        DefaultIamRoleArn: arn,
        ClusterSubnetGroupName: 'data-subnets',
        VpcSecurityGroupIds: ['sg-0123456789abcdef0'],
        NodeType: 'ra3.large',
        ClusterType: 'multi-node',
        NumberOfNodes: 2,
        DBName: 'sparkify',
        MasterUsername: 'sparkify_admin',
        Encrypted: true,
        Tags: [{ Key: 'team', Value: 'data' }, ...managed],
      },
    ])
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
        /IAM role .* is not valid.*There is no cluster sparkify, so no node is billed\. AWS request /,
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
      `○ Allow reading the data: ${roleArn} is not managed by this bot`,
    ])
    // A company may keep the bot from looking at its role.
    await double.fault({ kind: 'error', action: 'iam:GetRole', code: 'AccessDenied', message: 'No.', times: 1 })
    expect((await run(cluster.spinUp(plain)))[0]).toBe(`○ Create role: ${roleArn} is used as it is`)
    await run(cluster.tearDown({ snapshot: false }))
    expect((await double.left()).roles).toEqual(['company-role'])
    const iamCalls = (await double.used()).filter(({ action }) => action.startsWith('iam:'))
    expect(new Set(iamCalls.map(({ action }) => action))).toEqual(
      new Set(['iam:CreateServiceLinkedRole', 'iam:GetRole', 'iam:PassRole']),
    )
  })
})
