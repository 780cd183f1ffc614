import { readdir, readFile } from 'node:fs/promises'
import { IAMClient, TagRoleCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { ModifyClusterIamRolesCommand, RedshiftClient } from '@aws-sdk/client-redshift'
import { describe, expect, it } from 'vitest'
import { awsProbes } from '../../../src/redshift/cluster/aws-probes.ts'
import { botPolicy, ownerPattern } from '../../../src/redshift/cluster/policies.ts'
import { createRedshiftCluster } from '../../../src/redshift/cluster/redshift-cluster.ts'
import { createReadingRole } from '../../support/aws/scene.ts'
import type { Double } from '../../support/aws/start.ts'
import { plain, selectOne, setStage, settings } from './stage.ts'

const account = {
  partition: 'aws',
  id: '123456789012',
  principal: 'arn:aws:iam::123456789012:user/sparkify-bot',
  owner: 'AIDADOUBLEUSER0000000',
}
const asRole = {
  ...account,
  principal: 'arn:aws:iam::123456789012:role/sparkify-bot',
  owner: ownerPattern('AROADOUBLEROLE0000000:aws-sdk-js-session-1'),
}
const boundary = 'arn:aws:iam::123456789012:policy/sparkify-boundary'
const placeholders = {
  partition: 'aws',
  id: 'ACCOUNT',
  kind: 'provisioned' as const,
  region: 'REGION',
  clusterId: 'CLUSTER',
  roleName: 'ROLE',
  logData: 's3://bucket/log',
  songData: 's3://bucket/song',
  roleArn: null,
  copyTo: null,
  work: null,
  jsonPaths: null,
  permissionsBoundary: null,
  principal: 'arn:aws:iam::ACCOUNT:user/BOT',
  owner: 'OWNER',
}

// What only a load does, beyond the one question at the end of a spin-up.
const usedByLoads = [
  'redshift-data:CancelStatement',
  'redshift-data:DescribeStatement',
  'redshift-data:GetStatementResult',
  'secretsmanager:GetSecretValue',
]

const trustOf = (Service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  })

/** Somebody takes the role from the cluster, and its trust in Redshift. */
async function disturb({ scene }: Double): Promise<void> {
  const role = 'arn:aws:iam::123456789012:role/sparkify-s3-read'
  const order = { ClusterIdentifier: 'sparkify', RemoveIamRoles: [role] }
  await new RedshiftClient(scene).send(new ModifyClusterIamRolesCommand(order))
  await new IAMClient(scene).send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'sparkify-s3-read', PolicyDocument: trustOf('ec2.amazonaws.com') }),
  )
}

