import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { parseQuery } from '../../../src/core/sql/parse-query.ts'
import { readLibrary } from '../../../src/library.ts'
import { sqlFolder } from '../../support/catalog.ts'
import { failureOf } from '../../support/core.ts'
import { createLoadedWarehouse } from '../../support/warehouse.ts'

const library = await readLibrary(sqlFolder)

/** A loaded warehouse whose library has one query more, `course`, of forty rows. */
async function loaded(header: readonly string[]) {
  const head = ['-- title: Course', '-- description: Forty plays', ...header, '']
  const body = `select row_number() over (order by start_time, songplay_id) as place, user_id, session_id,
    1.5 * user_id as share, case when user_id < 0 then 'a' end as nothing from songplays order by 1 limit 40`
  const query = parseQuery({ path: 'analytics/course.sql', text: [...head, body].join('\n') })
  const { bot } = await createLoadedWarehouse({ library: { ...library, queries: [...library.queries, query] } })
  return bot
}

function replyOf<K extends 'table' | 'chart'>(answer: Answer, kind: K) {
  const reply = answer.replies.find((candidate) => candidate.kind === kind)
  if (reply === undefined) throw new Error(`no ${kind}: ${answer.headline}`)
  return reply
}

describe('a chart', () => {
  it('has every hour of the day', async () => {
    const bot = await loaded([])
    expect(replyOf(await bot.say('peak-hours'), 'chart')).toMatchObject({ categories: { length: 24 } })
  })

  it('has a series for each column that the header names, in the order of the rows', async () => {
    const bot = await loaded(['-- chart: bar x=place y=user_id,session_id'])
    const answer = await bot.say('course')
    const table = replyOf(answer, 'table')
    const { rows } = table.kind === 'table' ? table : { rows: [] }
    expect(replyOf(answer, 'chart')).toMatchObject({
      yLabel: 'user ID, session ID',
      categories: rows.map(([place]) => String(place)),
      series: [
        { name: 'user_id', values: rows.map(([, user]) => user) },
        { name: 'session_id', values: rows.map(([, , session]) => session) },
      ],
    })
  })

  it('of a course of time has all of its points, and a category without a name is a dash', async () => {
    const line = await loaded(['-- chart: line x=place y=user_id'])
    const chart = replyOf(await line.say('course'), 'chart')
    expect(chart).toMatchObject({ categories: Array.from({ length: 40 }, (_, n) => String(n + 1)) })
    const bar = await loaded(['-- chart: bar x=nothing y=user_id'])
    expect(replyOf(await bar.say('course'), 'chart')).toMatchObject({
      categories: Array.from({ length: 40 }, () => '–'),
    })
  })
})

describe('a column', () => {
  it('is written as the header says, or as its type does', async () => {
    const bot = await loaded(['-- column share: Share of all, percent'])
    expect(replyOf(await bot.say('course'), 'table')).toMatchObject({
      columns: ['place', 'user_id', 'session_id', 'share', 'nothing'],
      labels: ['Place', 'User ID', 'Session ID', 'Share of all', 'Nothing'],
      formats: ['integer', 'id', 'id', 'percent', 'text'],
    })
  })
})

describe('a zone', () => {
  it('moves the days of the window and is named in the title', async () => {
    const bot = await loaded([])
    const answer = await bot.say('pulse 1d tz=america/los_angeles')
    const table = replyOf(answer, 'table')
    expect(table).toMatchObject({ title: 'Pulse, 11 Nov 2018 America/Los_Angeles', total: 1 })
    expect(table).toMatchObject({ rows: [expect.arrayContaining(['2018-11-11'])] })
    expect(replyOf(await bot.say('peak-hours'), 'table')).toMatchObject({ title: 'Peak hours, 10–11 Nov 2018 UTC' })
  })

  it('that does not exist is refused, with one that does', async () => {
    const bot = await loaded([])
    const refused = await bot.say('pulse tz=London')
    expect(refused).toMatchObject({ exit: 2 })
    expect(failureOf(refused)).toMatchObject({
      code: 'bad_argument',
      message: 'tz: "London" is not a time zone like Europe/London. Nothing was done.',
    })
  })
})
