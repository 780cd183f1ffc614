import { describe, expect, it } from 'vitest'
import type { ClusterFacts } from '../../../src/core/ports/cluster.ts'
import type { LoadFacts, LoadRecord } from '../../../src/core/ports/loads.ts'
import { changeBetween } from '../../../src/core/warehouse/kept-loads.ts'
import {
  checksStateLine,
  nextUseful,
  type State,
  stateLine,
  warehouseState,
} from '../../../src/core/warehouse/state.ts'
import { command, createWorld, deferred, today } from '../../support/core.ts'
import { runRecord } from '../../support/run.ts'

const load = (facts: LoadFacts = {}): LoadRecord => ({ id: 3, state: 'live', started: today, published: today, facts })
const cluster = (state: ClusterFacts['state']): ClusterFacts => ({ name: 'sparkify', state, since: null, facts: [] })
const state = (said: Partial<State> = {}): State => ({
  cluster: cluster('available'),
  live: load({ plays: 6_820, dataUntil: '2018-11-30T21:59:00.000Z' }),
  held: null,
  writing: null,
  isLeft: false,
  quarantined: [],
  ...said,
})
const now = new Date(Date.parse(today) + 192_000)
const writing = runRecord({ id: 9, command: 'etl', writer: true, state: 'running', ended: null })

describe('the state in one line', () => {
  it('names the cluster, what is loaded, and who changes it', () => {
    expect(stateLine(state(), now)).toBe('Cluster sparkify is available · 6,820 plays until 30 Nov 2018, 21:59 UTC')
    expect(stateLine(state({ live: load({ dataUntil: null, plays: 1 }) }), now)).toBe(
      'Cluster sparkify is available · 1 play',
    )
    expect(stateLine(state({ live: null }), now)).toBe('Cluster sparkify is available · nothing loaded')
    expect(stateLine(state({ cluster: cluster('none') }), now)).toBe('There is no cluster sparkify yet')
    expect(stateLine(state({ live: load({ dataUntil: null }), writing }), now)).toBe(
      "Cluster sparkify is available · 0 plays · Anna's etl running for 3 min 12 s",
    )
    expect(stateLine(state({ cluster: cluster('none'), writing, isLeft: true }), now)).toBe(
      "There is no cluster sparkify yet · Anna's etl interrupted, begun 3 min 12 s ago",
    )
  })
})

describe('the checks of a load', () => {
  it('are all green, or those are named that are not', () => {
    const line = (red: readonly string[], warnings: readonly string[]) =>
      checksStateLine(load({ checks: { total: 12, red, warnings } }))
    expect(line([], [])).toBe('all 12 green')
    expect(line(['A'], ['B', 'C'])).toBe('9 of 12 green; red: A; warnings: B, C')
    expect(line([], ['B'])).toBe('11 of 12 green; warning: B')
    expect(checksStateLine(load())).toBe('not run')
  })
})

describe('what to do now', () => {
  it('is to watch what runs, else what brings the warehouse further', () => {
    const lines = (said: Partial<State>) => nextUseful(state(said)).map(({ line }) => line)
    expect(lines({ writing })).toEqual(['runs 9', 'status'])
    expect(lines({ cluster: cluster('none') })).toEqual(['spin-up', 'doctor', 'help'])
    expect(lines({ cluster: cluster('paused') })).toEqual(['resume', 'status', 'help'])
    expect(lines({ live: null })).toEqual(['etl', 'doctor', 'help'])
    expect(lines({})).toEqual(['top-songs', 'qa', 'etl'])
    expect(lines({ cluster: cluster('resuming') })).toEqual(['status', 'help'])
  })
})

describe('the rows of a load beside those of another', () => {
  it('are told where their number differs, a table that was not there before among them', () => {
    const between = (before: LoadFacts['counts'], after: LoadFacts['counts']) =>
      changeBetween(
        load(before === undefined ? {} : { counts: before }),
        load(after === undefined ? {} : { counts: after }),
      )
    expect(between({ songplays: 10, users: 5, time: 1 }, { songplays: 1_398, users: 3, time: 1, new: 2 })).toBe(
      'songplays +1,388 · users −2 · new +2',
    )
    expect(between({ songplays: 1 }, { songplays: 1 })).toBe('same number of rows')
    expect(between(undefined, { songplays: 1 })).toBe('songplays +1')
  })
})

describe('who changes the warehouse', () => {
  it('is found behind however many questions that were asked since', async () => {
    const asked = deferred()
    const never = () => new Promise<never>(() => undefined)
    let running = 0
    const world = await createWorld()
    const bot = await world.start('one', [
      command('etl', never),
      command(
        'songs',
        () => {
          running += 1
          if (running === 25) asked.resolve()
          return never()
        },
        { effect: 'read' },
      ),
    ])
    void bot.say('etl')
    await expect.poll(async () => (await warehouseState(bot.deps)).writing?.command).toBe('etl')
    for (let question = 0; question < 25; question++) void bot.say('songs')
    await asked.promise
    expect(await warehouseState(bot.deps)).toMatchObject({ writing: { command: 'etl' }, isLeft: false })
    bot.die()
    const next = await world.start('two', [])
    expect(await warehouseState(next.deps)).toMatchObject({ writing: { command: 'etl' }, isLeft: true })
  })
})
