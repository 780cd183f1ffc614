import { readFile } from 'node:fs/promises'
import {
  CreateNamespaceCommand,
  CreateUsageLimitCommand,
  CreateWorkgroupCommand,
  DeleteNamespaceCommand,
  GetWorkgroupCommand,
  RedshiftServerlessClient,
} from '@aws-sdk/client-redshift-serverless'
import { describe, expect, it } from 'vitest'
import { monthOf } from '../../../src/core/cluster/bill.ts'
import type { Cluster, ClusterOperation } from '../../../src/core/ports/cluster.ts'
import { awsProbes } from '../../../src/redshift/cluster/aws-probes.ts'
import { botPolicy } from '../../../src/redshift/cluster/policies.ts'
import { createServerlessCluster, serverlessAccess } from '../../../src/redshift/serverless/serverless-cluster.ts'
import type { RpuUsage } from '../../../src/redshift/serverless/usage.ts'
import { Killed, killAfterAnOrder, live } from '../cluster/killed.ts'
import { type Process, plain, type Stage, setStage, settings, succeeded } from '../cluster/stage.ts'

const serverless = { kind: 'serverless' } as const
const priced = { ...serverless, serverless: { ...settings.serverless, dailyRpuHours: 10, rpuHourUsd: 0.4 } }

const account = {
  partition: 'aws',
  id: '123456789012',
  principal: 'arn:aws:iam::123456789012:user/sparkify-bot',
  owner: 'AIDADOUBLEUSER0000000',
}

const life: readonly ((cluster: Cluster) => Promise<ClusterOperation>)[] = [
  (cluster) => cluster.spinUp(plain),
  (cluster) => cluster.tearDown({ snapshot: true }),
  (cluster) => cluster.spinUp(plain),
  (cluster) => cluster.tearDown({ snapshot: false }),
]

const once = {
  'iam:CreateRole': 2,
  'iam:PutRolePolicy': 2,
  'redshift-serverless:CreateNamespace': 2,
  'redshift-serverless:CreateWorkgroup': 2,
  'redshift-serverless:CreateUsageLimit': 2,
  'redshift-serverless:RestoreFromSnapshot': 1,
  'redshift-serverless:DeleteUsageLimit': 2,
  'redshift-serverless:DeleteWorkgroup': 2,
  'redshift-serverless:DeleteNamespace': 2,
  'iam:DeleteRolePolicy': 2,
  'iam:DeleteRole': 2,
}

/** A new workgroup. */
async function openWorkgroup(): Promise<Stage & Process> {
  const stage = await setStage()
  const process = stage.process(priced)
  await process.run(process.cluster.spinUp(plain))
  return { ...stage, ...process, process: stage.process }
}

