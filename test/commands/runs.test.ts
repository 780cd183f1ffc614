import '../../src/commands/cancel.ts'
import '../../src/commands/run-again.ts'
import '../../src/commands/runs.ts'
import { describe, expect, it } from 'vitest'
import cancel from '../../src/commands/cancel.ts'
import runAgain from '../../src/commands/run-again.ts'
import runs from '../../src/commands/runs.ts'
import type { Answer } from '../../src/core/answer.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Asker } from '../../src/core/people.ts'
import type { Place } from '../../src/core/place.ts'
import type { NewRun, RunEnd } from '../../src/core/ports/runs.ts'
import { type Reply, text } from '../../src/core/reply.ts'
import {
  anna,
  bob,
  command,
  createWorld,
  deferred,
  failureOf,
  planOf,
  step,
  terminal,
  untilAborted,
} from '../support/core.ts'
import { delivered } from '../support/delivered.ts'
import { newRun } from '../support/run.ts'

const look = command('look', async () => undefined, { effect: 'none', audience: 'asker' })
const greet = command('greet', async () => undefined, { effect: 'read', role: 'viewer' })

function answerOf(replies: Reply[]): Answer {
  return { ok: true, exit: 0, headline: 'Said.', audience: 'channel', run: null, replies, next: [] }
}

function rowsOf(answer: Answer) {
  const table = answer.replies.find((reply) => reply.kind === 'table')
  if (table === undefined) throw new Error(`no table: ${answer.headline}`)
  return table.rows
}

describe('runs', () => {
  it('lists what was done, newest first, in a table of fixed columns, without what only looked', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [runs, look, greet])
    expect(await bot.say('runs')).toMatchObject({ ok: true, audience: 'asker', headline: 'No runs yet.' })
    await bot.say('greet')
    await bot.say('look')
    clock.advance(1500)
    await bot.say('greet', { who: bob })
    const answer = await bot.say('runs')
    expect(answer).toMatchObject({
      headline: '2 runs, newest first.',
      replies: [
        {
          kind: 'table',
          columns: ['id', 'command', 'who', 'state', 'started', 'seconds'],
          rows: [
            [4, 'greet', 'Bob', 'complete', '2026-11-23T12:00:01.500Z', 0],
            [2, 'greet', 'Anna', 'complete', '2026-11-23T12:00:00.000Z', 0],
          ],
          total: 2,
        },
      ],
    })
    expect(rowsOf(await bot.say('runs all=yes')).map(([id]) => id)).toEqual([5, 4, 3, 2, 1])
  })

  it('can be asked for one person, one command, or from a day on', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [runs, greet, command('load', async () => undefined)])
    await bot.say('greet', { who: bob })
    await bot.say('load')
    clock.advance(86_400_000)
    await bot.say('greet')
    const ids = async (line: string) => rowsOf(await bot.say(line)).map(([id]) => id)
    expect(await ids('runs who=<@U0BOB|bob>')).toEqual([1])
    expect(await ids('runs who=U0ANNA')).toEqual([3, 2])
    expect(await ids('runs who=bob')).toEqual([1])
    expect(await ids('runs who=@Anna command=greet')).toEqual([3])
    expect(await ids('runs command=load')).toEqual([2])
    expect(await ids('runs since=2026-11-24')).toEqual([3])
    expect(await ids('runs since=24h')).toEqual([3, 2, 1])
    expect(await ids('runs since=23h')).toEqual([3])
    expect(await ids('runs until=2026-11-23')).toEqual([2, 1])
    expect(await bot.say('runs who=carl')).toMatchObject({ headline: 'No such runs.' })
    expect(failureOf(await bot.say('runs since=yesterday'))).toMatchObject({
      message: 'since: "yesterday" is not a valid time. Nothing was done.',
    })
  })

  it('finds the runs of a command however its name is typed', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [runs, command('top-songs', async () => undefined)])
    await bot.say('top songs')
    expect(rowsOf(await bot.say('runs command="Top songs"')).map(([id]) => id)).toEqual([1])
  })

  it('says so when it shows only the newest', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [runs, greet])
    for (let i = 0; i < 21; i++) await bot.say('greet')
    // This list is itself a run of the second one.
    for (const line of ['runs', 'runs all=yes']) {
      const answer = await bot.say(line)
      expect(rowsOf(answer)).toHaveLength(20)
      expect(answer.replies).toContainEqual(
        expect.objectContaining({ text: 'The newest 20. Use until= or csv=yes for older ones.' }),
      )
    }
  })

  it('with a number tells one run in full, its steps and its answer included', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [
      runs,
      command('load', async ({ perform }) => {
        await perform([step('Stage', () => clock.advance(3000))])
        throw new OpsError('bad_data', 'Line 3 is no JSON.', 'Mend it.')
      }),
    ])
    await bot.say('load')
    const answer = await bot.say('runs #1')
    expect(answer).toMatchObject({
      headline: 'Run 1, load: error, 3.0 s.',
      replies: [
        { kind: 'text', text: 'Run 1, load: error, 3.0 s\nAsked by Anna, 23 Nov 2026, 12:00 UTC' },
        { kind: 'steps', title: 'load', steps: [{ title: 'Stage', state: 'complete', ms: 3000 }] },
        { kind: 'failure', message: 'Line 3 is no JSON.' },
      ],
      next: [{ label: 'Run again', line: 'run-again 1' }],
    })
    const missing = await bot.say('runs 99')
    expect(missing).toMatchObject({ exit: 1, audience: 'asker', next: [{ line: 'runs' }] })
    expect(failureOf(missing).message).toBe('There is no run 99.')
  })

  it('offers to cancel a run that is running, and to run again one that was cancelled', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const bot = await start('one', [
      runs,
      cancel,
      command('load', ({ signal }) => {
        begun.resolve()
        return untilAborted(signal)
      }),
    ])
    const running = bot.say('load')
    await begun.promise
    expect(await bot.say('runs 1')).toMatchObject({ next: [{ label: 'Cancel', line: 'cancel 1' }] })
    await bot.say('cancel 1')
    await running
    expect(await bot.say('runs 1')).toMatchObject({ next: [{ label: 'Run again', line: 'run-again 1' }] })
  })
})

