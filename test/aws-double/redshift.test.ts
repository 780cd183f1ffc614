import {
  CreateClusterCommand,
  type CreateClusterCommandInput,
  CreateTagsCommand,
  DeleteClusterCommand,
  DeleteClusterSnapshotCommand,
  DescribeClusterSnapshotsCommand,
  DescribeClustersCommand,
  DescribeOrderableClusterOptionsCommand,
  DescribeTagsCommand,
  ModifyClusterIamRolesCommand,
  PauseClusterCommand,
  RedshiftClient,
  ResumeClusterCommand,
} from '@aws-sdk/client-redshift'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createReadingRole, createReadyCluster, readingPolicy, waitForCluster } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

const wish: CreateClusterCommandInput = {
  ClusterIdentifier: 'sparkify',
  ClusterType: 'single-node',
  NodeType: 'ra3.large',
  MasterUsername: 'sparkify_admin',
  ManageMasterPassword: true,
}

let double: Double
let redshift: RedshiftClient
let roleArn: string

beforeAll(async () => {
  double = await startDouble({
    speed: 1_000_000,
    newRoleRefusals: 2,
    quotas: { clusters: 2, nodes: 5, snapshots: 1 },
    subnetGroups: ['company'],
  })
  redshift = new RedshiftClient(double.client)
  roleArn = await createReadingRole(double.client, 'reader', readingPolicy('udacity-dend', ['log_data']))
})
afterAll(() => double.stop())

async function remove(identifier: string): Promise<void> {
  await redshift.send(new DeleteClusterCommand({ ClusterIdentifier: identifier, SkipFinalClusterSnapshot: true }))
  await expect(waitForCluster(double.client, identifier, 'gone')).rejects.toMatchObject({
    name: 'ClusterNotFoundFault',
  })
}

afterEach(async () => {
  const { clusters } = await double.left()
  for (const cluster of clusters) {
    if (!['available', 'paused'].includes(cluster.state))
      await waitForCluster(double.client, cluster.identifier, 'available')
    await remove(cluster.identifier)
  }
})