describe('a workgroup', () => {
  it('is planned with its capacity, its daily limit and what that can cost', async () => {
    const stage = await setStage()
    const { plan } = await stage.process(priced).cluster.spinUp(plain)
    expect(plan?.facts).toContain('Redshift Serverless, 8 RPU, us-west-2, encrypted, not public.')
    expect(plan?.facts.join(' ')).toContain('At most 10 RPU-hours a day (UTC): at most $4.00 a day')
    expect(plan?.mostUsd).toBeGreaterThanOrEqual(4)
    // On the last day of a month one more day, on the first all of it.
    const { from: next, to: after } = monthOf(monthOf(stage.clock.now()).to)
    await stage.clock.pass(next.getTime() - stage.clock.now().getTime() - 3_600_000)
    expect((await stage.process(priced).cluster.spinUp(plain)).plan?.mostUsd).toBe(4)
    await stage.clock.pass(2 * 3_600_000)
    const days = Math.round((after.getTime() - next.getTime()) / 86_400_000)
    expect((await stage.process(priced).cluster.spinUp(plain)).plan?.mostUsd).toBe(4 * days)
    const unpriced = (await stage.process(serverless).cluster.spinUp(plain)).plan
    expect(unpriced?.mostUsd).toBeNull()
    expect(unpriced?.facts.join(' ')).toContain('REDSHIFT_RPU_HOUR_USD')
    expect(await succeeded(stage.double)).not.toHaveProperty('redshift-serverless:CreateNamespace')
  })

  it('is made, changed and deleted although AWS refuses each order while another operation runs', async () => {
    const { double, process } = await setStage()
    const { cluster, run } = process(serverless)
    const refuse = async (...names: readonly string[]): Promise<void> => {
      const refusal = {
        kind: 'error',
        code: 'ConflictException',
        message: 'Another operation runs.',
        times: 2,
      } as const
      for (const name of names) await double.fault({ ...refusal, action: `redshift-serverless:${name}` })
    }
    await refuse('CreateNamespace', 'CreateWorkgroup')
    await run(cluster.spinUp(plain))
    const other = process({ ...serverless, serverless: { ...settings.serverless, baseRpu: 16 } })
    await refuse('UpdateWorkgroup')
    await other.run(other.cluster.spinUp(plain))
    expect((await other.cluster.describe()).facts).toContainEqual(['Engine', 'Redshift Serverless, 16 RPU, us-west-2'])
    await refuse('DeleteWorkgroup', 'DeleteNamespace')
    await run(cluster.tearDown({ snapshot: false }))
    expect((await cluster.describe()).state).toBe('none')
  })

  it('has one daily limit that refuses queries, whatever other limits it has', async () => {
    const { process } = await setStage()
    const { cluster, run, context } = process(priced)
    const { serverless: client } = context.clients
    const limit = async () => Object.fromEntries((await cluster.describe()).facts)['Limit']
    const act = await cluster.spinUp(plain)
    await run({ ...act, steps: act.steps.filter(({ id }) => id !== 'limit-usage') })
    const { workgroup } = await client.send(new GetWorkgroupCommand({ workgroupName: 'sparkify' }))
    const about = { resourceArn: workgroup?.workgroupArn, usageType: 'serverless-compute' } as const
    await client.send(new CreateUsageLimitCommand({ ...about, period: 'weekly', amount: 99, breachAction: 'log' }))
    expect(await limit()).toBe('none: spin-up sets one')
    await client.send(new CreateUsageLimitCommand({ ...about, period: 'daily', amount: 10, breachAction: 'log' }))
    expect((await cluster.spinUp(plain)).plan?.title).toBe('Adopt sparkify?')
    expect(await run(cluster.spinUp(plain))).toContain('✓ Limit the daily usage: 10 RPU-hours a day')
    expect((await cluster.spinUp(plain)).plan).toBeNull()
    expect(await limit()).toBe('10 RPU-hours a day (UTC)')
  })

  it('takes no size and no lease', async () => {
    const { cluster } = (await setStage()).process(serverless)
    const message = 'Workgroup sparkify has no nodes and no lease: it idles by itself. Nothing was done.'
    for (const option of [{ leaseHours: 8 }, { nodeType: 'ra3.large' }, { nodes: 2 }]) {
      await expect(cluster.spinUp({ ...plain, ...option })).rejects.toMatchObject({ code: 'bad_argument', message })
    }
    for (const ask of [cluster.pause, cluster.resume, () => cluster.extend(4)]) {
      await expect(ask()).rejects.toMatchObject({ code: 'no_cluster', fixCommand: 'spin-up' })
    }
  })

  it('idles by itself: pause, resume and extend answer in a sentence, and the lease asks for nothing', async () => {
    const { cluster, double } = await openWorkgroup()
    const before = await succeeded(double)
    for (const ask of [cluster.pause, cluster.resume, () => cluster.extend(4)]) {
      const { plan, steps, done } = await ask()
      expect([plan, steps]).toEqual([null, []])
      expect(done).toContain('idles by itself')
    }
    expect(await cluster.leaseAction()).toEqual({ kind: 'nothing' })
    const changes = Object.entries(await succeeded(double)).filter(([action]) => !/:(Get|List)/.test(action))
    expect(Object.fromEntries(changes)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([action]) => !/:(Get|List)/.test(action))),
    )
    expect(await cluster.costStatus()).toContain('Workgroup sparkify is available')
  })

  it('exists already: spinning up again asks nothing and changes nothing, and a changed limit is planned and set', async () => {
    const { cluster, run, process } = await openWorkgroup()
    const again = await cluster.spinUp(plain)
    expect(again.plan).toBeNull()
    expect((await run(again)).filter((line) => !line.startsWith('○'))).toEqual([
      expect.stringContaining('Create workgroup'),
      '✓ Test the connection: OK',
    ])
    const other = process({ ...serverless, serverless: { ...settings.serverless, dailyRpuHours: 3, maxRpu: 32 } })
    const changed = await other.cluster.spinUp(plain)
    expect(changed.plan?.title).toBe('Adopt sparkify?')
    expect(await other.run(changed)).toContain('✓ Limit the daily usage: 3 RPU-hours a day')
    const { facts } = await other.cluster.describe()
    expect(Object.fromEntries(facts)).toMatchObject({ Limit: '3 RPU-hours a day (UTC)', Lease: expect.any(String) })
  })

  it('is not restored over a load that was published before its snapshot could be', async () => {
    const stage = await setStage()
    const { cluster, run, perform, context } = stage.process(serverless)
    await run(cluster.spinUp(plain))
    await run(cluster.tearDown({ snapshot: true }))
    // The spin-up stops before it restores; the workgroup is available, and somebody loads.
    const stopped = await cluster.spinUp(plain)
    await run({ ...stopped, steps: stopped.steps.filter(({ id }) => id !== 'restore-snapshot') })
    const later = createServerlessCluster({ ...context, loadedSince: async () => true })
    stage.ledger.finished.clear()
    stage.ledger.handles.clear()
    expect(await perform(await later.spinUp(plain))).toContain('○ Restore the snapshot: a load was published since')
    expect(await succeeded(stage.double)).not.toHaveProperty('redshift-serverless:RestoreFromSnapshot')
    // Of two snapshots the newer one is restored, and shown first; without one the loads are lost.
    expect(await cluster.tearDown({ snapshot: false })).toMatchObject({ forgetsLoads: true })
    const keeping = await cluster.tearDown({ snapshot: true })
    expect(keeping).not.toHaveProperty('forgetsLoads')
    await run(keeping)
    const kept = (await cluster.describe()).facts.flatMap(([name, words]) => (name === 'Snapshot' ? [words] : []))
    const [newest = '', older = ''] = kept.map((words) => words.split(',')[0] ?? '')
    expect([kept.length, newest > older]).toEqual([2, true])
    expect((await cluster.spinUp(plain)).plan?.facts.join()).toContain(`Restores the snapshot ${newest} of `)
  })

  it('without its managed password is not logged in to, and the line that helps is named', async () => {
    const { double, process } = await setStage({ speed: 1_000_000 })
    const client = new RedshiftServerlessClient(double.scene)
    const { context } = process(serverless)
    await expect(serverlessAccess(context).secretArn()).rejects.toMatchObject({ code: 'no_cluster' })
    const tags = [{ key: 'sparkify:managed', value: 'sparkify' }]
    await client.send(new CreateNamespaceCommand({ namespaceName: 'sparkify', tags }))
    await expect(serverlessAccess(context).secretArn()).rejects.toMatchObject({
      code: 'cluster_state',
      message: 'Namespace sparkify has no managed admin password, by which the bot logs in.',
      remedy: expect.stringContaining('update-namespace --namespace-name sparkify --manage-admin-password'),
    })
  })

  it('whose namespace somebody made without the role is given it, and doctor names it until then', async () => {
    const { double, process } = await setStage()
    const client = new RedshiftServerlessClient(double.scene)
    const tags = [{ key: 'sparkify:managed', value: 'sparkify' }]
    await client.send(new CreateNamespaceCommand({ namespaceName: 'sparkify', tags, manageAdminPassword: true }))
    const { cluster, run, context } = process(priced)
    const found = async (id: string) =>
      awsProbes(context)
        .find((probe) => probe.id === id)
        ?.check(new AbortController().signal)
    const lacking = 'namespace sparkify does not have the role sparkify-s3-read, so it cannot load'
    expect(await found('aws-cluster')).toMatchObject({ state: 'red', detail: lacking })
    await run(cluster.spinUp(plain))
    expect(await found('aws-cluster')).toMatchObject({ state: 'green', detail: 'workgroup sparkify, sparkify-s3-read' })
    expect(await found('aws-price')).toMatchObject({ state: 'green', detail: '$0.4 per RPU-hour' })
    const unpriced = awsProbes(process(serverless).context).find(({ id }) => id === 'aws-price')
    expect(await unpriced?.check(new AbortController().signal)).toMatchObject({
      state: 'warn',
      remedy: 'Set REDSHIFT_RPU_HOUR_USD to what an RPU-hour costs in your region.',
    })
  })

  it('that was not made yet is told: a namespace alone, its snapshots, and what goes on', async () => {
    const stage = await openWorkgroup()
    const { cluster, run, context, process } = stage
    const facts = async () => Object.fromEntries((await cluster.describe()).facts)
    expect(await facts()).toMatchObject({
      Limit: '10 RPU-hours a day (UTC)',
      Price: '$0.4 per RPU-hour while it answers',
    })
    const down = await cluster.tearDown({ snapshot: true })
    await run({ ...down, steps: down.steps.slice(0, 1) })
    expect(await cluster.describe()).toMatchObject({
      state: 'none',
      facts: [['Note', expect.stringContaining('the namespace exists without a workgroup')]],
    })
    expect(await cluster.costStatus()).toBe('Namespace sparkify has no workgroup; only its storage is billed.')
    expect((await process(priced).cluster.spinUp(plain)).plan?.facts).toContain(
      'Uses the namespace that exists, with its data.',
    )
    expect((await cluster.tearDown({ snapshot: false })).plan?.facts[0]).toMatch(
      /^Deletes the namespace, us-west-2, created /,
    )
    await context.clients.serverless.send(new DeleteNamespaceCommand({ namespaceName: 'sparkify' }))
    expect((await cluster.describe()).state).toBe('deleting')
    await expect(cluster.spinUp(plain)).rejects.toMatchObject({
      message: 'sparkify is being deleted. Nothing was done.',
    })
    expect((await cluster.tearDown({ snapshot: true })).plan).toBeNull()
  })

  it('of another owner is left alone', async () => {
    const stage = await setStage()
    const client = new RedshiftServerlessClient(stage.double.scene)
    await client.send(new CreateNamespaceCommand({ namespaceName: 'sparkify' }))
    const { cluster } = stage.process(serverless)
    for (const ask of [() => cluster.spinUp(plain), () => cluster.tearDown({ snapshot: false }), cluster.describe]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'cluster_state',
        remedy: expect.stringContaining('tag-resource'),
      })
    }
    await expect(
      client.send(
        new CreateWorkgroupCommand({ workgroupName: 'sparkify', namespaceName: 'sparkify', baseCapacity: 12 }),
      ),
    ).rejects.toThrow('multiple of 8')
  })
})