describe('one run in full', () => {
  const spinUp = command('spin-up', async () => undefined, {
    role: 'viewer',
    plan: async () => ({
      title: 'Spin up sparkify?',
      facts: ['$0.54 an hour', 'lease 8 h'],
      act: 'Spin up',
      danger: false,
    }),
  })

  it('has the plan that was read, who agreed to it, and what the cluster cost meanwhile', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [runs, spinUp])
    const plan = { title: 'Spin up sparkify?', facts: ['$0.54 an hour', 'lease 8 h'], act: 'Spin up', danger: false }
    await bot.say('spin-up', { confirmed: true })
    const ended = { ended: '2026-11-23T13:00:00.000Z', answer: (await bot.ledger.runs.get(1))?.answer }
    if (ended.answer === undefined || ended.answer === null) throw new Error('it has an answer')
    await bot.ledger.runs.open(
      newRun({
        command: 'spin-up',
        line: 'spin-up lease=8h',
        who: bob,
        writer: true,
        approval: { plan, by: anna },
        started: '2026-11-23T12:00:00.000Z',
      }),
    )
    await bot.ledger.runs.end(2, 'one', { ...ended, answer: ended.answer, state: 'complete', costUsd: 0.543 }, [])
    expect((await bot.say('runs 1')).replies).toMatchObject([
      { text: 'Run 1, spin-up: complete, < 0.1 s\nAsked by Anna, 23 Nov 2026, 12:00 UTC' },
      { text: 'Spin up sparkify?\n$0.54 an hour\nlease 8 h\nConfirmed by Anna' },
      { text: 'spin-up' },
    ])
    expect((await bot.say('runs 2')).replies).toMatchObject([
      {
        text: 'Run 2, spin-up lease=8h: complete, 1 h\nAsked by Bob, 23 Nov 2026, 12:00 UTC\nThe cluster cost $0.54 in that time.',
      },
      { text: 'Spin up sparkify?\n$0.54 an hour\nlease 8 h\nApproved by Anna, asked for by Bob' },
      { text: 'spin-up' },
    ])
  })

  /** A schedule's run that said a load, which went well, and a question, which did not. */
  async function fired(cause: 'clock' | 'asked') {
    const world = await createWorld()
    const secret = command('secret', async () => undefined, { effect: 'read', role: 'operator' })
    const bot = await world.start('one', [runs, greet, secret, command('load', async () => undefined)])
    const open = async (line: string, said: Partial<NewRun>, end: Partial<RunEnd> = {}) => {
      const opened = await bot.ledger.runs.open(
        newRun({ command: line, line, started: '2026-11-23T12:00:00.000Z', ...said }),
      )
      if (opened.kind !== 'opened') throw new Error(`it is ${opened.kind}`)
      await bot.ledger.runs.end(
        opened.run.id,
        'one',
        {
          state: 'complete',
          answer: answerOf([text(`${line} said.`)]),
          ended: '2026-11-23T12:00:05.000Z',
          costUsd: null,
          ...end,
        },
        [],
      )
    }
    await open('schedule-run 3', {
      command: 'schedule-run',
      origin: { kind: 'fire', schedule: 3, intended: '2026-11-23T11:55:00.000Z', cause },
    })
    await open('load', { origin: { kind: 'line', fire: 1, at: 0 } })
    const asked = { engine: 'duckdb', load: 2, sql: 'select 1', values: {} }
    await open(
      'secret',
      { origin: { kind: 'line', fire: 1, at: 1 } },
      { state: 'error', answer: { ...answerOf([]), asked } },
    )
    return { ...world, bot }
  }

  it('says which schedule called it, shows its lines, and leads to them, the one that failed first', async () => {
    const { bot } = await fired('clock')
    const answer = await bot.say('runs 1')
    expect(answer.replies).toMatchObject([
      {
        text: 'Run 1, schedule-run 3: complete, 5.0 s\nSchedule 3, due 23 Nov 2026, 11:55 UTC, for Anna, 23 Nov 2026, 12:00 UTC',
      },
      {
        kind: 'table',
        columns: ['id', 'command', 'state', 'seconds'],
        rows: [
          [2, 'load', 'complete', 5],
          [3, 'secret', 'error', 5],
        ],
      },
      { text: 'schedule-run 3 said.' },
    ])
    expect(answer.next).toEqual([
      { label: '3: secret', line: 'runs 3' },
      { label: '2: load', line: 'runs 2' },
    ])
    expect(await bot.say('runs 2')).toMatchObject({
      replies: [{ text: expect.stringContaining('\nLine 1 of run 1, for Anna, 23 Nov') }, {}],
      next: [{ label: 'Whole schedule', line: 'runs 1' }],
    })
    const { bot: other } = await fired('asked')
    expect(await other.say('runs 1')).toMatchObject({
      replies: [{ text: expect.stringContaining('\nSchedule 3, run by Anna, 23 Nov') }, {}, {}],
    })
  })

  it('keeps the answer of a schedule from those who may not ask one of its lines, and from everybody after seven days', async () => {
    const { bot, clock } = await fired('clock')
    const last = async (who: Asker) => (await bot.say('runs 1', { who })).replies.at(-1)
    expect(await last(bob)).toMatchObject({ text: 'Only people who may run this command can see its answer.' })
    clock.advance(8 * 86_400_000)
    expect(await last(anna)).toMatchObject({ text: 'Its answer was deleted after 7 days.' })
  })
})

