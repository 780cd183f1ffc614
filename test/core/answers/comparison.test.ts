import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { comparedTable, largestChange } from '../../../src/core/answers/comparison.ts'
import type { Cell, Format, TableReply } from '../../../src/core/reply.ts'
import { readLibrary } from '../../../src/library.ts'
import { sqlFolder } from '../../support/catalog.ts'
import { createMonth } from '../../support/generated.ts'
import { createLoadedWarehouse } from '../../support/warehouse.ts'

const { queries } = await readLibrary(sqlFolder)

function tableOf(answer: Answer) {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) throw new Error(`no table: ${answer.headline}`)
  return table
}

describe('a comparison', () => {
  it('has both periods and the signed change in one table, both lines in one chart', async () => {
    const { bot } = await createLoadedWarehouse()
    const answer = await bot.say('platforms 1d compare=previous')
    const table = tableOf(answer)
    expect(table).toMatchObject({
      title: 'Platforms, 11 Nov 2018 vs 10 Nov 2018 UTC',
      columns: [
        'platform',
        'plays',
        'plays_before',
        'plays_change',
        'listeners',
        'listeners_before',
        'listeners_change',
      ],
      labels: ['Platform', 'Plays', 'Plays before', 'Change', 'Listeners', 'Listeners before', 'Change'],
    })
    const [now, before] = [tableOf(await bot.say('platforms 1d')), tableOf(await bot.say('platforms until=2018-11-10'))]
    const plays = (of: typeof now, platform: unknown) => of.rows.find(([name]) => name === platform)?.[1] ?? null
    for (const [platform, value, was, change] of table.rows) {
      expect([platform, value, was]).toEqual([platform, plays(now, platform), plays(before, platform)])
      const expected =
        typeof value === 'number' && typeof was === 'number' ? Math.round((1000 * (value - was)) / was) / 10 : null
      expect(change === null ? null : Math.abs(Number(change) - Number(expected)) < 0.11).toBe(
        expected === null ? null : true,
      )
    }
    // What only one of the days has is there too.
    expect(new Set(table.rows.map(([name]) => name))).toEqual(
      new Set([...now.rows, ...before.rows].map(([name]) => name)),
    )
    expect(answer.replies.find((reply) => reply.kind === 'chart')).toMatchObject({
      series: [{ name: 'plays' }, { name: 'plays_before' }],
    })
    expect(answer.asked?.before).toMatchObject({ from: '2018-11-10 00:00:00.000', to: '2018-11-11 00:00:00.000' })
    expect(answer.lead).toMatch(/ (?:The|Of the rows with both figures the) largest change is .+: plays \d+ → \d+/)
  })

  it('has no second change beside it, against the week before', async () => {
    const { bot } = await createMonth()
    const { lead } = await bot.say('pulse last=14d compare=previous')
    expect(lead).toMatch(/^30 Nov 2018: plays \d+, listeners .* The largest change is .+: plays \d+ → \d+ \(\S+%\)\.$/)
  })

  it.each<[string, string, readonly (readonly Cell[])[], readonly (readonly Cell[])[], string | null]>([
    [
      'every row',
      'platforms',
      [['Linux', 37, 5]],
      [['Linux', 12, 4]],
      'The largest change is Linux: plays 12 → 37 (+208.3%).',
    ],
    [
      'two that changed by as much: that of the smaller figure',
      'platforms',
      [
        ['Windows', 11, 7],
        ['Linux', 3, 3],
      ],
      [
        ['Windows', 9, 6],
        ['Linux', 1, 1],
      ],
      'The largest change is Linux: plays 1 → 3 (+200.0%).',
    ],
    ['nothing at all', 'platforms', [['Linux', 37, 5]], [['Linux', 37, 5]], 'No change in plays.'],
    [
      'what is new beside what is the same',
      'platforms',
      [
        ['Linux', 37, 5],
        ['Windows', 500, 9],
      ],
      [['Linux', 37, 5]],
      null,
    ],
    [
      'what is gone beside a small change',
      'platforms',
      [['Linux', 37, 5]],
      [
        ['Linux', 36, 5],
        ['Windows', 500, 9],
      ],
      'Of the rows with both figures the largest change is Linux: plays 36 → 37 (+2.8%).',
    ],
  ])('names the largest change of %s', (_, name, now, before, words) => {
    const query = queries.find((one) => one.name === name)
    if (query === undefined) throw new Error(`no query ${name}`)
    const tableFrom = (rows: readonly (readonly Cell[])[]): TableReply => ({
      kind: 'table',
      title: 'T',
      columns: ['platform', 'plays', 'listeners'],
      formats: ['text', 'integer', 'integer'] satisfies Format[],
      rows: rows.map((row) => [...row]),
      total: rows.length,
    })
    const period = { from: new Date(0), to: new Date(1), label: '' }
    const own = tableFrom(now)
    const periods = { now: period, before: period, days: 1, isCut: false }
    const compared = comparedTable(query, own, tableFrom(before), periods)
    expect(largestChange(query, own, compared)).toBe(words)
    // All that either has is there, and counted.
    const names = new Set([...now, ...before].map(([named]) => named))
    expect([compared.rows.length, compared.total]).toEqual([names.size, names.size])
  })

  it('names people, not their numbers, and days, not their total', async () => {
    const { bot } = await createLoadedWarehouse()
    const users = await bot.say('top-users 1d by=plays compare=previous')
    const names = new Set(tableOf(users).rows.map((row) => row[1]))
    const [, named] = /largest change is (.+): plays/.exec(users.lead ?? '') ?? []
    expect(names).toContain(named)
    expect((await bot.say('coverage 1d compare=previous')).lead).toContain('largest change is 11 Nov 2018: plays')
  })

  it('says where the data have nothing earlier, and answers all the same', async () => {
    const { bot } = await createLoadedWarehouse()
    const answer = await bot.say('top songs 3 last=7d compare=month')
    expect(tableOf(answer).columns).toEqual(['song', 'artist', 'plays', 'listeners'])
    expect(JSON.stringify(answer.replies)).toContain(
      'Not compared: the data do not cover both 5–11 Nov 2018 UTC and a period before it.',
    )
    // There are plays before this day, and none on it.
    const later = JSON.stringify(
      (await bot.say('platforms since=2018-12-01 until=2018-12-01 compare=previous')).replies,
    )
    expect(later).toContain('Not compared: the data do not cover both')
  })

  it('finds what ranked low before, and sets days beside the days before', async () => {
    const { bot } = await createLoadedWarehouse()
    const songs = tableOf(await bot.say('top songs 1 1d compare=previous by=listeners'))
    expect(songs.rows).toHaveLength(1)
    const pulse = tableOf(await bot.say('pulse 1d compare=previous'))
    expect(pulse.rows).toEqual([
      ['2018-11-11', 73, 87, -16.1, 15, 17, -11.8, expect.any(Number), 5.9, expect.any(Number)],
    ])
  })

  it('of hours compares each day with the same hours of another day', async () => {
    const { bot } = await createLoadedWarehouse()
    const { columns, rows } = tableOf(await bot.say('coverage last=12h compare=previous'))
    const before = columns.indexOf('plays_before')
    const [all, ...days] = rows.map((row) => row[before])
    expect(days).toEqual([all])
  })

  it('of weeks sets a week beside the nearest one that lies whole weeks before', () => {
    const query = queries.find(({ name }) => name === 'retention')
    if (query === undefined) throw new Error('there is no retention')
    const table = (...rows: Cell[][]): TableReply => ({
      kind: 'table',
      title: 'Retention',
      columns: ['cohort', 'week', 'listeners', 'retained'],
      formats: ['date', 'integer', 'integer', 'percent'],
      rows,
      total: rows.length,
    })
    const window = { from: new Date(0), to: new Date(0), label: '' }
    for (const [days, before] of [
      [30, '2018-10-08'],
      [31, '2018-10-08'],
      [7, '2018-10-29'],
      [2, '2018-10-29'],
      [32, '2018-10-01'],
    ] as const) {
      const { rows } = comparedTable(
        query,
        table(['2018-11-05', 1, 10, 50]),
        table([before, 1, 8, 40], ['2018-09-24', 1, 7, 30]),
        { now: window, before: window, days, isCut: false },
      )
      expect([days, rows.find(([cohort]) => cohort === '2018-11-05')?.slice(2, 4)]).toEqual([days, [10, 8]])
    }
  })

  it('is there for every timed query, with its keys once each', async () => {
    const { bot } = await createLoadedWarehouse()
    for (const { name, timed } of queries) {
      const answer = await bot.say(`${name} last=1d${timed ? ' compare=previous' : ''}`)
      if (!timed) continue
      expect([name, answer.ok, tableOf(answer).columns.some((column) => column.endsWith('_change'))]).toEqual([
        name,
        true,
        true,
      ])
    }
  })

  it('and the answer without it are stored as answers to two questions', async () => {
    const { bot } = await createLoadedWarehouse()
    const { cluster } = bot.deps
    const lines = ['platforms last=1d', 'platforms last=1d compare=previous', 'platforms last=7d compare=previous']
    const before = new Map<string, Answer>()
    for (const line of lines) before.set(line, await bot.say(line))
    const running = await cluster.describe()
    Object.assign(cluster, { free: false, describe: async () => ({ ...running, state: 'paused' }) })
    for (const line of lines) {
      const kept = await bot.say(line)
      expect([line, kept.headline]).toEqual([line, expect.stringContaining('stored answer')])
      expect(tableOf(kept)).toEqual(tableOf(before.get(line) ?? kept))
    }
  })

  it('is offered by a button where there are data of the period before', async () => {
    const { bot } = await createLoadedWarehouse()
    const labels = async (line: string) => (await bot.say(line)).next
    expect(await labels('platforms 1d')).toContainEqual({
      label: 'Compare',
      line: 'platforms last=1d compare=previous',
    })
    expect((await labels('platforms 1d compare=previous')).map(({ label }) => label)).not.toContain('Compare')
    expect((await labels('platforms 7d')).map(({ label }) => label)).not.toContain('Compare')
  })
})
