import '../../src/commands/csv.ts'
import '../../src/commands/result.ts'
import '../../src/commands/share.ts'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { sourceOfAnswer } from '../../src/core/answers/answer-source.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Place } from '../../src/core/place.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import type { Outbox } from '../../src/core/ports/outbox.ts'
import { bob, channel, failureOf, terminal } from '../support/core.ts'
import { twoDays } from '../support/two-days.ts'
import { createLoadedWarehouse } from '../support/warehouse.ts'

const direct: Place = { kind: 'slack', channel: 'D0ANNA', direct: true }

function tableOf(answer: Answer) {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) throw new Error(`no table: ${answer.headline}`)
  return table
}

function fileOf(answer: Answer) {
  const file = answer.replies.find((reply) => reply.kind === 'file')
  if (file === undefined) throw new Error(`no file: ${answer.headline}`)
  return file
}

const lines = (answer: Answer) => answer.next.map(({ label, line }) => `${label}: ${line}`)

/** A loaded warehouse that counts what is asked of it, and keeps what is posted elsewhere. */
async function loaded() {
  const outbox: Outbox = {
    resolve: async (place) => place,
    postingError: async () => null,
    requirePosts: () => undefined,
  }
  const warehouse = await createLoadedWarehouse({ outbox })
  const posted = async () => {
    const { messages, runs } = warehouse.bot.ledger
    const shares = (await runs.list({ command: 'share', limit: 20 })).toReversed()
    const found = await Promise.all(shares.map(({ id }) => messages.find(`run:${id}:share`)))
    return found.flatMap((message) => {
      const [way] = message?.ways ?? []
      return message?.content.kind === 'answer' && way?.kind === 'conversation'
        ? [{ place: way.place, answer: message.content.answer, who: way.who.name }]
        : []
    })
  }
  return { ...warehouse, posted }
}