describe('the record as a file', () => {
  /** The rows of the file in an answer, header included; no cell of these tests holds a comma. */
  function linesOf(answer: Answer): readonly string[][] {
    const file = answer.replies.find((reply) => reply.kind === 'file')
    if (file === undefined) throw new Error(`no file: ${answer.headline}`)
    return file.content
      .replace('\ufeff', '')
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','))
  }

  it('has each run with its plan, who approved it and how it ended, and what was refused, but not what only looked', async () => {
    const { start, clock } = await createWorld()
    const raze = command(
      'raze',
      async () => {
        throw new OpsError('storage', 'The disk is full.')
      },
      { plan: async () => ({ title: 'Raze it?', facts: ['all of it', '=1+1'], act: 'Raze', danger: true }) },
    )
    const bot = await start('one', [runs, look, greet, raze])
    await bot.say('look')
    await bot.say('raze', { who: bob })
    clock.advance(1000)
    const plan = planOf(await bot.say('raze'))
    await bot.click(plan.id)
    const answer = await bot.say('runs csv=yes', { place: terminal })
    expect(answer).toMatchObject({ headline: 'Audit log: 2 entries.', replies: [{ name: 'audit-log-2026-11-23.csv' }] })
    expect(linesOf(answer)).toEqual([
      [
        'at',
        'run',
        'what',
        'who',
        'who_id',
        'line',
        'place',
        'origin',
        'plan',
        'approved_by',
        'cost_usd',
        'result',
        'headline',
      ],
      [
        '2026-11-23T12:00:00.000Z',
        '',
        'refused',
        'Bob',
        'U0BOB',
        'raze',
        '#music (C0MUSIC)',
        'words',
        '',
        '',
        '',
        '',
        '"raze needs an operator. You are U0BOB',
        ' viewer here. Nothing was done."',
      ],
      [
        '2026-11-23T12:00:01.000Z',
        '2',
        'run',
        'Anna',
        'U0ANNA',
        'raze',
        '#music (C0MUSIC)',
        'words',
        'Raze it? · all of it · =1+1',
        'Anna (U0ANNA)',
        '',
        'error',
        'The disk is full.',
      ],
    ])
  })

  it('holds what the filters let through', async () => {
    const { start, clock } = await createWorld()
    const bot = await start('one', [runs, greet, command('load', async () => undefined)])
    await bot.say('greet', { who: bob })
    await bot.say('load')
    clock.advance(86_400_000)
    await bot.say('greet')
    const of = async (line: string) =>
      linesOf(await bot.say(line, { place: terminal }))
        .slice(1)
        .map(([, run]) => run)
    expect(await of('runs csv=yes')).toEqual(['1', '2', '3'])
    expect(await of('runs csv=yes who=<@U0BOB|bob>')).toEqual(['1'])
    expect(await of('runs csv=yes command=greet')).toEqual(['1', '3'])
    expect(await of('runs csv=yes since=1h')).toEqual(['3'])
    expect(await of('runs csv=yes until=2026-11-23')).toEqual(['1', '2'])
    expect(await bot.say('runs who=bob since=7d')).toMatchObject({
      next: [{ label: 'CSV', line: 'runs who=bob since=7d csv=yes' }],
    })
  })

  it('tells viewers where only they themselves said something, and no plan that others read', async () => {
    const { start, roles } = await createWorld()
    const secret: Place = { kind: 'slack', channel: 'C0SECRET', channelName: 'secret', direct: false }
    const wake = command('wake', async () => undefined, {
      plan: async () => ({ title: 'Wake it?', facts: ['in #secret'], act: 'Wake', danger: false }),
    })
    const add = command('schedule-add', async () => ({ headline: 'Schedule 1: wake, daily in #secret.' }))
    const bot = await start('one', [runs, greet, wake, add])
    await bot.say('wake', { place: secret, confirmed: true })
    await bot.say('schedule-add')
    await bot.say('greet', { who: bob })
    const seen = async () => linesOf(await bot.say('runs csv=yes', { place: terminal, who: bob })).slice(1)
    const told = (await seen()).map(([, run, , who, , line, place, , plan]) => [run, who, line, place, plan])
    expect(told).toEqual([
      ['1', 'Anna', 'wake', '', ''],
      ['2', 'Anna', 'schedule-add', '', ''],
      ['3', 'Bob', 'greet', '#music (C0MUSIC)', ''],
    ])
    expect(JSON.stringify(await seen())).not.toMatch(/secret/i)
    roles.set(bob.id, 'operator')
    expect(JSON.stringify(await seen())).toContain('#secret (C0SECRET)')
  })

  it('lets no spreadsheet calculate what somebody calls themselves', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [runs, greet])
    await bot.say('greet', { who: { ...bob, name: '=HYPERLINK("https://example.org")' } })
    const answer = await bot.say('runs csv=yes', { place: terminal })
    expect(linesOf(answer)[1]?.[3]).toBe(`"'=HYPERLINK(""https://example.org"")"`)
  })

  it('goes to one’s direct messages when it is asked for in a channel, where nobody else sees it', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [runs, greet])
    await bot.say('greet')
    const answer = await bot.say('runs csv=yes')
    expect(answer).toMatchObject({
      audience: 'asker',
      replies: [{ kind: 'text', text: 'Audit log: 1 entry. It is in your direct messages.' }],
    })
    const told = (await delivered(bot)).filter(({ key }) => key.endsWith(':record'))
    expect(told).toMatchObject([
      { to: anna.id, body: { answer: { replies: [{ kind: 'file', name: 'audit-log-2026-11-23.csv' }] } } },
    ])
    const direct: Place = { kind: 'slack', channel: 'D0ANNA', direct: true }
    expect(await bot.say('runs csv=yes', { place: direct })).toMatchObject({
      audience: 'channel',
      replies: [{ kind: 'file' }],
    })
    expect(told).toHaveLength(1)
  })
})