describe('a life in which the program is killed', { timeout: 120_000 }, () => {
  it('after every order that AWS carries out ends as an undisturbed one, with nothing ordered twice', async () => {
    const stage = await setStage()
    await live(life, stage, async (ask) => {
      const { cluster, perform } = stage.process(serverless, killAfterAnOrder)
      await perform(await ask(cluster))
    })
    expect(await succeeded(stage.double)).toMatchObject(once)
    expect(await stage.double.left()).toMatchObject({
      clusters: [],
      roles: [],
      serverless: [expect.stringMatching(/^snapshot sparkify-final-/)],
    })
  })

  it('after every step ends as an undisturbed one, with nothing ordered twice', async () => {
    const stage = await setStage()
    const deaths = await live(life, stage, async (ask) => {
      const { cluster, perform } = stage.process(serverless)
      const act = await ask(cluster)
      const next = act.steps.find(({ title }) => !stage.ledger.finished.has(title))
      if (next === undefined) return
      await perform({ ...act, steps: [next] })
      throw new Killed(next.title)
    })
    expect(await succeeded(stage.double)).toMatchObject(once)
    expect(deaths).toBe(7 + 4 + 7 + 4)
  })
})

describe('the policy for Serverless', { timeout: 90_000 }, () => {
  it('is the one in the documentation', async () => {
    const text = await readFile(new URL('../../../docs/aws-policy-serverless.json', import.meta.url), 'utf8')
    const placeholders = { id: 'ACCOUNT', region: 'REGION', clusterId: 'CLUSTER', roleName: 'ROLE', owner: 'OWNER' }
    const principal = 'arn:aws:iam::ACCOUNT:user/BOT'
    expect(JSON.parse(text)).toEqual(
      botPolicy({ ...settings, ...serverless, partition: 'aws', principal, ...placeholders }),
    )
  })

  it('lets a whole life happen, and allows no action of it that is not used', async () => {
    const policy = botPolicy({ ...settings, ...serverless, ...account })
    const { double, process } = await setStage({ principalPolicy: policy })
    const { context, run, cluster } = process(serverless)
    await Promise.all(awsProbes(context).map((probe) => probe.check(new AbortController().signal)))
    for (const ask of life.slice(0, 3)) await run(ask(cluster))
    const changed = process({
      ...serverless,
      roleName: settings.roleName,
      serverless: { ...settings.serverless, baseRpu: 16, dailyRpuHours: 5 },
    })
    await changed.run(changed.cluster.spinUp(plain))
    await run(cluster.tearDown({ snapshot: false }))
    const used = new Set((await double.used()).map(({ action }) => action))
    const notHere = /^redshift-data:|GetSecretValue|UpdateAssumeRolePolicy|UpdateNamespace/
    const granted = new Set(policy.Statement.flatMap(({ Action }) => Action))
    expect([...granted].filter((action) => !used.has(action) && !notHere.test(action))).toEqual([])
    expect([...used].filter((action) => !granted.has(action))).toEqual([])
  })
})

