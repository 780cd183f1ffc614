import '../../src/commands/extend.ts'
import '../../src/commands/home.ts'
import '../../src/commands/pause.ts'
import '../../src/commands/resume.ts'
import '../../src/commands/spin-up.ts'
import '../../src/commands/status.ts'
import '../../src/commands/tear-down.ts'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import type { ClusterOperation } from '../../src/core/ports/cluster.ts'
import { untouchedCluster } from '../support/cluster.ts'
import { failureOf, planOf } from '../support/core.ts'
import { createLoadedWarehouse, createWarehouse } from '../support/warehouse.ts'

const factsOf = (answer: Answer) => {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  return Object.fromEntries(table?.rows.map(([what, now]) => [String(what), now]) ?? [])
}

describe('home', () => {
  it('says how things stand in one line, and the most useful next steps', async () => {
    const { bot, another } = await createWarehouse()
    const two = await another('two')
    expect(await bot.say('')).toMatchObject({
      audience: 'asker',
      headline: 'There is no cluster sparkify yet',
      next: [{ line: 'spin-up' }, { line: 'doctor' }, { line: 'help' }],
    })
    await bot.say('spin-up')
    expect(await bot.say('')).toMatchObject({
      headline: 'Cluster sparkify is available · nothing loaded',
      next: [{ line: 'etl' }, { line: 'doctor' }, { line: 'help' }],
    })
    await bot.say('etl')
    expect(await two.say('')).toMatchObject({
      headline: 'Cluster sparkify is available · 160 plays until 11 Nov 2018, 23:42 UTC',
      next: [{ line: 'top-songs' }, { line: 'qa' }, { line: 'etl' }],
    })
    await bot.say('pause')
    expect((await bot.say('')).next.map(({ line }) => line)).toEqual(['resume', 'status', 'help'])
  })
})

describe('status', () => {
  it('tells cluster, live load, checks, and who changes the warehouse', async () => {
    const { bot } = await createWarehouse()
    expect(factsOf(await bot.say('status'))).toMatchObject({ State: 'none', 'Live load': 'none', Checks: 'not run' })
    await bot.say('etl')
    expect(factsOf(await bot.say('status'))).toMatchObject({
      Cluster: 'sparkify',
      State: 'available, since 23 Nov 2026, 12:00 UTC',
      'Live load': '160 plays until 11 Nov 2018, 23:42 UTC; published 23 Nov 2026, 12:00 UTC (load 2)',
      Checks: expect.stringMatching(/^(\d+) of (\d+) green/),
      Running: 'nothing',
    })
  })
})

describe('tear-down', () => {
  it('asks for the name of the cluster, removes it, and forgets its loads', async () => {
    const { bot } = await createLoadedWarehouse()
    const plan = planOf(await bot.say('tear-down'))
    expect(plan).toMatchObject({ title: 'Tear down sparkify?', typed: 'sparkify', danger: true })
    expect(await bot.click(plan.id, { typed: 'sparkify' })).toMatchObject({ ok: true, next: [{ line: 'spin-up' }] })
    expect(await bot.ledger.loads.live()).toBeNull()
    expect(failureOf(await bot.say('top songs')).code).toBe('no_cluster')
    expect(failureOf(await bot.say('tear-down')).code).toBe('no_cluster')
    expect(await bot.say('etl')).toMatchObject({ ok: true })
  })

  it('refuses another name', async () => {
    const { bot } = await createWarehouse()
    await bot.say('spin-up')
    const answer = await bot.say('tear-down prod')
    expect(answer).toMatchObject({ exit: 2, run: null })
    expect(failureOf(answer).message).toBe('The cluster here is sparkify, not prod. Nothing was done.')
    expect(planOf(await bot.say('tear-down sparkify')).typed).toBe('sparkify')
  })

  it('that was interrupted after the cluster had gone forgets the loads when it is said again', async () => {
    const { bot, another } = await createLoadedWarehouse()
    const act: ClusterOperation = await bot.deps.cluster.tearDown({ snapshot: false })
    const work = {
      key: '',
      signal: new AbortController().signal,
      handle: () => undefined,
      keep: async () => undefined,
      progress: () => undefined,
    }
    for (const { run } of act.steps) await run(work)
    expect(await bot.ledger.loads.live()).not.toBeNull()
    const two = await another('two')
    expect(factsOf(await two.say('status'))['Live load']).toMatch(/ \(load 1\); not served: there is no cluster$/)
    expect(await two.say('tear-down')).toMatchObject({ ok: true, headline: 'Cluster sparkify is deleted.' })
    expect(await two.ledger.loads.live()).toBeNull()
  })
})

it.each([
  ['spin-up', 'spinUp', { leaseHours: undefined, nodeType: undefined, nodes: undefined }],
  ['spin-up lease=2d node-type=ra3.large nodes=3', 'spinUp', { leaseHours: 48, nodeType: 'ra3.large', nodes: 3 }],
  ['extend', 'extend', 2],
  ['extend 4h', 'extend', 4],
  ['tear-down', 'tearDown', { snapshot: true }],
  ['tear-down snapshot=no', 'tearDown', { snapshot: false }],
] as const)('%s asks the cluster for that, in its plan and in its run', async (line, method, asked) => {
  const seen: unknown[] = []
  const act = async (options: unknown) => {
    seen.push(options)
    return { plan: null, steps: [], done: 'Done.' }
  }
  const cluster = untouchedCluster('not asked here', { bill: async () => [], [method]: act })
  const { bot } = await createWarehouse({ cluster })
  expect(await bot.say(line)).toMatchObject({ ok: true, headline: 'Done.' })
  expect(seen).toEqual([asked, asked])
})

describe('run-again of a spin-up', () => {
  it('spins up again what was torn down since', async () => {
    const { bot } = await createWarehouse()
    await bot.say('spin-up')
    await bot.say('tear-down', { typed: 'sparkify' })
    expect(await bot.say('run-again 1')).toMatchObject({ ok: true, run: { line: 'spin-up' } })
    expect(await bot.deps.cluster.describe()).toMatchObject({ state: 'available' })
  })
})