describe('CreateCluster', () => {
  const refused: readonly (readonly [string, Partial<CreateClusterCommandInput>, string, RegExp])[] = [
    ['an unknown node type', { NodeType: 'ra3.tiny' }, 'InvalidParameterValue', /^Invalid node type: ra3.tiny$/],
    ['a node type of the past', { NodeType: 'dc2.large' }, 'InvalidParameterValue', /^Invalid node type: dc2.large$/],
    [
      'an identifier with capitals',
      { ClusterIdentifier: 'Sparkify' },
      'InvalidParameterValue',
      /ClusterIdentifier is not a valid/,
    ],
    [
      'an identifier with two hyphens',
      { ClusterIdentifier: 'a--b' },
      'InvalidParameterValue',
      /ClusterIdentifier is not a valid/,
    ],
    ['an unencrypted cluster', { Encrypted: false }, 'InvalidParameterValue', /Encrypted/],
    ['no password at all', { ManageMasterPassword: false }, 'InvalidParameterCombination', /MasterUserPassword/],
    ['two passwords', { MasterUserPassword: 'Passw0rdPassw0rd' }, 'InvalidParameterCombination', /MasterUserPassword/],
    [
      'a weak password',
      { ManageMasterPassword: false, MasterUserPassword: 'password' },
      'InvalidParameterValue',
      /uppercase/,
    ],
    [
      'one node by default, which is multi-node',
      { ClusterType: undefined },
      'InvalidParameterCombination',
      /multi-node must be greater/,
    ],
    [
      'a single node of a type that needs two',
      { NodeType: 'ra3.4xlarge' },
      'InvalidParameterCombination',
      /must be between 2/,
    ],
    [
      'more nodes than the quota',
      { ClusterType: 'multi-node', NumberOfNodes: 6 },
      'NumberOfNodesQuotaExceededFault',
      /number of nodes/,
    ],
    [
      'a subnet group that is not there',
      { ClusterSubnetGroupName: 'other' },
      'ClusterSubnetGroupNotFoundFault',
      /other not found/,
    ],
    ['a port that is not for RA3', { Port: 5000 }, 'InvalidParameterValue', /Port/],
    ['a database name with a hyphen', { DBName: 'spark-ify' }, 'InvalidParameterValue', /DBName/],
    ['no automated snapshots', { AutomatedSnapshotRetentionPeriod: 0 }, 'InvalidParameterValue', /retention period/],
  ]
  it.each(refused)('refuses %s', async (_what, part, name, message) => {
    await expect(redshift.send(new CreateClusterCommand({ ...wish, ...part }))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    })
  })

  it('finds a brand-new role invalid at first, and a role that Redshift may not put on for ever', async () => {
    const text = `The IAM role ${roleArn} is not valid. The IAM role must delegate access to an Amazon Redshift account.`
    const create = () => redshift.send(new CreateClusterCommand({ ...wish, IamRoles: [roleArn] }))
    await expect(create()).rejects.toMatchObject({ name: 'InvalidParameterValue', message: text })
    await expect(create()).rejects.toMatchObject({ message: text })
    await create()
    const stranger = new CreateClusterCommand({ ...wish, ClusterIdentifier: 'other', IamRoles: [`${roleArn}-not`] })
    await expect(redshift.send(stranger)).rejects.toMatchObject({ name: 'InvalidParameterValue' })
  })

  it('is creating with fields missing, then available, then its role is in-sync', async () => {
    const { Cluster } = await redshift.send(new CreateClusterCommand({ ...wish, IamRoles: [roleArn] }))
    expect(Cluster).toMatchObject({ ClusterStatus: 'creating', ClusterAvailabilityStatus: 'Modifying' })
    expect(Cluster?.Endpoint).toBeUndefined()
    expect(Cluster?.ClusterCreateTime).toBeUndefined()
    const seen = new Set<string>()
    for (let applied = ''; applied !== 'in-sync'; ) {
      const { Clusters } = await redshift.send(new DescribeClustersCommand({}))
      applied = Clusters?.[0]?.IamRoles?.[0]?.ApplyStatus ?? ''
      seen.add(`${Clusters?.[0]?.ClusterStatus} ${applied}`)
    }
    expect([...seen]).toEqual(['creating adding', 'available adding', 'available in-sync'])
    const described = await waitForCluster(double.client, 'sparkify', 'available')
    expect(described).toMatchObject({
      ClusterAvailabilityStatus: 'Available',
      DBName: 'dev',
      Encrypted: true,
      NumberOfNodes: 1,
      PubliclyAccessible: false,
      Endpoint: { Port: 5439 },
    })
    expect(described.MasterPasswordSecretArn).toMatch(
      /^arn:aws:secretsmanager:us-west-2:123456789012:secret:redshift!sparkify-/,
    )
    expect(described.ClusterCreateTime).toBeInstanceOf(Date)
  })

  it('refuses a name that is taken and a cluster beyond the quota', async () => {
    await createReadyCluster(double.client)
    await expect(redshift.send(new CreateClusterCommand(wish))).rejects.toMatchObject({
      name: 'ClusterAlreadyExistsFault',
      message: 'Cluster already exists',
    })
    await createReadyCluster(double.client, { ClusterIdentifier: 'second' })
    const third = new CreateClusterCommand({ ...wish, ClusterIdentifier: 'third' })
    await expect(redshift.send(third)).rejects.toMatchObject({ name: 'ClusterQuotaExceededFault' })
  })

  it('keeps clusters to their region', async () => {
    await createReadyCluster(double.client)
    const elsewhere = new RedshiftClient({ ...double.client, region: 'eu-central-1' })
    expect((await elsewhere.send(new DescribeClustersCommand({}))).Clusters).toEqual([])
    await expect(elsewhere.send(new DescribeClustersCommand({ ClusterIdentifier: 'sparkify' }))).rejects.toMatchObject({
      name: 'ClusterNotFoundFault',
      message: 'Cluster sparkify not found.',
      $metadata: { httpStatusCode: 404 },
    })
  })
})

