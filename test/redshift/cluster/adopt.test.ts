import { CreateRoleCommand, GetRolePolicyCommand, IAMClient } from '@aws-sdk/client-iam'
import { DeleteTagsCommand, DescribeClustersCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { createReadyCluster, redshiftTrust } from '../../support/aws/scene.ts'
import { plain, setStage, succeeded } from './stage.ts'

const managed = [{ Key: 'sparkify:managed', Value: 'sparkify' }]

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
      '○ Create role: sparkify-s3-read exists already',
      '○ Allow reading the data: s3://udacity-dend/log_data and s3://udacity-dend/song_data: allowed already',
      '○ Create cluster: sparkify exists already',
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
      message: 'Cluster sparkify in us-west-2 does not belong to this bot: it lacks its tag. Nothing was changed.',
      remedy: `Set another REDSHIFT_CLUSTER_ID, or tag the cluster to hand it to the bot: ${line}`,
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

  it('adopts a tagged cluster under a lease, and attaches the role that it lacks', async () => {
    const { double, process, ledger } = await setStage({ speed: 1_000_000 })
    await createReadyCluster(double.scene, { Tags: managed })
    const { cluster, run } = process()
    const act = await cluster.spinUp(plain)
    expect(act.plan).toMatchObject({
      title: 'Adopt sparkify?',
      mostUsd: 8 * 0.543,
      facts: expect.arrayContaining(['Adopts the cluster that exists: Redshift ra3.large × 1, us-west-2.']),
    })
    await run(act)
    const { Clusters = [] } = await new RedshiftClient(double.scene).send(new DescribeClustersCommand())
    expect(Clusters[0]?.IamRoles).toEqual([
      { IamRoleArn: 'arn:aws:iam::123456789012:role/sparkify-s3-read', ApplyStatus: 'in-sync' },
    ])
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
    for (const same of [{ nodes: 1 }, { nodeType: 'ra3.large' }]) {
      expect((await cluster.spinUp({ ...plain, ...same })).plan).toBeNull()
    }
    await expect(cluster.spinUp({ ...plain, nodeType: 'ra3.xlplus' })).rejects.toThrow('does not resize it')
    await expect(cluster.spinUp({ ...plain, nodes: 2 })).rejects.toMatchObject({
      code: 'cluster_state',
      message: 'Cluster sparkify exists as ra3.large × 1, and spin-up does not resize it. Nothing was done.',
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
        `^Restores the snapshot ${snapshot?.identifier} of .* UTC\\. To start empty, delete it first: aws redshift delete-cluster-snapshot --region us-west-2`,
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

  it('restores the newest of several snapshots', async () => {
    const { double, process, ledger } = await setStage()
    const { cluster, run } = process()
    for (let lives = 0; lives < 2; lives++) {
      await run(cluster.spinUp(plain))
      await run(cluster.tearDown({ snapshot: true }))
    }
    // Both lives are on the month's bill.
    expect(ledger.lease?.ran).toHaveLength(2)
    // Their names hold the time at which they were taken.
    const names = (await double.left()).snapshots.map(({ identifier }) => identifier).toSorted()
    expect(names).toHaveLength(2)
    expect((await cluster.spinUp(plain)).plan?.facts[1]).toContain(`Restores the snapshot ${names[1]} of `)
    // In the size of the snapshot, unless one of its two parts is asked for.
    const other = process({ nodes: 4 })
    const sizes = [plain, { ...plain, nodes: 2 }, { ...plain, nodeType: 'ra3.xlplus' }].map(
      async (options) => /Redshift (.*?),/.exec((await other.cluster.spinUp(options)).plan?.facts[0] ?? '')?.[1],
    )
    expect(await Promise.all(sizes)).toEqual(['ra3.large × 1', 'ra3.large × 2', 'ra3.xlplus × 4'])
    await other.run(other.cluster.spinUp(plain))
    expect((await other.cluster.describe()).facts[0]).toEqual(['Engine', 'Redshift ra3.large × 1, us-west-2'])
    expect(ledger.lease?.ran.at(-1)?.price?.hourlyUsd).toBe(0.543)
  })
})