describe('an answer', () => {
  it('says where its rows are from: engine, load, and the statement with its values', async () => {
    const { bot } = await loaded()
    const { asked } = await bot.say('top songs 3')
    expect(asked).toMatchObject({ engine: 'duckdb', load: 1, sql: expect.stringContaining('limit :n') })
    expect(asked?.values).toMatchObject({ n: 3, level: 'any', matched: 'no' })
  })

  it('offers what can be done with it, which are lines like any other', async () => {
    const { bot } = await loaded()
    expect(lines(await bot.say('top songs 3 last=1d level=paid'))).toEqual([
      'Top 10: top-songs n=10 last=1d level=paid',
      'Compare: top-songs n=3 last=1d level=paid compare=previous',
      'Follow…: follow lines="top-songs n=3 last=1d level=paid" day=mondays time=09:00',
      'Source: result 2 source',
      'Post this every…: schedule-add lines="top-songs n=3 last=1d level=paid" day=daily time=07:00',
      'CSV: csv 2',
    ])
    expect(lines(await bot.say('top songs since=2030-01-01'))[0]).toBe('Last 7 days of data: top-songs last=7d')
    expect(lines(await bot.say('timeframe'))).toEqual([
      'Follow…: follow lines=timeframe day=mondays time=09:00',
      'Source: result 4 source',
      'Post this every…: schedule-add lines=timeframe day=daily time=07:00',
      'CSV: csv 4',
    ])
    expect(lines(await bot.say('result 2 source'))).toContain('CSV: csv 2')
    for (const { name } of bot.deps.library.queries) {
      const { next } = await bot.say(name)
      expect(next.length).toBeLessThanOrEqual(9)
      for (const { line } of next) expect(() => bot.app.catalog.read(line)).not.toThrow()
    }
  })

  it('offers pages when it is long, and sharing where nobody else reads it', async () => {
    const { bot } = await loaded()
    const answer = await bot.say('top songs 100', { place: direct })
    expect(answer.next).toEqual([
      { label: 'More rows', line: 'result 2 page=2' },
      { label: 'Follow…', line: 'follow lines="top-songs n=100" day=mondays time=09:00', form: true },
      { label: 'Source', line: 'result 2 source' },
      { label: 'Post this every…', line: 'schedule-add lines="top-songs n=100" day=daily time=07:00', form: true },
      { label: 'Share…', line: 'share 2', form: true },
    ])
  })

  it('is said by the clock only for those who may add schedules, where nobody else reads it', async () => {
    const { bot } = await loaded()
    const labels = async (place: Place) =>
      (await bot.say('timeframe', { place, who: bob })).next.map(({ label }) => label)
    expect(await labels(direct)).toEqual(['Follow…', 'Source', 'Share…'])
    expect(await labels(channel)).toEqual(['Follow…', 'Source', 'Post this every…', 'CSV'])
    expect(await labels(terminal)).toEqual(['Source', 'CSV'])
  })

  it('is compared with as many days before, in the days of its own zone, unless there is nothing before', async () => {
    const { bot } = await loaded()
    const lineBefore = async (line: string) =>
      (await bot.say(`${line} compare=previous`)).next
        .find(({ label }) => label.startsWith('Previous'))
        ?.line.replace(' compare=previous', '')
    expect(await lineBefore('peak-hours since=2018-11-11')).toBe('peak-hours since=2018-11-10 until=2018-11-10')
    expect(await lineBefore('peak-hours last=1d tz=Europe/London')).toBe(
      'peak-hours tz=Europe/London since=2018-11-10 until=2018-11-10',
    )
    for (const line of ['peak-hours', 'peak-hours 1h', 'peak-hours last=1w', 'peak-hours until=2018-11-10'])
      expect([line, await lineBefore(line)]).toEqual([line, undefined])
    const line = (await lineBefore('top songs 1000 since=2018-11-11')) ?? ''
    expect(tableOf(await bot.say(line)).rows).toEqual(tableOf(await bot.say('top songs 1000 until=2018-11-10')).rows)
  })

  it("counts days in the zone of its asker's profile, unless another is said, and says which", async () => {
    const directory = {
      roleOf: async () => 'admin' as const,
      zoneOf: async () => 'America/New_York',
      hasLeft: async () => false,
      holders: () => [],
      isGuest: async () => false,
      peopleOf: async () => [],
    }
    const { bot } = await createLoadedWarehouse({ directory })
    expect(tableOf(await bot.say('peak-hours')).title).toMatch(/America\/New_York$/)
    expect(tableOf(await bot.say('peak-hours tz=UTC')).title).toMatch(/UTC$/)
    const own = await bot.say('peak-hours last=1d')
    expect(tableOf(own).rows).toEqual(tableOf(await bot.say('peak-hours last=1d tz=America/New_York')).rows)
    expect(own.next.find(({ label }) => label === 'Compare')?.line).toContain('tz=America/New_York')
  })
})

