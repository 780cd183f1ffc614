import { describe, expect, it } from 'vitest'
import type { ResultSet, Target } from '../../../src/core/ports/engine.ts'
import type { Comparison, LoadFacts, LoadRecord } from '../../../src/core/ports/loads.ts'
import {
  changesLine,
  compareLoads,
  comparisonReplies,
  differs,
  isBeyondLimits,
  judge,
  lossesOf,
} from '../../../src/core/warehouse/compare.ts'
import { usualLimits } from '../../../src/core/warehouse/limits.ts'
import { createWorld } from '../../support/core.ts'

const same: Comparison = {
  live: 1,
  tables: [{ table: 'songplays', before: 6_820, after: 6_820, held: false }],
  days: { changed: 0, held: 0, shown: [] },
  coverage: { before: 4.7, after: 4.7, held: false },
  artists: [],
}
const day = (date: string, before: number, after: number, held = true) => ({ day: date, before, after, held })

describe('what is lost with a load', () => {
  it('is named by its days, the worst first and three at most, its tables and its coverage', () => {
    const shown = [
      day('2018-11-01', 100, 90),
      day('2018-11-02', 100, 0),
      day('2018-11-03', 100, 99, false),
      day('2018-11-04', 1_451, 20),
      day('2018-11-05', 100, 80),
    ]
    const losses = (held: number) =>
      lossesOf({
        ...same,
        days: { changed: 5, held, shown },
        tables: [
          { table: 'songplays', before: 6_820, after: 6_389, held: true },
          { table: 'users', before: 90, after: 89, held: false },
        ],
        coverage: { before: 4.74, after: 1.26, held: true },
      })
    const worst = [
      '2018-11-04 loses 1,431 of 1,451 plays',
      '2018-11-02 loses all 100 plays',
      '2018-11-05 loses 20 of 100 plays',
    ]
    const rest = ['songplays loses 431 of 6,820 rows', 'coverage falls from 4.7% to 1.3%']
    expect(losses(3)).toEqual([...worst, ...rest])
    expect(losses(4)).toEqual([...worst, '1 more day loses plays', ...rest])
    expect(losses(25)).toEqual([...worst, '22 more days lose plays', ...rest])
  })

  it('keeps a load from being published where one of the three is beyond its limit', () => {
    expect(isBeyondLimits(same)).toBe(false)
    expect(isBeyondLimits({ ...same, days: { ...same.days, held: 1 } })).toBe(true)
    expect(isBeyondLimits({ ...same, coverage: { before: 9, after: 1, held: true } })).toBe(true)
    expect(isBeyondLimits({ ...same, tables: [{ table: 'a', before: 9, after: 1, held: true }] })).toBe(true)
  })

  it('is a difference also where it is within the limits', () => {
    expect(differs(same)).toBe(false)
    expect(differs({ ...same, days: { ...same.days, changed: 1 } })).toBe(true)
    expect(differs({ ...same, tables: [{ table: 'a', before: 1, after: 2, held: false }] })).toBe(true)
  })

  it('is one line, with its signs', () => {
    const table = (name: string, before: number, after: number) => ({ table: name, before, after })
    expect(changesLine([table('a', 1, 1_001), table('b', 5, 5), table('c', 3, 1)])).toBe('a +1,000 · c −2')
    expect(changesLine([table('b', 5, 5)])).toBe('same number of rows')
  })
})

describe('a comparison as it is read', () => {
  it('has the tables, the days that changed, and the rest in a line', () => {
    const [tables, days, rest, ...none] = comparisonReplies({
      ...same,
      days: { changed: 4, held: 0, shown: [day('2018-11-02', 9, 4, false)] },
      coverage: { before: 4.74, after: 4.75, held: false },
      artists: [
        { artist: 'Harmonia', before: 3, after: 1_203 },
        { artist: 'Muse', before: 9, after: 1 },
      ],
    })
    expect(none).toEqual([])
    expect(tables).toMatchObject({
      title: 'Compared with load 1',
      columns: ['table', 'before', 'after', 'change'],
      formats: ['text', 'integer', 'integer', 'signed'],
      rows: [['songplays', 6_820, 6_820, 0]],
    })
    expect(days).toMatchObject({
      title: 'Days that changed (plays, UTC)',
      formats: ['date', 'integer', 'integer', 'signed'],
      rows: [['2018-11-02', 9, 4, -5]],
      total: 1,
    })
    expect(rest).toMatchObject({
      text: '3 more days changed · coverage 4.7% → 4.8% · biggest changes in plays: Harmonia +1,200, Muse −8',
    })
  })

  it('has no table of days where none changed', () => {
    expect(comparisonReplies(same).map((reply) => (reply.kind === 'table' ? reply.title : reply.text))).toEqual([
      'Compared with load 1',
      'coverage 4.7% → 4.7%',
    ])
  })
})

const load = (id: number, counts: Readonly<Record<string, number>> = {}): LoadRecord => ({
  ...{ id, state: 'live', started: '', published: null },
  facts: { counts },
})
const never = new AbortController().signal
const plays = (rows: ResultSet['rows'], total = rows.length): ResultSet => ({ columns: [], rows, total })