describe('the policy of the bot', () => {
  it('is the one in the documentation', async () => {
    const text = await readFile(new URL('../../../docs/aws-policy.json', import.meta.url), 'utf8')
    expect(JSON.parse(text)).toEqual(botPolicy(placeholders))
  })

  it('lets a whole life happen, and allows no action of it that is not used', { timeout: 90_000 }, async () => {
    const { double, process } = await setStage({
      principalPolicy: {
        Version: '2012-10-17',
        Statement: [
          ...botPolicy({ ...settings, ...account }).Statement,
          // selectOne asks as the admin user; the engine uses the secret.
          { Effect: 'Allow', Action: 'redshift:GetClusterCredentials', Resource: '*' },
        ],
      },
    })
    const { context, run } = process()
    const cluster = createRedshiftCluster({ ...context, answers: selectOne(context) })
    await Promise.all(awsProbes(context).map((probe) => probe.check(new AbortController().signal)))
    for (const act of [
      () => cluster.spinUp(plain),
      () => disturb(double).then(() => cluster.spinUp(plain)),
      () => cluster.pause(),
      () => cluster.resume(),
      () => cluster.tearDown({ snapshot: true }),
      () => cluster.spinUp(plain),
      () => cluster.tearDown({ snapshot: false }),
    ]) {
      await run(act())
    }
    const used = new Set((await double.used()).map(({ action }) => action))
    used.delete('redshift:GetClusterCredentials')
    const granted = botPolicy({ ...settings, ...account }).Statement.flatMap(({ Action }) => Action)
    expect([...used].sort()).toEqual(granted.filter((action) => !usedByLoads.includes(action)).sort())
  })

  it('with a boundary allows only roles under it, and repairs one that lacks it', async () => {
    const policy = botPolicy({ ...settings, ...account, permissionsBoundary: boundary })
    const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
    const { double, process } = await setStage({
      principalPolicy: policy,
      managedPolicies: { [boundary]: everything },
    })
    const unbounded = process()
    await expect(unbounded.run(unbounded.cluster.spinUp(plain))).rejects.toMatchObject({
      code: 'aws_denied',
      message: expect.stringContaining('iam:CreateRole'),
    })
    await createReadingRole(double.scene, 'sparkify-s3-read', JSON.stringify(everything))
    await new IAMClient(double.scene).send(
      new TagRoleCommand({ RoleName: 'sparkify-s3-read', Tags: [{ Key: 'sparkify:managed', Value: 'sparkify' }] }),
    )
    const bounded = process({ permissionsBoundary: boundary })
    const probe = awsProbes(bounded.context).find(({ title }) => title === 'AWS cluster and role')
    expect(await probe?.check(new AbortController().signal)).toMatchObject({
      state: 'red',
      detail: `role sparkify-s3-read lacks the permissions boundary ${boundary}`,
    })
    const [role] = await bounded.run(bounded.cluster.spinUp(plain))
    expect(role).toBe('✓ Create role: sparkify-s3-read existed; repaired its permissions boundary')
  })

  it('lets the program do everything that it asks AWS for anywhere', async () => {
    const prefixes: Readonly<Record<string, string>> = {
      'client-redshift-data': 'redshift-data',
      'client-redshift': 'redshift',
      'client-iam': 'iam',
      'client-s3': 's3',
    }
    // What the API calls otherwise than a policy does.
    const actions: Readonly<Record<string, string>> = { ListObjectsV2: 'ListBucket', DeleteObjects: 'DeleteObject' }
    const folder = new URL('../../../src/redshift/', import.meta.url)
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
    const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
    const called = sources.flatMap((source) =>
      [...source.matchAll(/import \{([^}]+)\} from '@aws-sdk\/(client-[\w-]+)'/g)].flatMap(
        ([, names = '', client = '']) =>
          names.split(',').flatMap((name) => {
            const [, action = ''] = /^\s*(?:paginate(\w+)|(\w+)Command)\s*$/.exec(name)?.filter(Boolean) ?? []
            const prefix = prefixes[client]
            return action === '' || prefix === undefined ? [] : [`${prefix}:${actions[action] ?? action}`]
          }),
      ),
    )
    const policies = [
      botPolicy({ ...settings, ...account }),
      botPolicy({ ...settings, ...account, permissionsBoundary: boundary }),
      botPolicy({ ...settings, ...account, copyTo: 's3://copies/star', work: 's3://work/sparkify' }),
    ]
    const granted = policies.flatMap(({ Statement }) => Statement).flatMap(({ Action }) => Action)
    expect(called.length).toBeGreaterThan(15)
    expect(called.filter((action) => !granted.includes(action))).toEqual([])
  })

  it('lists the JSONPaths file with the sources, where the bot writes manifests', () => {
    const places = { logData: 's3://data/log', songData: 's3://data/song', work: 's3://work/sparkify' }
    const listing = (jsonPaths: string) =>
      botPolicy({ ...settings, ...account, ...places, jsonPaths })
        .Statement.filter(({ Action }) => Action.includes('s3:ListBucket'))
        .map(({ Resource, Condition }) => [Resource, Condition?.['StringLike']?.['s3:prefix']])
    const data = ['arn:aws:s3:::data']
    expect(listing('s3://data/paths.json')).toEqual([[data, ['log*', 'song*', 'paths.json*']]])
    expect(listing('s3://other/paths.json')).toEqual([
      [data, ['log*', 'song*']],
      [['arn:aws:s3:::other'], ['paths.json*']],
    ])
  })

  it('with a role of the company only looks at it and passes it on', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/company-role'
    const statements = botPolicy({ ...settings, ...account, roleArn }).Statement
    const aboutRoles = statements.filter(({ Resource = [] }) => Resource.includes(roleArn))
    expect(aboutRoles.flatMap(({ Action }) => Action)).toEqual(['iam:GetRole', 'iam:PassRole'])
    expect(JSON.stringify(statements)).not.toContain('iam:CreateRole"')
  })
})

