import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createRedshiftCluster } from '../../../src/redshift/cluster/index.ts'
import { botPolicy } from '../../../src/redshift/cluster/permissions.ts'
import { awsProbes } from '../../../src/redshift/cluster/probes.ts'
import { plain, selectOne, setStage, settings } from './stage.ts'

const account = { partition: 'aws', id: '123456789012', principal: 'arn:aws:iam::123456789012:user/sparkify-bot' }
const placeholders = {
  partition: 'aws',
  id: 'ACCOUNT',
  region: 'REGION',
  clusterId: 'CLUSTER',
  roleName: 'ROLE',
  roleArn: null,
  principal: 'arn:aws:iam::ACCOUNT:user/BOT',
}

// What only a load does, beyond the one question at the end of a spin-up.
const usedByLoads = [
  'redshift-data:CancelStatement',
  'redshift-data:DescribeStatement',
  'redshift-data:GetStatementResult',
  'secretsmanager:GetSecretValue',
]

describe('the policy of the bot', () => {
  it('is the one in the documentation', async () => {
    const text = await readFile(new URL('../../../docs/aws-policy.json', import.meta.url), 'utf8')
    expect(JSON.parse(text)).toEqual(botPolicy(placeholders))
  })

  it('lets a whole life happen, and allows no action of it that is not used', async () => {
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
    const { setting, run } = process()
    const cluster = createRedshiftCluster({ ...setting, answers: selectOne(setting) })
    await Promise.all(awsProbes(setting).map((probe) => probe.look(new AbortController().signal)))
    for (const act of [
      () => cluster.spinUp(plain),
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

  it('lets the program do everything that it asks AWS for anywhere', async () => {
    const prefixes: Readonly<Record<string, string>> = {
      'client-redshift-data': 'redshift-data',
      'client-redshift': 'redshift',
      'client-iam': 'iam',
    }
    const folder = new URL('../../../src/redshift/', import.meta.url)
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
    const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
    const called = sources.flatMap((source) =>
      [...source.matchAll(/import \{([^}]+)\} from '@aws-sdk\/(client-[\w-]+)'/g)].flatMap(
        ([, names = '', client = '']) =>
          names.split(',').flatMap((name) => {
            const [, action = ''] = /^\s*(?:paginate(\w+)|(\w+)Command)\s*$/.exec(name)?.filter(Boolean) ?? []
            const prefix = prefixes[client]
            return action === '' || prefix === undefined ? [] : [`${prefix}:${action}`]
          }),
      ),
    )
    const granted = botPolicy({ ...settings, ...account }).Statement.flatMap(({ Action }) => Action)
    expect(called.length).toBeGreaterThan(15)
    expect(called.filter((action) => !granted.includes(action))).toEqual([])
  })

  it('with a role of the company only passes it on', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/company-role'
    const statements = botPolicy({ ...settings, ...account, roleArn }).Statement
    const aboutRoles = statements.filter(({ Resource = [] }) => Resource.includes(roleArn))
    expect(aboutRoles.flatMap(({ Action }) => Action)).toEqual(['iam:PassRole'])
    expect(JSON.stringify(statements)).not.toContain('iam:CreateRole"')
  })
})

describe('doctor', () => {
  const look = async (stage: Awaited<ReturnType<typeof setStage>>) => {
    const { setting } = stage.process()
    const { signal } = new AbortController()
    return Promise.all(awsProbes(setting).map(async (one) => ({ title: one.title, ...(await one.look(signal)) })))
  }

  it('is green where the policy is whole', async () => {
    const policy = botPolicy({ ...settings, ...account })
    const findings = await look(await setStage({ principalPolicy: policy }))
    expect(findings).toEqual([
      { title: 'AWS identity', state: 'green', detail: `${account.principal} in us-west-2`, cure: '' },
      { title: 'Clock against AWS', state: 'green', detail: "the same as AWS's", cure: '' },
      {
        title: 'AWS permissions',
        state: 'green',
        detail: `all ${policy.Statement.flatMap(({ Action }) => Action).length} actions of docs/aws-policy.json allowed`,
        cure: '',
      },
      {
        title: 'AWS cluster and role',
        state: 'green',
        detail: 'no cluster sparkify yet, no role sparkify-s3-read yet',
        cure: '',
      },
      { title: 'AWS price', state: 'green', detail: '$0.54 an hour (list price, March 2026)', cure: '' },
    ])
  })

  it('says how far the clock of this machine is from that of AWS, also where AWS refuses its signatures for it', async () => {
    const stage = await setStage()
    const { setting } = stage.process()
    const looked = async (ahead: number) => {
      const clock = { ...setting.clock, now: () => new Date(Date.now() + ahead) }
      const one = awsProbes({ ...setting, clock }).find(({ title }) => title === 'Clock against AWS')
      return one?.look(new AbortController().signal)
    }
    expect(await looked(-2 * 60_000)).toMatchObject({
      state: 'warn',
      detail: expect.stringMatching(/^(?:2 min 0|1 min 59) s behind AWS's$/),
    })
    await stage.double.fault({ kind: 'expired-token', times: 20 })
    expect(await looked(6 * 60_000)).toMatchObject({
      state: 'red',
      detail: expect.stringMatching(/^5 min 5\d s ahead of AWS's$|^6 min \d s ahead of AWS's$/),
      cure: expect.stringContaining('timedatectl'),
    })
  })

  it('says that the price of the nodes is not known, and where to give it', async () => {
    const { setting } = (await setStage()).process({ nodeType: 'dc2.large' })
    const price = awsProbes(setting).find(({ title }) => title === 'AWS price')
    expect(await price?.look(new AbortController().signal)).toMatchObject({
      state: 'warn',
      cure: 'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
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
      cure: expect.stringMatching(/"Action":\["redshift:PauseCluster"\].*"Action":\["iam:PassRole"\].*PassedToService/),
    })
  })

  it('tries what reads can tell where it may not ask for its permissions', async () => {
    const whole = botPolicy({ ...settings, ...account })
    const Statement = whole.Statement.filter(({ Sid }) => Sid !== 'KnowItsPermissions')
    const stage = await setStage({ principalPolicy: { ...whole, Statement } })
    expect((await look(stage))[2]).toMatchObject({
      state: 'warn',
      cure: expect.stringContaining('iam:SimulatePrincipalPolicy'),
    })
    await stage.double.fault({ kind: 'deny', action: 'redshift:DescribeClusters' })
    expect((await look(stage))[2]).toMatchObject({
      state: 'red',
      cure: expect.stringContaining('redshift:DescribeClusters'),
    })
  })

  it('says who we are not, and whose the cluster is', async () => {
    const stage = await setStage()
    await stage.double.fault({ kind: 'expired-token', times: 20 })
    expect((await look(stage))[0]).toMatchObject({ state: 'red', detail: expect.stringContaining('has expired') })
  })
})