describe('what is held', () => {
  const judged = (before: ResultSet, after: ResultSet) =>
    judge(
      { live: load(1), load: load(2), days: [before, after], artists: [] },
      { limits: usualLimits, star: [], today: '2018-11-20' },
    )

  it('is a day that loses more than its limit, and one that is not over where it loses all', () => {
    const before = plays([
      ['2018-11-01', 100, 0],
      ['2018-11-02', 100, 0],
      ['2018-11-20', 100, 0],
      ['2018-11-21', 100, 0],
    ])
    const after = plays([
      ['2018-11-01', 80, 0],
      ['2018-11-02', 79, 0],
      ['2018-11-20', 1, 0],
    ])
    const { shown, held } = judged(before, after).days
    expect(shown.map(({ held: isHeld }) => isHeld)).toEqual([false, true, false, true])
    expect(held).toBe(2)
  })

  it('is shown before days that change more, then the earliest of those, all in order of time', () => {
    const days = Array.from({ length: 30 }, (_, at) => new Date(Date.UTC(2018, 9, 30 - at)).toISOString().slice(0, 10))
    const before = plays(days.map((on) => [on, 100, 0]))
    const after = plays(days.map((on, at) => [on, at === 0 ? 70 : 900, 0]))
    const { shown, changed } = judged(before, after).days
    expect(changed).toBe(30)
    expect(shown.map((one) => one.day)).toEqual([...days.slice(11).toReversed(), '2018-10-30'])
  })

  it('is a coverage that falls by more points than its limit', () => {
    const held = (then: number, now: number) =>
      judged(plays([['2018-11-01', 10_000, then]]), plays([['2018-11-01', 10_000, now]])).coverage
    expect(held(400, 200)).toEqual({ before: 4, after: 2, held: false })
    expect(held(400, 199)).toEqual({ before: 4, after: 1.99, held: true })
    expect(held(400, 900)).toEqual({ before: 4, after: 9, held: false })
  })

  it('is a table of the star that loses more rows than its limit; one that had none loses none', () => {
    const { tables } = judge(
      {
        live: load(1, { staging_events: 1_000, songplays: 1_000, songs: 1_000, users: 0, time: 5_000 }),
        load: load(2, { staging_events: 0, songplays: 979, songs: 980, users: 0, time: 4_950 }),
        ...{ days: [], artists: [] },
      },
      { limits: usualLimits, star: ['songplays', 'songs', 'users', 'time'], today: '2018-11-20' },
    )
    expect(tables.filter(({ held }) => held).map(({ table }) => table)).toEqual(['songplays'])
  })
})

describe('artists', () => {
  const artistsOf = (...artists: readonly ResultSet[]) =>
    judge({ live: load(1), load: load(2), days: [], artists }, { limits: usualLimits, star: [], today: '2018-12-01' })
      .artists

  it('are the five that changed most, by name where they changed alike', () => {
    const before = plays([
      ['B', 9],
      ['A', 9],
      ['C', 9],
      ['D', 9],
      ['E', 9],
      ['F', 9],
    ])
    const after = plays([
      ['F', 10],
      ['D', 7],
      ['C', 9],
      ['B', 8],
      ['A', 10],
      ['G', 20],
    ])
    expect(artistsOf(before, after).map(({ artist }) => artist)).toEqual(['G', 'E', 'D', 'A', 'B'])
  })

  it('of whom a list that was cut says nothing are left out', () => {
    const whole = plays([['A', 9]])
    expect(artistsOf(whole, plays([['B', 8]], 2))).toEqual([{ artist: 'B', before: 0, after: 8 }])
    expect(artistsOf(whole, plays([['B', 8]]))).toEqual([
      { artist: 'A', before: 9, after: 0 },
      { artist: 'B', before: 0, after: 8 },
    ])
    expect(artistsOf(plays([['A', 9]], 2), plays([['B', 8]]))).toEqual([{ artist: 'A', before: 9, after: 0 }])
  })
})

describe('plays by artist', () => {
  it('are asked of the touched plays of both loads, where a candidate began as a copy of the live one, else of all', async () => {
    const { deps } = await (await createWorld()).start('one', [])
    const { ledger } = deps
    const askedOf = async (kind: 'candidate' | 'held', facts: LoadFacts) => {
      const asked: Target[] = []
      const engine = {
        ...deps.engine,
        async query(target: Target) {
          asked.push(target)
          return plays([])
        },
      }
      const loads = { ...ledger.loads, get: async () => ({ ...load(2), facts }) }
      await compareLoads({ kind, load: 2 }, load(1), { ...deps, engine, ledger: { ...ledger, loads } }, never)
      return asked
    }
    const both = (kind: 'candidate' | 'held', touched: Pick<Target, 'touched'> = {}) => [
      { kind: 'live', load: 1, ...touched },
      { kind, load: 2, ...touched },
    ]
    const touched = { touched: { key: 'event', by: 2 } } as const
    expect(await askedOf('candidate', { base: 1 })).toEqual([...both('candidate'), ...both('candidate', touched)])
    expect(await askedOf('candidate', { base: 7 })).toEqual([...both('candidate'), ...both('candidate')])
    expect(await askedOf('candidate', {})).toEqual([...both('candidate'), ...both('candidate')])
    expect(await askedOf('held', { base: 1 })).toEqual([...both('held'), ...both('held')])
  })
})