describe('doctor', () => {
  const look = async (stage: Awaited<ReturnType<typeof setStage>>) => {
    const { context } = stage.process()
    const { signal } = new AbortController()
    return Promise.all(awsProbes(context).map(async (one) => ({ title: one.title, ...(await one.check(signal)) })))
  }

  it('is green where the policy is whole', async () => {
    const policy = botPolicy({ ...settings, ...account })
    const findings = await look(await setStage({ principalPolicy: policy }))
    expect(findings).toEqual([
      { title: 'AWS identity', state: 'green', detail: `${account.principal} in us-west-2`, remedy: '' },
      { title: 'Clock against AWS', state: 'green', detail: "the same as AWS's", remedy: '' },
      {
        title: 'AWS permissions',
        state: 'green',
        detail: `all ${policy.Statement.flatMap(({ Action }) => Action).length} actions of docs/aws-policy.json allowed`,
        remedy: '',
      },
      {
        title: 'AWS cluster and role',
        state: 'green',
        detail: 'no cluster sparkify yet, no role sparkify-s3-read yet',
        remedy: '',
      },
      { title: 'AWS price', state: 'green', detail: '$0.54 an hour (list price, March 2026)', remedy: '' },
    ])
  })

  it('says how far the clock of this machine is from that of AWS, also where AWS refuses its signatures for it', async () => {
    const stage = await setStage()
    const { context } = stage.process()
    const looked = async (ahead: number) => {
      const clock = { ...context.clock, now: () => new Date(Date.now() + ahead) }
      const one = awsProbes({ ...context, clock }).find(({ title }) => title === 'Clock against AWS')
      return one?.check(new AbortController().signal)
    }
    expect(await looked(-2 * 60_000)).toMatchObject({
      state: 'warn',
      detail: expect.stringMatching(/^(?:2 min|1 min 59 s) behind AWS's$/),
    })
    await stage.double.fault({ kind: 'expired-token', times: 20 })
    expect(await looked(6 * 60_000)).toMatchObject({
      state: 'red',
      detail: expect.stringMatching(/^5 min 5\d s ahead of AWS's$|^6 min( \d s)? ahead of AWS's$/),
      remedy: expect.stringContaining('timedatectl'),
    })
  })

  it('says that the price of the nodes is not known, and where to give it', async () => {
    const { context } = (await setStage()).process({ nodeType: 'dc2.large' })
    const price = awsProbes(context).find(({ title }) => title === 'AWS price')
    expect(await price?.check(new AbortController().signal)).toMatchObject({
      state: 'red',
      detail: 'the price of dc2.large in us-west-2 is unknown, so every plan counts as above the limit',
      remedy: 'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
    })
  })

  it('names each action that is not allowed, with the lines that are missing', async () => {
    const whole = botPolicy({ ...settings, ...account })
    const without = ['iam:PassRole', 'redshift:PauseCluster']
    const Statement = whole.Statement.map((one) => ({
      ...one,
      Action: one.Action.filter((action) => !without.includes(action)),
    })).filter(({ Action }) => Action.length > 0)
    const findings = await look(await setStage({ principalPolicy: { ...whole, Statement } }))
    expect(findings[2]).toMatchObject({
      state: 'red',
      detail: 'not allowed: redshift:PauseCluster and iam:PassRole',
      remedy: expect.stringMatching(
        /"Action":\["redshift:PauseCluster"\].*"Action":\["iam:PassRole"\].*PassedToService/,
      ),
    })
  })

  it('asks for the permissions of every session of a role, not only of its own', async () => {
    const whole = botPolicy({ ...settings, ...asRole })
    const options = { principalArn: asRole.principal, sessionSeconds: 60 }
    expect((await look(await setStage({ ...options, principalPolicy: whole })))[2]).toMatchObject({ state: 'green' })
    const Statement = whole.Statement.map((one) =>
      one.Sid !== 'FollowItsStatements'
        ? one
        : // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policy language.
          { ...one, Condition: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } } },
    )
    const findings = await look(await setStage({ ...options, principalPolicy: { ...whole, Statement } }))
    expect(findings[2]).toMatchObject({
      state: 'red',
      detail:
        'not allowed: redshift-data:DescribeStatement, redshift-data:GetStatementResult and redshift-data:CancelStatement',
      remedy: expect.stringContaining('"redshift-data:statement-owner-iam-userid":"AROADOUBLEROLE0000000:*"'),
    })
  })

  it('names what is wrong with the role, and spin-up repairs it', async () => {
    const stage = await setStage()
    const { cluster, run } = stage.process()
    const role = async () => (await look(stage))[3]
    await run(cluster.spinUp(plain))
    expect(await role()).toMatchObject({ state: 'green' })
    await disturb(stage.double)
    expect(await role()).toMatchObject({
      state: 'red',
      detail: 'Role sparkify-s3-read does not trust redshift.amazonaws.com, so the cluster cannot load with it.',
      remedy: 'Run spin-up: it repairs the role.',
    })
    const [trust] = (await cluster.spinUp(plain)).steps
    if (trust === undefined) throw new Error('spin-up has steps')
    expect(await run({ plan: null, done: '', steps: [trust] })).toEqual([
      '✓ Create role: sparkify-s3-read existed; repaired its trust policy',
    ])
    expect(await role()).toMatchObject({
      state: 'red',
      detail: expect.stringMatching(/^cluster sparkify does not have the role arn:\S+, so it cannot load$/),
      remedy: 'Run spin-up: it attaches the role.',
    })
    await run(cluster.spinUp(plain))
    expect(await role()).toMatchObject({ state: 'green' })
  })

  it('names a role of the company that does not trust Redshift, with the line to add, before anything costs money', async () => {
    const stage = await setStage()
    const roleArn = await createReadingRole(stage.double.scene, 'company-role', '{"Statement":[]}')
    await new IAMClient(stage.double.scene).send(
      new UpdateAssumeRolePolicyCommand({ RoleName: 'company-role', PolicyDocument: trustOf('ec2.amazonaws.com') }),
    )
    const { cluster, run, context } = stage.process({ roleArn })
    const probe = awsProbes(context).find(({ title }) => title === 'AWS cluster and role')
    const remedy = expect.stringContaining('"Service":"redshift.amazonaws.com"')
    expect(await probe?.check(new AbortController().signal)).toMatchObject({ state: 'red', remedy: remedy })
    await expect(run(cluster.spinUp(plain))).rejects.toMatchObject({ code: 'cluster_state', remedy })
    expect((await stage.double.left()).clusters).toEqual([])
  })

  it('tries what reads can tell where it may not ask for its permissions', async () => {
    const whole = botPolicy({ ...settings, ...account })
    const Statement = whole.Statement.filter(({ Sid }) => Sid !== 'KnowItsPermissions')
    const stage = await setStage({ principalPolicy: { ...whole, Statement } })
    expect((await look(stage))[2]).toMatchObject({
      state: 'warn',
      remedy: expect.stringContaining('iam:SimulatePrincipalPolicy'),
    })
    await stage.double.fault({ kind: 'deny', action: 'redshift:DescribeClusters' })
    expect((await look(stage))[2]).toMatchObject({
      state: 'red',
      remedy: expect.stringContaining('redshift:DescribeClusters'),
    })
  })

  it('says who we are not, and whose the cluster is', async () => {
    const stage = await setStage()
    await stage.double.fault({ kind: 'expired-token', times: 20 })
    expect((await look(stage))[0]).toMatchObject({ state: 'red', detail: expect.stringContaining('has expired') })
  })
})