describe('what was used', () => {
  /** A workgroup whose AWS has charged these minutes; what the ledger then holds and bills. */
  async function charged(stage: Stage & Process, minutes: RpuUsage) {
    return createServerlessCluster({
      ...stage.context,
      readUsage: async (since) => minutes.filter(({ from }) => from >= since),
    })
  }
  const minute = (at: number, rpuSeconds: number) => ({
    from: new Date(at).toISOString(),
    to: new Date(at + 60_000).toISOString(),
    rpuSeconds,
  })

  it('is kept once however often it is read, corrected while AWS still counts, and billed at the configured price', async () => {
    const stage = await openWorkgroup()
    await stage.clock.pass(10 * 3_600_000)
    const now = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const [first, second, later] = [
      minute(now - 180_000, 480),
      minute(now - 120_000, 0),
      minute(now - 30_000_000, 3600),
    ]
    await (await charged(stage, [later, first, second])).settleUsage?.()
    const cluster = await charged(stage, [later, first, { ...second, rpuSeconds: 960 }])
    await cluster.settleUsage?.()
    await cluster.settleUsage?.()
    const [old, recent, ...rest] = await cluster.bill(new Date(0), new Date(now + 60_000))
    expect(rest).toEqual([])
    expect(old?.usd).toBeCloseTo(0.4, 10)
    expect(recent).toMatchObject({ from: new Date(first.from), to: new Date(second.to), until: null })
    expect(recent?.usd).toBeCloseTo(((480 + 960) / 3600) * 0.4, 10)
    const half = await cluster.bill(new Date(0), new Date(first.to))
    expect(half.at(-1)?.usd).toBeCloseTo(((480 + 960) / 2 / 3600) * 0.4, 10)
    expect(Object.fromEntries((await cluster.describe()).facts)['Used this month']).toMatch(/RPU-hours$/)
  })

  it('is kept where AWS charged it after the run that used it had looked, however long ago that was', async () => {
    const stage = await openWorkgroup()
    await stage.clock.pass(3_600_000)
    const now = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const before = minute(now - 60_000, 240)
    await (await charged(stage, [before])).settleUsage?.()
    await stage.clock.pass(10 * 3_600_000)
    const cluster = await charged(stage, [{ ...before, rpuSeconds: 480 }, minute(now, 480)])
    await cluster.settleUsage?.()
    const bills = await cluster.bill(new Date(0), stage.clock.now())
    expect(bills.reduce((sum, { usd }) => sum + Number(usd), 0)).toBeCloseTo((960 / 3600) * 0.4, 10)
  })

  it('without a pause is kept as a whole, although only its newest hours are looked for again', async () => {
    const stage = await openWorkgroup()
    const start = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const kept: number[] = []
    for (let hour = 1; hour <= 5; hour++) {
      await stage.clock.pass(3_600_000)
      const cluster = await charged(
        stage,
        Array.from({ length: hour * 60 }, (_, at) => minute(start + at * 60_000, 480)),
      )
      await cluster.settleUsage?.()
      const [bill, ...rest] = await cluster.bill(new Date(0), stage.clock.now())
      expect([bill?.from, rest]).toEqual([new Date(start), []])
      kept.push(Math.round(Number(bill?.usd) / 0.4))
    }
    expect(kept).toEqual([8, 16, 24, 32, 40])
  })

  it('without a pause is kept also of the days that AWS has forgotten', async () => {
    const stage = await openWorkgroup()
    const start = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const kept: number[] = []
    for (let day = 1; day <= 9; day++) {
      await stage.clock.pass(86_400_000)
      const forgotten = stage.clock.now().getTime() - 7 * 86_400_000
      const minutes = Array.from({ length: day * 1440 }, (_, at) => minute(start + at * 60_000, 480))
      const cluster = await charged(
        stage,
        minutes.filter(({ from }) => Date.parse(from) >= forgotten),
      )
      await cluster.settleUsage?.()
      const [bill, ...rest] = await cluster.bill(new Date(0), stage.clock.now())
      expect([bill?.from, rest]).toEqual([new Date(start), []])
      kept.push(Math.round(Number(bill?.usd) / 0.4))
    }
    expect(kept).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) => day * 24 * 8))
  })

  it('is kept where AWS charged it late, between what was kept already', async () => {
    const stage = await openWorkgroup()
    await stage.clock.pass(5 * 3_600_000)
    const now = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    // The first ends where the minutes begin that are looked for again.
    const [settled, late, kept] = [
      minute(now - 7_260_000, 480),
      minute(now - 3_600_000, 480),
      minute(now - 60_000, 480),
    ]
    await (await charged(stage, [settled, kept])).settleUsage?.()
    const cluster = await charged(stage, [settled, late, kept])
    await cluster.settleUsage?.()
    const bills = await cluster.bill(new Date(0), stage.clock.now())
    expect(bills.map(({ from }) => from)).toEqual([settled, late, kept].map(({ from }) => new Date(from)))
  })

  it('is kept for 400 days', async () => {
    const stage = await openWorkgroup()
    const now = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const [forgotten, kept] = [401, 399].map((days) => minute(now - days * 86_400_000, 480))
    await stage.context.usage.set([forgotten, kept].flatMap((one) => one ?? []))
    const cluster = await charged(stage, [])
    await cluster.settleUsage?.()
    const bills = await cluster.bill(new Date(0), stage.clock.now())
    expect(bills.map(({ from }) => from.toISOString())).toEqual([kept?.from])
  })

  it('of a workgroup that is gone stays, although its next one knows nothing of it', async () => {
    const stage = await openWorkgroup()
    await stage.clock.pass(3_600_000)
    const now = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const first = await charged(stage, [minute(now - 60_000, 480)])
    await first.settleUsage?.()
    await stage.run(first.tearDown({ snapshot: false }))
    await stage.clock.pass(3_600_000)
    await stage.run(stage.cluster.spinUp(plain))
    const cluster = await charged(stage, [minute(stage.clock.now().getTime(), 480)])
    await cluster.settleUsage?.()
    const bills = await cluster.bill(new Date(0), new Date(stage.clock.now().getTime() + 60_000))
    expect(bills.reduce((sum, { usd }) => sum + Number(usd), 0)).toBeCloseTo((960 / 3600) * 0.4, 10)
  })

  it('is no dollars where no price is configured', async () => {
    const stage = await openWorkgroup()
    const now = Math.floor(stage.clock.now().getTime() / 60_000) * 60_000
    const unpriced = { ...stage, context: { ...stage.context, settings: { ...settings, ...serverless } } }
    const cluster = await charged(unpriced, [minute(now - 120_000, 480)])
    await cluster.settleUsage?.()
    expect(await cluster.bill(new Date(0), new Date(now))).toMatchObject([
      { usd: null, price: expect.stringContaining('REDSHIFT_RPU_HOUR_USD') },
    ])
  })
})