describe('result', () => {
  it('shows a stored answer again without asking the warehouse', async () => {
    const { bot } = await loaded()
    const answer = await bot.say('top songs 20')
    await bot.say('timeframe', { who: bob })
    await bot.say('tear-down', { typed: 'sparkify' })
    const again = await bot.say('result 2')
    expect(again).toMatchObject({ ok: true, audience: 'asker' })
    expect(tableOf(again)).toEqual(tableOf(answer))
    expect(JSON.stringify(again.replies)).toContain('Result 2: top-songs n=20, asked by Anna, 23 Nov 2026, 12:00 UTC')
    // Without a number it is the newest of whoever asks, not of anybody.
    expect(tableOf(await bot.say('result')).rows).toEqual(tableOf(answer).rows)
    expect(tableOf(await bot.say('result', { who: bob })).rows).not.toEqual(tableOf(answer).rows)
  })

  it('sorts by any column, most first or from A to Z, and the other way on demand', async () => {
    const { bot } = await loaded()
    const { rows } = tableOf(await bot.say('top songs 1000'))
    const by = async (line: string, at: number) =>
      tableOf(await bot.say(`result 2 n=100 ${line}`)).rows.map((row) => row[at])
    const listeners = rows.map((row) => Number(row[3]))
    expect(await by('sort=listeners', 3)).toEqual(listeners.toSorted((a, b) => b - a).slice(0, 100))
    expect(await by('sort=listeners asc', 3)).toEqual(listeners.toSorted((a, b) => a - b).slice(0, 100))
    const [first, second] = await by('sort=song', 0)
    expect(String(first).localeCompare(String(second))).toBeLessThanOrEqual(0)
    expect(tableOf(await bot.say('result 2 sort=Artist')).title).toContain(', by artist')
    expect(failureOf(await bot.say('result 2 sort=lisener'))).toMatchObject({
      code: 'bad_argument',
      message: 'The answer has no column "lisener".',
      remedy: 'Did you mean sort=listeners? Its columns are song, artist, plays, listeners.',
    })
  })

  it('turns pages, each row on one of them', async () => {
    const { bot } = await loaded()
    const { rows, total } = tableOf(await bot.say('top songs 1000'))
    const pages = Math.ceil(total / 50)
    const seen = []
    for (let page = 1; page <= pages; page++) {
      const shown = await bot.say(`result 2 page=${page} sort=song`)
      seen.push(...tableOf(shown).rows)
      expect(tableOf(shown)).toMatchObject({ total, title: expect.stringContaining(`rows ${page * 50 - 49}–`) })
      expect(lines(shown).some((line) => line === `Next rows: result 2 sort=song page=${page + 1}`)).toBe(page < pages)
    }
    expect(seen).toHaveLength(total)
    expect(new Set(seen.map((row) => JSON.stringify(row)))).toEqual(new Set(rows.map((row) => JSON.stringify(row))))
    expect(failureOf(await bot.say('result 2 page=99')).message).toContain(`has ${pages} pages of 50 rows`)
  })

  it('keeps the order and the length of its pages from one to the next, and offers no order of a single row', async () => {
    const { bot } = await loaded()
    await bot.say('top songs 1000')
    expect(lines(await bot.say('result 2 sort=plays order=asc n=10 page=2'))).toEqual([
      'Next rows: result 2 sort=plays order=asc n=10 page=3',
      'Previous rows: result 2 sort=plays order=asc n=10 page=1',
      'Sort by listeners: result 2 sort=listeners n=10',
      'CSV: csv 2',
    ])
    await bot.say('top songs 1')
    expect(lines(await bot.say('result 4'))).toEqual(['CSV: csv 4'])
  })

  it('shows the source of an answer: query, values, tables, load, files, what became of rows, and checks', async () => {
    const { bot } = await loaded()
    const { asked } = await bot.say('top songs 3 level=paid')
    const answer = await bot.say('result 2 source')
    const words = answer.replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : [])).join('\n')
    for (const stated of [
      'answered in < 0.1 s',
      'Tables: songplays (',
      'Load 1 on duckdb, run by Anna, published 23 Nov 2026',
      'Source files: 2 log files, ',
      'Rows left out as unreadable: 0 · texts repaired: ',
      'events delivered again, counted once: ',
      'Checks: ',
      'Stored until 30 Nov 2026',
    ])
      expect(words).toContain(stated)
    expect(answer.replies).toContainEqual({ kind: 'text', text: asked?.sql, tone: 'code' })
    const tables = answer.replies.filter((reply) => reply.kind === 'table')
    const [files, values] = tables
    expect(files?.columns).toEqual(['file', 'day', 'rows', 'left_out', 'bytes'])
    expect(files?.rows[0]).toEqual([
      '2018/11/2018-11-11-events.json',
      '2018-11-11',
      expect.any(Number),
      0,
      statSync(join(twoDays.logData, '2018/11/2018-11-11-events.json')).size,
    ])
    expect(values?.rows).toContainEqual(['level', 'paid'])
    // Buttons of messages that were posted by an earlier version.
    expect((await bot.say('result 2 sql')).replies).toEqual(answer.replies)
  })

  it('counts what both kinds of files had left out, and knows it of finished steps alone', async () => {
    const { bot } = await loaded()
    const { asked } = await bot.say('top songs 3')
    const run = await bot.ledger.runs.get(1)
    if (asked === undefined || run === null) throw new Error('it was loaded and asked')
    const leftOut = async (state: 'complete' | 'error'): Promise<string | undefined> => {
      const steps = run.steps.map((step) => {
        const rejected = { 'stage-events': 2, 'stage-songs': 3 }[step.id]
        return rejected === undefined ? step : { ...step, state, output: { rows: 9, rejected, reasons: [] } }
      })
      const runs = { ...bot.ledger.runs, get: async () => ({ ...run, steps }) }
      const deps = { ...bot.deps, ledger: { ...bot.ledger, runs } }
      const { replies } = await sourceOfAnswer(asked, deps, new AbortController().signal)
      return /Rows left out as unreadable: ([^·]*) ·/.exec(JSON.stringify(replies))?.[1]
    }
    expect([await leftOut('complete'), await leftOut('error')]).toEqual(['5', 'not known'])
  })

  it('names five of its source files at most, and offers the list of all where there are more', async () => {
    const { bot } = await loaded()
    const { asked } = await bot.say('top songs 3')
    if (asked === undefined) throw new Error('it was asked')
    const file = (n: number, rows: number | null) =>
      ({ path: `${n}.json`, dataset: n === 0 ? 'song' : 'log', day: null, rows, rejected: null, bytes: 1_000 }) as const
    const shown = async (number: number, rows: number | null = 2) => {
      const files = Array.from({ length: number }, (_, n) => file(n, rows))
      const engine: Engine = Object.create(bot.deps.engine, { loadedFiles: { value: async () => files } })
      const { replies, hasMoreFiles } = await sourceOfAnswer(
        asked,
        { ...bot.deps, engine },
        new AbortController().signal,
      )
      const [, words, table] = replies
      if (words?.kind !== 'text' || table?.kind !== 'table') throw new Error('the files come second')
      return [words.text, table.title, table.columns, table.rows.length, table.total, hasMoreFiles]
    }
    const columns = ['file', 'rows', 'bytes']
    const [four, five] = ['4 log files, 8 rows, 4.0 kB', '5 log files, 10 rows, 5.0 kB']
    const one = '1 song file, 2 rows, 1.0 kB'
    expect(await shown(5)).toEqual([`Source files: ${four} · ${one}.`, 'Source files', columns, 5, 5, false])
    expect(await shown(6)).toEqual([`Source files: ${five} · ${one}.`, 'Newest source files', columns, 5, 6, true])
    expect(await shown(1, null)).toEqual([
      'Source files: 1 song file, 1.0 kB. Rows and sizes of single files are not known.',
      ...['Source files', ['file', 'bytes'], 1, 1, false],
    ])
  })

  it('gives all files of its load as CSV, each once, whose rows and bytes add up', async () => {
    const { bot } = await loaded()
    await bot.say('top songs 3')
    const { name, content } = fileOf(await bot.say('csv 2 files'))
    expect(name).toBe('source-files-of-load-1.csv')
    const [, ...rows] = content.trimEnd().split('\r\n')
    const load = await bot.ledger.loads.get(1)
    expect(rows).toHaveLength(load?.facts.files ?? 0)
    expect(new Set(rows).size).toBe(rows.length)
    const sum = (at: number) => rows.reduce((total, row) => total + Number(row.split(',')[at]), 0)
    expect(sum(4)).toBe(load?.facts.bytes)
    const { staging_events = 0, staging_songs = 0 } = load?.facts.counts ?? {}
    expect(sum(2)).toBe(staging_events + staging_songs)
  })

  it('says what of its source is not known any more once its load is deleted', async () => {
    const { bot } = await loaded()
    await bot.say('top songs 3')
    await bot.say('tear-down', { typed: 'sparkify' })
    const words = JSON.stringify((await bot.say('result 2 source')).replies)
    expect(words).toContain('Which ones is not known: no list of them is kept.')
    expect(failureOf(await bot.say('csv 2 files')).message).toContain('are not known')
  })

  it('is for whoever may ask that query, at this moment', async () => {
    const { bot, roles } = await loaded()
    await bot.say('top users 3')
    for (const line of ['result 2', 'result 2 source', 'csv 2', 'csv 2 files', 'share 2 in #music']) {
      expect(failureOf(await bot.say(line, { who: bob }))).toMatchObject({ code: 'not_allowed' })
    }
    expect(JSON.stringify((await bot.say('runs 2', { who: bob })).replies)).not.toContain('"table"')
    roles.set(bob.id, 'operator')
    expect(await bot.say('result 2', { who: bob })).toMatchObject({ ok: true })
    expect(JSON.stringify((await bot.say('runs 2', { who: bob })).replies)).toContain('"table"')
  })

  it('works in another process, after a restart', async () => {
    const { bot, another } = await loaded()
    const answer = await bot.say('top songs 3')
    bot.die()
    const other = await another('two')
    expect(tableOf(await other.say('result 2 sort=plays')).rows).toEqual(tableOf(answer).rows)
  })

  it('expires after seven days, and says the line to ask anew', async () => {
    const { bot, clock } = await loaded()
    await bot.say('top songs 3')
    clock.advance(7 * 86_400_000 - 1000)
    await bot.beat()
    expect(await bot.say('result 2')).toMatchObject({ ok: true })
    clock.advance(2000)
    await bot.beat()
    for (const line of ['result 2', 'csv 2', 'share 2 in #music']) {
      const answer = await bot.say(line)
      expect(failureOf(answer)).toMatchObject({ code: 'expired', remedy: 'Ask again: top-songs n=3' })
      expect(answer.next[0]?.line).toBe('top-songs n=3')
    }
    expect(JSON.stringify((await bot.say('runs 2')).replies)).toContain('Its answer was deleted after 7 days.')
  })

  it('says so of a run that is no answer, and of one that there is not', async () => {
    const { bot } = await loaded()
    expect(failureOf(await bot.say('result 1'))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('etl'),
    })
    expect(failureOf(await bot.say('result 99')).message).toBe('There is no run 99.')
    expect(failureOf(await bot.say('csv', { who: bob })).message).toBe('There is no answered run.')
  })
})