describe('a cluster', () => {
  const ClusterIdentifier = 'sparkify'

  it('is paused once and resumed once', async () => {
    await createReadyCluster(double.client)
    const resume = () => redshift.send(new ResumeClusterCommand({ ClusterIdentifier }))
    const pause = () => redshift.send(new PauseClusterCommand({ ClusterIdentifier }))
    await expect(resume()).rejects.toMatchObject({
      name: 'InvalidClusterStateFault',
      message: 'You can only resume a PAUSED Cluster',
    })
    expect((await pause()).Cluster?.ClusterStatus).toBe('pausing')
    await expect(pause()).rejects.toMatchObject({
      name: 'InvalidClusterStateFault',
      message: 'You can only pause an ACTIVE Cluster',
    })
    await waitForCluster(double.client, ClusterIdentifier, 'paused')
    expect((await resume()).Cluster?.ClusterStatus).toBe('resuming')
    await waitForCluster(double.client, ClusterIdentifier, 'available')
  })

  it('takes and gives up roles while it is modifying', async () => {
    await createReadyCluster(double.client)
    await redshift.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier, AddIamRoles: [roleArn] }))
    await waitForCluster(double.client, ClusterIdentifier, 'modifying')
    expect((await waitForCluster(double.client, ClusterIdentifier, 'available')).IamRoles).toEqual([
      { IamRoleArn: roleArn, ApplyStatus: 'in-sync' },
    ])
    await redshift.send(new ModifyClusterIamRolesCommand({ ClusterIdentifier, RemoveIamRoles: [roleArn] }))
    await waitForCluster(double.client, ClusterIdentifier, 'modifying')
    expect((await waitForCluster(double.client, ClusterIdentifier, 'available')).IamRoles).toEqual([])
  })

  it('is tagged, and found by its tags', async () => {
    const cluster = await createReadyCluster(double.client, { Tags: [{ Key: 'team', Value: 'data' }] })
    expect(cluster.Tags).toEqual([{ Key: 'team', Value: 'data' }])
    const ResourceName = `arn:aws:redshift:us-west-2:123456789012:cluster:${ClusterIdentifier}`
    await redshift.send(new CreateTagsCommand({ ResourceName, Tags: [{ Key: 'lease', Value: '8h' }] }))
    const { TaggedResources } = await redshift.send(new DescribeTagsCommand({ ResourceName }))
    expect(TaggedResources?.map((each) => each.Tag?.Key)).toEqual(['team', 'lease'])
  })

  it('is deleted only with a decision about its snapshot, and while nothing else runs', async () => {
    await createReadyCluster(double.client)
    const remove = (input: object) => redshift.send(new DeleteClusterCommand({ ClusterIdentifier, ...input }))
    await expect(remove({})).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
      message: 'FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.',
    })
    await expect(remove({ SkipFinalClusterSnapshot: true, FinalClusterSnapshotIdentifier: 'x' })).rejects.toMatchObject(
      {
        name: 'InvalidParameterCombination',
      },
    )
    await redshift.send(new PauseClusterCommand({ ClusterIdentifier }))
    await expect(remove({ SkipFinalClusterSnapshot: true })).rejects.toMatchObject({
      name: 'InvalidClusterStateFault',
      message: 'There is an operation running on the Cluster. Please try to delete it at a later time.',
    })
    await waitForCluster(double.client, ClusterIdentifier, 'paused')
  })

  it('leaves a final snapshot that ends with its retention', async () => {
    await createReadyCluster(double.client)
    const FinalClusterSnapshotIdentifier = 'sparkify-final'
    const last = { FinalClusterSnapshotIdentifier, FinalClusterSnapshotRetentionPeriod: 7 }
    await redshift.send(new DeleteClusterCommand({ ClusterIdentifier, ...last }))
    await waitForCluster(double.client, ClusterIdentifier, 'final-snapshot')
    await waitForCluster(double.client, ClusterIdentifier, 'deleting')
    await expect(waitForCluster(double.client, ClusterIdentifier, 'gone')).rejects.toMatchObject({
      name: 'ClusterNotFoundFault',
    })
    const { Snapshots } = await redshift.send(new DescribeClusterSnapshotsCommand({ ClusterIdentifier }))
    expect(Snapshots).toMatchObject([
      { SnapshotIdentifier: 'sparkify-final', Status: 'available', ManualSnapshotRemainingDays: 7 },
    ])
    await createReadyCluster(double.client)
    const again = new DeleteClusterCommand({ ClusterIdentifier, ...last })
    await expect(redshift.send(again)).rejects.toMatchObject({ name: 'ClusterSnapshotAlreadyExistsFault' })
    const other = new DeleteClusterCommand({ ClusterIdentifier, FinalClusterSnapshotIdentifier: 'other' })
    await expect(redshift.send(other)).rejects.toMatchObject({ name: 'ClusterSnapshotQuotaExceededFault' })
    await double.advance(7 * 86_400_000)
    expect((await double.left()).snapshots).toEqual([])
    const gone = new DeleteClusterSnapshotCommand({ SnapshotIdentifier: 'sparkify-final' })
    await expect(redshift.send(gone)).rejects.toMatchObject({ name: 'ClusterSnapshotNotFoundFault' })
  })
})

it('lists what can be ordered', async () => {
  const { OrderableClusterOptions } = await redshift.send(
    new DescribeOrderableClusterOptionsCommand({ NodeType: 'ra3.large' }),
  )
  expect(OrderableClusterOptions?.map((option) => option.ClusterType)).toEqual(['single-node', 'multi-node'])
})

it('can leave out what other servers do not report, and wait for the clock alone', async () => {
  const sparse = await startDouble({
    speed: 1_000_000,
    describes: 0,
    secretArn: false,
    availabilityStatus: false,
    defaultVpc: false,
  })
  const client = new RedshiftClient(sparse.client)
  await expect(client.send(new CreateClusterCommand(wish))).rejects.toMatchObject({
    name: 'InvalidVPCNetworkStateFault',
  })
  const cluster = await createReadyCluster(sparse.client, { ClusterSubnetGroupName: 'default' })
  expect(cluster.MasterPasswordSecretArn).toBeUndefined()
  expect(cluster.ClusterAvailabilityStatus).toBeUndefined()
  await sparse.stop()
})
