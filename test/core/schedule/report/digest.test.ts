import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Answer } from '../../../../src/core/answer.ts'
import type { ScheduleRecord } from '../../../../src/core/ports/ledger.ts'
import { type Reply, stating, text } from '../../../../src/core/reply.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import { type LineReport, oneMessage } from '../../../../src/core/schedule/report/digest.ts'
import { anna, bob, channel, command, createWorld, type TestProcess, unfollowed } from '../../../support/core.ts'
import { runAsked, runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'
import { createWarehouse } from '../../../support/warehouse.ts'

const night = scheduled({
  lines: ['etl', 'qa checks', 'pulse', 'top-songs last=whole-day'],
  phrase: 'nightly at 03:00',
  days: 'nightly',
  place: channel,
  owner: anna,
  created: '2026-11-20T12:00:00.000Z',
})

/** What the next occurrence answers. */
async function fired(bot: TestProcess): Promise<Answer> {
  const answers: Answer[] = []
  for (const { answer } of await runDue(bot)) answers.push(answer)
  const [answer] = answers
  if (answer === undefined) throw new Error('nothing was due')
  return answer
}

/** A bot of one small line, at a time, with a schedule of it. */
async function greetingAt(time: string, said: Partial<ScheduleRecord> = {}) {
  const world = await createWorld(time)
  const bot = await world.start('one', [scheduleRun, greet])
  await bot.ledger.schedules.add({ ...night, lines: ['greet'], phrase: 'daily at 03:00', days: 'daily', ...said })
  return { world, bot }
}

const greet = command(
  'greet',
  async () => ({ headline: 'Good morning.', replies: [text('Good morning.')], next: [{ label: 'Bye', line: 'bye' }] }),
  { effect: 'read' },
)

const kindsOf = (replies: readonly Reply[]) => replies.map(({ kind }) => kind)
const textsOf = (replies: readonly Reply[]) => replies.flatMap((reply) => (reply.kind === 'text' ? [reply.text] : []))

describe('the post of a night', () => {
  it('is one message: figures, their chart, the top ten, checks, the load and the small print, with the rest in its details', async () => {
    const { bot, clock } = await createWarehouse()
    await bot.ledger.schedules.add(night)
    clock.set(new Date('2026-11-24T03:00:05.000Z'))
    await bot.beat()
    const answer = await fired(bot)
    expect(answer).toMatchObject({
      ok: true,
      audience: 'channel',
      title: 'Nightly, 24 Nov, 03:00 (UTC) · schedule 1 · < 0.1 s',
    })
    expect(kindsOf(answer.replies)).toEqual(['text', 'text', 'chart', 'table', 'text', 'text', 'text'])
    const warning = 'Catalogue match 1.25% (expected at least 4%)'
    expect(textsOf(answer.replies)).toEqual([
      'Pulse, 11 Nov 2018: plays 73 · listeners 15 · sessions 18 · hours 4.8 · paid share 35.6%',
      'Top songs: All 10 shown have 1 play each.',
      `23 of 24 checks green · 1 warning\nWarning: ${warning}, new with this load`,
      '191 events and 9 songs read from 11 files in < 0.1 s · 1.3% of plays match the catalogue',
      'Data until 11 Nov 2018, 23:42 UTC',
    ])
    expect(answer.replies[2]).toMatchObject({
      title: 'Pulse, 10–11 Nov 2018 UTC',
      categories: ['2018-11-10', '2018-11-11'],
    })
    expect(answer.replies[3]).toMatchObject({ title: 'Top songs, 11 Nov 2018 UTC', total: 10 })
    const details = answer.details ?? []
    expect(details.flatMap((reply) => (reply.kind === 'table' ? [reply.title] : []))).toEqual([
      'Checks',
      `Warning: ${warning}`,
      'Pulse, 10–11 Nov 2018 UTC',
    ])
    expect(textsOf(details).filter((line) => line.includes('(run '))).toEqual([
      'etl (run 2, < 0.1 s)',
      'qa checks (run 3, < 0.1 s)',
      'pulse (run 4, < 0.1 s)',
      'top-songs last=whole-day (run 5, < 0.1 s)',
    ])
    expect(details.at(-1)).toMatchObject({ kind: 'steps', steps: { length: 5 } })
    expect(answer.next).toEqual([
      { label: 'Pulse', line: 'result 4' },
      { label: 'Top songs', line: 'result 5' },
      { label: 'Check', line: 'qa' },
      { label: 'Details', line: 'runs 1' },
    ])
    expect(answer.headline).toContain('Nightly, 24 Nov, 03:00 (UTC): Pulse, 11 Nov 2018: plays 73, listeners 15,')
    expect(answer.headline).toMatch(/160 plays are live; 23 of 24 checks green · 1 warning\.$/)
  })

  it('speaks of one day, the last one that is over, in figures and in rows', async () => {
    const { bot, clock, logData } = await createWarehouse()
    await bot.ledger.schedules.add(night)
    // A load at 03:00 holds three hours of its own day.
    const today = join(logData, '2018/11/2018-11-11-events.json')
    const lines = (await readFile(today, 'utf8')).trimEnd().split('\n')
    const early = lines.filter((line) => JSON.parse(line).ts < Date.parse('2018-11-11T03:00:00Z'))
    await writeFile(today, early.join('\n'))
    clock.set(new Date('2026-11-24T03:00:05.000Z'))
    await bot.beat()
    const { replies } = await fired(bot)
    expect(textsOf(replies)[0]).toMatch(/^Pulse, 10 Nov 2018: plays /)
    expect(replies[3]).toMatchObject({ title: 'Top songs, 10 Nov 2018 UTC' })
  })

  it('is made of what its lines say in brief, which nobody else is told', async () => {
    const { bot } = await createWarehouse()
    const [etl, songs] = [await bot.say('etl'), await bot.say('top-songs')]
    expect([etl.brief, songs.brief, songs.replies.length]).toEqual([undefined, undefined, 3])
  })

  it('says on the next night since when a check is not met', async () => {
    const { bot, clock } = await createWarehouse()
    await bot.ledger.schedules.add(night)
    for (const day of [24, 25, 26]) {
      clock.set(new Date(`2026-11-${day}T03:00:05.000Z`))
      await bot.beat()
      const texts = textsOf((await fired(bot)).replies)
      const since = day === 24 ? 'new with this load' : 'since the load of 24 Nov 2026, 03:00 UTC'
      expect(texts[2]).toContain(`(expected at least 4%), ${since}`)
    }
  })

  it('that found nothing to ask is what its lines say, without a chart or a table', async () => {
    const { bot, clock } = await createWarehouse()
    await bot.ledger.schedules.add({ ...night, lines: ['etl', 'status'] })
    clock.set(new Date('2026-11-24T03:00:05.000Z'))
    await bot.beat()
    const answer = await fired(bot)
    expect(answer.ok).toBe(true)
    expect(kindsOf(answer.replies)).not.toContain('chart')
    expect(answer.next.at(-1)).toEqual({ label: 'Details', line: 'runs 1' })
  })
})

describe('the post of one line', () => {
  it('is the answer as it is, below the name of its schedule', async () => {
    const { bot } = await greetingAt('2026-11-23T03:00:30.000Z', { zone: 'Europe/London' })
    expect(await fired(bot)).toMatchObject({
      title: 'Daily, 23 Nov, 03:00 (Europe/London): greet · schedule 1 · < 0.1 s',
      headline: 'Daily, 23 Nov, 03:00 (Europe/London): Good morning.',
      replies: [{ kind: 'text', text: 'Good morning.' }],
      next: [{ label: 'Bye', line: 'bye' }],
    })
  })

  it.each([
    ['2026-11-23T05:12:00.000Z', 'UTC', '0 3 * * *', 'Due 03:00, posted 05:12: the bot was not running.'],
    ['2026-11-23T05:12:00.000Z', 'Asia/Kolkata', '0 9 * * *', 'Due 09:00, posted 10:42: the bot was not running.'],
    ['2026-11-23T03:02:00.000Z', 'UTC', '0 3 * * *', null],
  ])('said at %s in %s for %s says why it is late', async (time, zone, cron, late) => {
    const { bot } = await greetingAt(time, { zone, cron })
    expect(textsOf((await fired(bot)).replies)).toEqual([...(late === null ? [] : [late]), 'Good morning.'])
  })

  it('that somebody asked for says who, and is never late', async () => {
    const { world, bot } = await greetingAt('2026-11-23T12:00:00.000Z')
    world.roles.set(bob.id, 'operator')
    await bot.say('schedule-run 1', { who: bob })
    world.clock.advance(600_000)
    const answers: Answer[] = []
    for (const { answer } of await runAsked(bot)) answers.push(answer)
    expect(answers[0]).toMatchObject({
      title: expect.stringMatching(/^Daily, run by Bob: greet · schedule 1/),
      replies: [{ text: 'Good morning.' }],
    })
  })

  it('that was begun by a bot before says that it was restarted, where that made it late', async () => {
    const { world, bot } = await greetingAt('2026-11-23T03:00:00.000Z')
    const stuck = await world.start('stuck', [
      scheduleRun,
      command('greet', () => new Promise(() => undefined), { effect: 'read' }),
    ])
    void runDue(stuck)
    await expect.poll(async () => (await bot.ledger.runs.list({ limit: 5 })).length).toBe(2)
    stuck.die()
    world.clock.advance(1_200_000)
    await bot.beat()
    const [recovered] = await claimRuns(bot.session, () => unfollowed)
    const answer = await recovered?.answer
    expect(textsOf(answer?.replies ?? [])[0]).toBe('Due 03:00, posted 03:20: the bot was restarted.')
  })
})

const words = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', 'b', 'c', ' ', '·') })
const tone = fc.constantFrom('plain', 'good', 'warning', 'note', 'code')
const type = fc.constantFrom('bar', 'line')
const facts = fc.array(fc.record({ about: fc.constantFrom('checks', 'load', 'coverage'), text: words }), {
  minLength: 1,
})
const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.tuple(words, tone).map(([said, how]): Reply => ({ kind: 'text', text: said, tone: how })),
  fc.tuple(facts, tone).map(([stated, how]): Reply => stating(stated, ' · ', how)),
  fc.tuple(words, fc.array(fc.nat(3), { maxLength: 3 })).map(([title, cells]): Reply => {
    return { kind: 'table', title, columns: ['n'], rows: cells.map((cell) => [cell]), total: cells.length }
  }),
  fc.tuple(words, type).map(([title, how]): Reply => {
    const series = [{ name: 'n', values: [1] }]
    return { kind: 'chart', type: how, title, xLabel: 'x', yLabel: 'n', categories: ['a'], series }
  }),
)
const reports: fc.Arbitrary<LineReport> = fc
  .record({
    line: words,
    asks: fc.boolean(),
    replies: fc.array(reply, { maxLength: 5 }),
    brief: fc.option(fc.array(reply, { maxLength: 4 })),
  })
  .map(({ line, asks, replies, brief }) => ({
    line,
    asks,
    answer: {
      ok: true,
      exit: 0,
      headline: line,
      audience: 'channel',
      run: null,
      replies,
      ...(brief === null ? {} : { brief }),
      next: [{ label: line, line }],
    },
  }))

