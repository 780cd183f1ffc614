import { describe, expect, it } from 'vitest'
import type { Comparison, LoadFacts, LoadRecord } from '../../../src/core/ports/loads.ts'
import { usualLimits } from '../../../src/core/warehouse/limits.ts'
import { heldNotes, lateNotes, rollbackNote } from '../../../src/core/warehouse/load-notes.ts'

const at = '2018-12-01T03:00:00.000Z'
const load = (id: number, facts: LoadFacts): LoadRecord => ({ id, state: 'live', started: at, published: at, facts })
const day = (n: number, before: number, after: number, held = false) => ({ day: `2018-11-0${n}`, before, after, held })

/** A comparison with load 1 in which these days have changed. */
function compared(...shown: Comparison['days']['shown']): Comparison {
  return {
    live: 1,
    tables: [{ table: 'users', before: 90, after: 9, held: true }],
    days: { changed: shown.length, held: shown.filter(({ held }) => held).length, shown },
    coverage: { before: 5, after: 5, held: false },
    artists: [],
  }
}

describe('the notes of a load that is held', () => {
  it('are on the three days that lose most, of those beyond the limits', () => {
    const shown = [day(1, 90, 0), day(2, 100, 50, true), day(3, 2, 1, true), day(4, 99, 0, true), day(5, 60, 10, true)]
    expect(heldNotes(load(2, {}), compared(...shown), at)).toEqual(
      [
        ['2018-11-04', 'it lost 99 of 99 plays'],
        ['2018-11-02', 'it lost 50 of 100 plays'],
        ['2018-11-05', 'it lost 50 of 60 plays'],
      ].map(([first, words]) => ({
        ...{ key: `held:2:${first}`, kind: 'bot', first, last: first, author: null, created: at },
        text: `Load 2 was held: ${words}`,
      })),
    )
  })

  it('are one on its newest day, where no day is beyond them, which is not one that is dated ahead', () => {
    const noted = (facts: LoadFacts) =>
      heldNotes(load(2, facts), compared(day(1, 90, 89)), at).map(({ key, first, text }) => [key, first, text])
    const text = 'Load 2 was held: users lost 81 of 90 rows'
    const dataUntil = '2031-01-01T00:00:00.000Z'
    expect(noted({ dataUntil, anchor: '2018-11-30T21:00:00.000Z' })).toEqual([['held:2', '2018-11-30', text]])
    expect(noted({ dataUntil })).toEqual([['held:2', '2031-01-01', text]])
    expect(noted({ dataUntil: null })).toEqual([['held:2', '2018-12-01', text]])
    const less = { ...compared(), tables: [], coverage: { before: 5, after: 2.5, held: true } }
    expect(heldNotes(load(2, {}), less, at)[0]?.text).toBe('Load 2 was held: coverage fell from 5.0% to 2.5%')
  })

  it('have a line of a chart at most', () => {
    const textOf = (table: string) => {
      const tables = [{ table, before: 90, after: 9, held: true }]
      return heldNotes(load(2, {}), { ...compared(), tables }, at)[0]?.text
    }
    const whole = `Load 2 was held: ${'x'.repeat(44)} lost 81 of 90 rows`
    expect([whole.length, textOf('x'.repeat(44))]).toEqual([80, whole])
    expect(textOf('x'.repeat(45))).toBe(`Load 2 was held: ${'x'.repeat(45)} lost 81 of 90 ro…`)
  })
})

describe('the notes of plays that came late', () => {
  const before = load(1, { dataUntil: '2018-11-08T10:00:00.000Z' })
  const noted = (comparison: Comparison, was: LoadRecord | null = before, limits: typeof usualLimits | null = null) =>
    lateNotes(load(2, { comparison }), was, limits, at).map(({ key, first, text }) => [key, first, text])

  it('are on past days that gain more than a load may lose, the three that gain most', () => {
    const shown = [day(1, 0, 21), day(2, 100, 120), day(3, 100, 121), day(4, 0, 300), day(5, 0, 80), day(8, 0, 99)]
    expect(noted(compared(...shown))).toEqual([
      ['late:2:2018-11-04', '2018-11-04', '300 of 300 plays came late, with load 2'],
      ['late:2:2018-11-05', '2018-11-05', '80 of 80 plays came late, with load 2'],
      ['late:2:2018-11-01', '2018-11-01', '21 of 21 plays came late, with load 2'],
    ])
    expect(noted(compared(day(2, 100, 120), day(7, 300, 0)))).toEqual([])
    expect(noted(compared(day(2, 100, 121)))).toHaveLength(1)
    expect(noted(compared(day(2, 100, 121)), before, { ...usualLimits, min: 21 })).toEqual([])
  })

  it('are none where it was compared with another load, or with none', () => {
    expect(noted(compared(day(4, 0, 300)), load(3, before.facts))).toEqual([])
    expect(noted(compared(day(4, 0, 300)), null)).toEqual([])
    expect(lateNotes(load(2, {}), before, null, at)).toEqual([])
    expect(lateNotes(null, before, null, at)).toEqual([])
  })
})

it('the note of a rollback is on the newest day of the load that is live again', () => {
  const [live, target] = [
    load(5, { dataUntil: '2018-11-30T00:00:00.000Z' }),
    load(4, { dataUntil: '2018-11-29T00:00:00.000Z' }),
  ]
  expect(rollbackNote(live, target, 9, at)).toMatchObject({
    key: 'rollback:9',
    first: '2018-11-29',
    text: 'Rolled back from load 5 to load 4',
  })
})
