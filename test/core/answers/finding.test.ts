import { describe, expect, it } from 'vitest'
import { findingHintOf, findingIn } from '../../../src/core/answers/finding.ts'
import { titleOfAnswer } from '../../../src/core/answers/title.ts'
import type { Cell, TableReply } from '../../../src/core/reply.ts'
import type { FindingHint } from '../../../src/core/sql/finding-hint.ts'
import { readLibrary } from '../../../src/library.ts'
import { sqlFolder } from '../../support/catalog.ts'

const { queries } = await readLibrary(sqlFolder)

function queryOf(name: string) {
  const query = queries.find((one) => one.name === name)
  if (query === undefined) throw new Error(`no query ${name}`)
  return query
}

function table(columns: readonly string[], rows: readonly (readonly Cell[])[]): TableReply {
  return { kind: 'table', title: 'T', columns: [...columns], rows: rows.map((row) => [...row]), total: rows.length }
}

const leader: FindingHint = { kind: 'leader', label: 'song', measure: 'plays' }
const songs = (...rows: readonly (readonly [Cell, Cell])[]) => table(['song', 'plays'], rows)

describe('the finding of a ranking', () => {
  it.each<[string, TableReply, boolean, string | null]>([
    ['one leader', songs(['Undo', 37], ['Revelry', 28]), false, 'Undo leads with 37 plays, 9 more than the next.'],
    [
      'thousands',
      songs(['Undo', 12_037], ['Revelry', 37]),
      false,
      'Undo leads with 12,037 plays, 12,000 more than the next.',
    ],
    ['one row', songs(['Undo', 1]), true, 'Undo has 1 play.'],
    ['two at the top', songs(['A', 5], ['B', 5], ['C', 1]), false, 'A and B lead with 5 plays each.'],
    ['three at the top', songs(['A', 5], ['B', 5], ['C', 5], ['D', 1]), false, 'A, B and C lead with 5 plays each.'],
    [
      'four at the top',
      songs(['A', 5], ['B', 5], ['C', 5], ['D', 5], ['E', 1]),
      false,
      'A, B and 2 more lead with 5 plays each.',
    ],
    ['all the same', songs(['A', 1], ['B', 1]), false, 'All 2 have 1 play each.'],
    ['all the same, and perhaps more', songs(['A', 1], ['B', 1]), true, 'All 2 shown have 1 play each.'],
    ['no rows', songs(), false, 'No plays.'],
    ['a song without a name', songs([null, 3], ['B', 1]), false, '(no name) leads with 3 plays, 2 more than the next.'],
    ['a next one that is withheld', songs(['A', 3], ['B', null]), false, 'A leads with 3 plays.'],
    ['figures that are withheld', songs(['A', null]), false, null],
  ])('%s', (_, rows, isFull, finding) => {
    expect(findingIn(leader, rows, isFull)).toBe(finding)
  })

  it('in the order of time is that of the largest row', () => {
    const hours = table(
      ['period', 'plays'],
      [
        ['00:00', 3],
        ['01:00', 9],
        ['02:00', 4],
      ],
    )
    const hint: FindingHint = { kind: 'highest', label: 'period', measure: 'plays' }
    expect(findingIn(hint, hours, false)).toBe('01:00 leads with 9 plays, 5 more than the next.')
    expect(findingIn(hint, table(['period', 'plays'], [['00:00', 0]]), false)).toBe('No plays.')
  })
})

describe('other findings', () => {
  it.each<[string, FindingHint, TableReply, boolean, string | null]>([
    [
      'a share of the first row',
      { kind: 'share', part: 'matched', whole: 'plays' },
      table(['plays', 'matched'], [[6820, 319]]),
      false,
      '319 of 6,820 plays matched (4.7%).',
    ],
    [
      'a share of nothing',
      { kind: 'share', part: 'matched', whole: 'plays' },
      table(['plays', 'matched'], [[0, 0]]),
      false,
      'No plays.',
    ],
    [
      'a list that is full',
      { kind: 'count', of: 'user at risk' },
      songs(['A', 1], ['B', 1]),
      true,
      'At least 2 users at risk.',
    ],
    ['a list of one', { kind: 'count', of: 'user at risk' }, songs(['A', 1]), false, '1 user at risk.'],
    ['an empty list', { kind: 'count', of: 'user at risk' }, songs(), false, 'No users at risk.'],
    [
      'a funnel',
      { kind: 'funnel', label: 'step', measure: 'people' },
      table(
        ['step', 'people'],
        [
          ['Listened', 83],
          ['Opened', 40],
          ['Submitted', 5],
        ],
      ),
      false,
      '5 of 83 people reached "Submitted" (6.0%).',
    ],
    [
      'a funnel of nobody',
      { kind: 'funnel', label: 'step', measure: 'people' },
      table(
        ['step', 'people'],
        [
          ['Listened', 0],
          ['Submitted', 0],
        ],
      ),
      false,
      'No people at the first step.',
    ],
    [
      'cohorts whose second week is over',
      { kind: 'cohorts', measure: 'listeners' },
      table(
        ['cohort', 'week', 'listeners', 'partial'],
        [
          ['2018-11-05', 0, 80, 'no'],
          ['2018-11-05', 1, 60, 'no'],
          ['2018-11-12', 0, 10, 'no'],
          ['2018-11-12', 1, 1, 'yes'],
        ],
      ),
      false,
      '60 of 80 new listeners came back in the week after their first (75.0%).',
    ],
    [
      'the only row of figures',
      { kind: 'figures', columns: ['days', 'plays'], row: { at: 1, where: null }, weekBefore: false },
      table(['first_play', 'days', 'plays'], [['2018-11-01', 30, 6820]]),
      false,
      'Days 30, plays 6820.',
    ],
  ])('%s', (_, hint, rows, isFull, finding) => {
    expect(findingIn(hint, rows, isFull)).toBe(finding)
  })

  it('follow the parameter that they are for', () => {
    expect(findingHintOf(queryOf('top-songs'), { by: 'listeners' })).toMatchObject({ measure: 'listeners' })
    expect(findingHintOf(queryOf('top-songs'), {})).toMatchObject({ measure: 'plays' })
  })

  it('are there for every query', () => {
    expect(queries.filter(({ findings }) => findings.length === 0).map(({ name }) => name)).toEqual([])
  })
})

describe('a title', () => {
  const range = { from: new Date(0), to: new Date(1), label: '1–30 Nov 2018 UTC' }

  it('names what was asked: ranking, filters and window', () => {
    const asked = { by: 'listeners', level: 'paid', matched: false }
    expect(titleOfAnswer(queryOf('top-songs'), asked, range)).toBe('Top songs by listeners, paid, 1–30 Nov 2018 UTC')
    expect(titleOfAnswer(queryOf('top-songs'), { by: 'plays', level: 'any' }, null)).toBe('Top songs')
  })

  it('names each choice and flag of every query that is not the usual one', () => {
    const silent = queries.flatMap(({ name, params, phrases }) =>
      params
        .filter(
          ({ kind, name: param }) =>
            (kind === 'choice' || kind === 'flag') && !phrases.some((one) => one.param === param),
        )
        .map(({ name: param }) => `${name} ${param}`),
    )
    expect(silent).toEqual([])
  })
})