describe('one message of several answers', () => {
  const chart = (title: string, type: 'bar' | 'line'): Reply => {
    const series = [{ name: 'n', values: [1] }]
    return { kind: 'chart', type, title, xLabel: 'x', yLabel: 'n', categories: ['a'], series }
  }
  const table = (title: string): Reply => ({ kind: 'table', title, columns: ['n'], rows: [[1]], total: 1 })
  const ranIn = (id: number, line: string, ms: number) => {
    const started = '2026-11-30T03:00:00.000Z'
    const ended = new Date(Date.parse(started) + ms).toISOString()
    return { id, command: line, line, who: 'Anna', state: 'complete' as const, started, ended, steps: [] }
  }
  const report = (line: string, asks: boolean, said: Partial<Answer>): LineReport => ({
    line,
    asks,
    answer: { ok: true, exit: 0, headline: `${line}.`, audience: 'channel', run: null, replies: [], next: [], ...said },
  })

  it('puts answers before deeds, figures before charts before rows, what is marked before what is not', () => {
    const done = report('etl', false, { replies: [text('Plain.'), text('Marked.', 'warning'), table('Files')] })
    const asked = report('pulse', true, { replies: [table('Days'), chart('Days', 'line'), text('Figures.')] })
    const { headline, replies, details } = oneMessage([done, asked])
    expect(headline).toBe('pulse. etl.')
    expect(replies).toEqual([
      text('Figures.'),
      chart('Days', 'line'),
      table('Days'),
      text('Marked.', 'warning'),
      text('Plain.'),
    ])
    expect(details).toEqual([text('etl'), table('Files')])
  })

  it('draws a course of time rather than a ranking, otherwise the first', () => {
    const drawn = (...charts: readonly Reply[]) => {
      const { replies } = oneMessage(charts.map((one) => report('ask', true, { replies: [one] })))
      return replies.map((reply) => (reply.kind === 'chart' ? reply.title : reply.kind))
    }
    expect(drawn(chart('A', 'bar'), chart('B', 'line'), chart('C', 'line'))).toEqual(['B'])
    expect(drawn(chart('A', 'bar'), chart('B', 'bar'))).toEqual(['A'])
  })

  it('says once what several are about: in the one that says most of it, or the last, and each fact of the small print once', () => {
    const fact = (about: string, words: string) => ({ about, text: words })
    const one = report('one', true, {
      facts: { about: ['load'] },
      replies: [
        stating([fact('checks', '23 checks are green.')], ' '),
        stating([fact('zone', 'UTC'), fact('load', 'load 3'), fact('checks', '23 checks')], ' · ', 'note'),
      ],
    })
    const most = stating([fact('loaded', 'Loaded;'), fact('checks', '23 checks are green.')], ' ')
    const other = report('two', true, {
      facts: { about: ['load'] },
      replies: [most, stating([fact('load', 'load 3'), fact('files', '5 files')], ' · ', 'note')],
    })
    const { headline, replies } = oneMessage([one, other])
    expect(headline).toBe('two.')
    expect(replies).toEqual([
      most,
      stating([fact('zone', 'UTC'), fact('load', 'load 3'), fact('files', '5 files')], ' · ', 'note'),
    ])
  })

  it('suggests three things: the answers of what was asked, then what was suggested, no label twice', () => {
    const next = [
      { label: 'Check', line: 'qa' },
      { label: 'Undo', line: 'rollback' },
    ]
    const etl = report('etl', false, { run: ranIn(2, 'etl', 0), next })
    const pulse = report('pulse', true, { run: ranIn(3, 'pulse', 61_000), next, replies: [table('Days')] })
    const again = report('pulse', true, { run: ranIn(4, 'pulse', 0) })
    expect(oneMessage([etl, pulse, again]).next).toEqual([{ label: 'Pulse', line: 'result 3' }, ...next])
    const songs = report('top-songs', true, { run: ranIn(5, 'top-songs', 0) })
    expect(oneMessage([etl, pulse, songs]).next.map(({ line }) => line)).toEqual(['result 3', 'result 5', 'qa'])
    const [words] = oneMessage([report('x', true, { replies: [table('First')] }), pulse]).details
    expect(words).toEqual(text('pulse (run 3, 1 min 1 s)'))
  })

  const said = (line: string, replies: Reply[], about: string[]): LineReport => {
    const answer = {
      ok: true,
      exit: 0,
      headline: `${line}.`,
      audience: 'channel',
      run: null,
      facts: { about },
    } as const
    return { line, asks: false, answer: { ...answer, replies, facts: { about }, next: [] } }
  }

  it('states what several lines are about once, in the words of the one that knows more, whatever these are', () => {
    const checks = { about: 'checks', text: 'all green' }
    const since = { about: 'warnings', text: 'a gap since Monday' }
    const small = stating(
      [
        { about: 'freshness', text: 'until noon' },
        { about: 'warnings', text: 'a gap' },
      ],
      ' · ',
      'note',
    )
    const { headline, replies, details } = oneMessage([
      said('load', [stating([checks], ''), small], ['load', 'checks']),
      said('check', [stating([checks, since], ', '), small], ['checks']),
      said('look', [text('all green, or so it says · until noon')], []),
    ])
    expect(headline).toBe('load. look.')
    expect(textsOf(replies)).toEqual([
      'all green, a gap since Monday',
      'all green, or so it says · until noon',
      'until noon',
    ])
    expect(details).toEqual([])
  })

  it('has at most one chart, one table, one line of small print and three buttons, and says no sentence twice', () => {
    fc.assert(
      fc.property(fc.array(reports, { maxLength: 5 }), (all) => {
        const { replies, next } = oneMessage(all)
        expect(replies.filter(({ kind }) => kind === 'chart').length).toBeLessThan(2)
        expect(replies.filter(({ kind }) => kind === 'table').length).toBeLessThan(2)
        const notes = replies.filter((one) => one.kind === 'text' && one.tone === 'note')
        expect(notes.length).toBeLessThan(2)
        expect(next.length).toBeLessThan(4)
        const said = replies.flatMap((one) => (one.kind === 'text' && one.tone !== 'note' ? [one.text] : []))
        expect(new Set(said).size).toBe(said.length)
        const stated = replies.flatMap((one) => (one.kind === 'text' ? (one.facts ?? []) : []))
        const small = notes.flatMap((one) => (one.kind === 'text' ? (one.facts ?? []) : []))
        const above = stated.filter((fact) => !small.includes(fact)).map(({ about }) => about)
        expect(small.filter(({ about }) => above.includes(about))).toEqual([])
        expect(new Set(small.map((fact) => JSON.stringify(fact))).size).toBe(small.length)
      }),
    )
  })

  it('keeps every row and every word of the whole answers, in itself or in its details', () => {
    fc.assert(
      fc.property(fc.array(reports, { maxLength: 5 }), (all) => {
        const { replies, details } = oneMessage(all)
        const kept = [...replies, ...details]
        const told = kept.flatMap((one) => (one.kind === 'text' ? [one.text] : []))
        const about = kept.flatMap((one) => (one.kind === 'text' ? (one.facts ?? []) : [])).map((fact) => fact.about)
        for (const one of all.flatMap(({ answer }) => answer.replies)) {
          if (one.kind === 'table') expect(kept).toContainEqual(one)
          if (one.kind === 'text') {
            for (const fact of one.facts ?? [{ about: '', text: one.text }]) {
              expect(about.includes(fact.about) || told.some((other) => other.includes(fact.text))).toBe(true)
            }
          }
        }
      }),
    )
  })
})