describe('csv', () => {
  it('gives the stored rows as a file, for everybody who sees the answer', async () => {
    const { bot } = await loaded()
    const { rows } = tableOf(await bot.say('top songs 3'))
    const answer = await bot.say('csv 2')
    expect(answer).toMatchObject({ audience: 'channel', next: [] })
    expect(fileOf(answer).name).toBe('top-songs-10-11-nov-2018-utc.csv')
    const [head, ...body] = fileOf(answer).content.trimEnd().split('\r\n')
    expect(head).toBe('\ufeffsong,artist,plays,listeners')
    expect(body).toHaveLength(rows.length)
  })
})

describe('share', () => {
  it('posts the stored answer in a channel, saying whose it is, and tells the sharer', async () => {
    const { bot, posted } = await loaded()
    const answer = await bot.say('top songs 3', { place: direct })
    const told = await bot.say('share 2 in <#C0MUSIC|music>', { place: direct, who: bob })
    expect(told).toMatchObject({
      ok: true,
      audience: 'asker',
      headline: 'Result 2, top-songs n=3, is shared in #music.',
    })
    expect(await posted()).toMatchObject([
      { place: { channel: 'C0MUSIC', channelName: 'music', direct: false }, who: 'Bob' },
    ])
    const [first, ...rest] = (await posted())[0]?.answer.replies ?? []
    expect(first).toMatchObject({ text: expect.stringContaining('Bob shares result 2: top-songs n=3, asked by Anna') })
    expect(rest).toEqual([{ kind: 'text', text: answer.lead }, ...answer.replies])
    expect((await posted())[0]?.answer.next.map(({ label }) => label)).toEqual([
      'Top 10',
      'Follow…',
      'Source',
      'Post this every…',
      'CSV',
    ])
  })

  it('is refused where nothing can be posted', async () => {
    const { bot, posted } = await loaded()
    await bot.say('top songs 3')
    Object.assign(bot.deps.outbox, {
      requirePosts() {
        throw new OpsError('slack', 'The terminal cannot post in Slack. Nothing was done.')
      },
    })
    expect(failureOf(await bot.say('share 2 in #music', { place: terminal })).code).toBe('slack')
    expect(await posted()).toEqual([])
  })

  it('asks for a channel where none is named', async () => {
    const { bot, posted } = await loaded()
    await bot.say('top songs 3')
    expect(failureOf(await bot.say('share 2', { place: channel })).remedy).toBe('Type share 2 in #channel.')
    expect(failureOf(await bot.say('share 2 in music')).code).toBe('bad_argument')
    expect(await posted()).toEqual([])
  })
})