describe('run-again', () => {
  /** A load that fails in its second step until it is mended. */
  async function broken(canContinue: boolean) {
    const world = await createWorld()
    const done: string[] = []
    let mended = false
    const load = command(
      'load',
      async ({ perform, runId }) => {
        await perform([
          step('Stage', () => done.push(`Stage ${runId}`)),
          step('Build', () => {
            if (!mended) throw new OpsError('bad_data', 'Line 3 is no JSON.')
            done.push(`Build ${runId}`)
          }),
        ])
        return undefined
      },
      canContinue ? { canContinue: async () => true } : {},
    )
    const bot = await world.start('one', [load, runAgain, greet])
    await bot.say('load')
    const mend = () => {
      mended = true
    }
    return { world, bot, done, mend }
  }

  it('carries a failed run on behind its finished steps where its command says that it can', async () => {
    const { bot, done, mend } = await broken(true)
    expect(await bot.say('run-again')).toMatchObject({ ok: false, run: { id: 1, attempt: 2, line: 'load' } })
    mend()
    const answer = await bot.say('run-again 1')
    expect(answer).toMatchObject({ ok: true, run: { id: 1, attempt: 3, command: 'load' } })
    expect(answer.run?.steps.map(({ title, state }) => [title, state])).toEqual([
      ['Stage', 'complete'],
      ['Build', 'complete'],
    ])
    expect(done).toEqual(['Stage 1', 'Build 1'])
    expect((await bot.ledger.runs.attempts(1)).map(({ state }) => state)).toEqual(['error', 'error', 'complete'])
  })

  it('begins anew where it does not', async () => {
    const { bot, done, mend } = await broken(false)
    mend()
    expect(await bot.say('run-again 1')).toMatchObject({ ok: true, run: { id: 1, attempt: 2 } })
    expect(done).toEqual(['Stage 1', 'Stage 1', 'Build 1'])
  })

  it('says the line of a run that went well again, from its beginning', async () => {
    const { bot, done, mend } = await broken(false)
    mend()
    await bot.say('run-again')
    await bot.say('run-again 1')
    expect(done).toEqual(['Stage 1', 'Stage 1', 'Build 1', 'Stage 2', 'Build 2'])
  })

  it('tries somebody else’s run again in the name and the place of whoever may, and lists how it was tried before', async () => {
    const { world, bot, mend } = await broken(true)
    world.roles.set(bob.id, 'operator')
    await bot.say('load', { who: bob })
    mend()
    world.clock.advance(60_000)
    expect(await bot.say('run-again 2', { place: terminal })).toMatchObject({ ok: true, run: { id: 2, who: 'Anna' } })
    expect(await bot.ledger.runs.get(2)).toMatchObject({ who: anna, requester: bob, place: terminal, retries: 1 })
    const { replies } = await (await world.start('two', [runs])).say('runs 2')
    expect(replies).toMatchObject([
      { text: 'Run 2, load: complete, < 0.1 s\nAsked by Bob; retried by Anna, 23 Nov 2026, 12:01 UTC' },
      { kind: 'steps' },
      {
        title: 'Earlier attempts',
        columns: ['attempt', 'who', 'state', 'started', 'seconds', 'outcome'],
        rows: [[1, 'Bob', 'error', '2026-11-23T12:00:00.000Z', 0, 'Line 3 is no JSON.']],
      },
      { text: 'load' },
    ])
    expect((await bot.ledger.audit.list({ limit: 9 })).entries).toMatchObject([
      { run: 1, attempt: 1, who: anna },
      { run: 2, attempt: 1, who: bob, result: 'error' },
      { run: 2, attempt: 2, who: anna, result: 'complete' },
    ])
  })

  it('is for one’s own runs, in the role that the line needs', async () => {
    const { world, bot, mend } = await broken(false)
    expect(failureOf(await bot.say('run-again 1', { who: bob })).code).toBe('not_allowed')
    await bot.say('greet', { who: bob })
    expect(await bot.say('run-again 2', { who: bob })).toMatchObject({ ok: true, run: { line: 'greet' } })
    world.roles.set(anna.id, 'viewer')
    expect(failureOf(await bot.say('run-again 1'))).toMatchObject({
      code: 'not_allowed',
      message: 'load needs an operator. You are U0ANNA, viewer here. Nothing was done.',
    })
    expect(await bot.ledger.runs.attempts(1)).toHaveLength(1)
    // Of a run that went well, too.
    world.roles.set(anna.id, 'operator')
    mend()
    expect(await bot.say('run-again 1')).toMatchObject({ ok: true, run: { id: 1 } })
    world.roles.set(anna.id, 'viewer')
    expect(failureOf(await bot.say('run-again 1')).code).toBe('not_allowed')
    expect(await bot.ledger.runs.list({ command: 'load', limit: 9 })).toHaveLength(1)
  })

  it('asks for a confirmation where the line does', async () => {
    const { start } = await createWorld()
    let times = 0
    const raze = command(
      'raze',
      async () => {
        if (++times === 1) throw new OpsError('storage', 'The disk is full.')
        return undefined
      },
      { plan: async () => ({ title: 'Raze it?', facts: [], act: 'Raze', danger: true }) },
    )
    const bot = await start('one', [raze, runAgain])
    await bot.say('raze', { confirmed: true })
    const plan = planOf(await bot.say('run-again'))
    expect(plan.line).toBe('run-again 1')
    expect(await bot.click(plan.id)).toMatchObject({ ok: true, run: { line: 'raze' } })
  })

  it('leaves a run alone that is running still', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const gate = deferred()
    const bot = await start('one', [
      runAgain,
      command('load', async () => {
        begun.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const running = bot.say('load')
    await begun.promise
    expect(failureOf(await bot.say('run-again 1'))).toMatchObject({
      code: 'busy',
      message: 'Run 1 is still running. Nothing was done.',
    })
    gate.resolve()
    await running
    expect(failureOf(await bot.say('run-again')).message).toBe('There is no failed run.')
  })

  it('without a number repeats no cancel that was refused, which would stop a colleague’s run', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const stop = deferred()
    const load = command('load', async ({ signal }) => {
      begun.resolve()
      signal.addEventListener('abort', () => stop.resolve())
      await stop.promise
      signal.throwIfAborted()
      return undefined
    })
    const refuse = command('ask', () => Promise.reject(new OpsError('sql_failed', 'No.', '')), {
      effect: 'read',
      role: 'viewer',
    })
    const bot = await start('one', [load, refuse, cancel, runAgain])
    const running = bot.say('load')
    await begun.promise
    expect(failureOf(await bot.say('cancel', { who: bob })).code).toBe('not_allowed')
    expect(failureOf(await bot.say('ask', { who: bob })).code).toBe('sql_failed')
    expect(failureOf(await bot.say('run-again', { who: bob })).message).toBe('There is no failed run.')
    expect(failureOf(await bot.say('run-again')).message).toBe('There is no failed run.')
    expect(await bot.say('cancel')).toMatchObject({ ok: true })
    expect(failureOf(await running).code).toBe('cancelled')
    expect(failureOf(await bot.say('run-again', { who: bob })).message).toBe('There is no failed run.')
  })
})
