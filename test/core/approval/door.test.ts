import { describe, expect, it } from 'vitest'
import type { RunView } from '../../../src/core/answer.ts'
import { DiskFull, OpsError } from '../../../src/core/errors.ts'
import { anna, bob, channel, command, createWorld, deferred, failureOf } from '../../support/core.ts'

describe('saying a line', () => {
  it('answers with what the command says, the run, and the exit status 0', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [command('greet', async () => ({ next: [{ label: 'Again', line: 'greet' }] }))])
    expect(await bot.say('Greet')).toEqual({
      ok: true,
      exit: 0,
      headline: 'greet done.',
      audience: 'channel',
      run: {
        id: 1,
        command: 'greet',
        line: 'greet',
        who: 'Anna',
        state: 'complete',
        started: '2026-11-23T12:00:00.000Z',
        ended: '2026-11-23T12:00:00.000Z',
        steps: [],
      },
      replies: [{ kind: 'text', text: 'greet' }],
      next: [{ label: 'Again', line: 'greet' }],
    })
  })

  it('writes the run down before its first effect, and its answer after the last', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [
      command('look', async ({ runId, deps }) => {
        expect(await deps.ledger.runs.get(runId)).toMatchObject({
          command: 'look',
          who: anna,
          place: channel,
          writer: true,
          state: 'running',
          worker: 'one',
        })
        return undefined
      }),
    ])
    const answer = await bot.say('look')
    expect(answer.ok).toBe(true)
    expect(await bot.ledger.runs.get(1)).toMatchObject({ state: 'complete', answer })
  })

  it.each([
    ['gret', 2, 'unknown_command'],
    ['greet 5', 2, 'bad_argument'],
    ['x'.repeat(40_000), 2, 'bad_argument'],
    ['greet "', 2, 'bad_argument'],
  ])('%.10j is refused to its asker alone, and nothing is written', async (line, exit, code) => {
    const { start } = await createWorld()
    const bot = await start('one', [command('greet', async () => undefined)])
    const answer = await bot.say(line)
    expect(answer).toMatchObject({ ok: false, exit, audience: 'asker', run: null })
    expect(failureOf(answer).code).toBe(code)
    expect(await bot.ledger.runs.list({ limit: 10 })).toEqual([])
  })

  it('is refused to whoever may not, saying who may and the own id', async () => {
    const { start, roles } = await createWorld()
    roles.set('U0OLGA', 'operator')
    const bot = await start('one', [
      command('greet', async () => undefined),
      command('raze', async () => undefined, { role: 'admin' }),
    ])
    const answer = await bot.say('greet', { who: bob })
    expect(answer).toMatchObject({ ok: false, exit: 3, audience: 'asker', run: null })
    expect(failureOf(answer)).toEqual({
      kind: 'failure',
      code: 'not_allowed',
      message: 'greet needs an operator. You are U0BOB, viewer here. Nothing was done.',
      remedy: 'Setting the bot up? SPARKIFY_OPERATORS=U0BOB',
      ask: ['U0ANNA', 'U0OLGA'],
    })
    roles.clear()
    expect(failureOf(await bot.say('raze')).remedy).toBe(
      'Nobody is an admin yet. Setting the bot up? SPARKIFY_ADMINS=U0ANNA',
    )
  })

  it('is not done, and nobody is called a viewer, while Slack cannot tell a role', async () => {
    const world = await createWorld()
    const done: string[] = []
    const bot = await world.start('one', [command('load', async () => void done.push('load'))])
    world.unknown.add(anna.id)
    const answer = await bot.say('load')
    expect(answer).toMatchObject({ ok: false, audience: 'asker', run: null })
    expect(failureOf(answer)).toMatchObject({ code: 'slack', remedy: 'Say it again.' })
    expect([done, await bot.ledger.runs.list({ limit: 9 })]).toEqual([[], []])
  })

  it('is done once for a delivery that comes twice, at the same time too, and to another process', async () => {
    const { start } = await createWorld()
    let times = 0
    const greet = command('greet', async () => {
      times++
      return undefined
    })
    const [one, two] = [await start('one', [greet]), await start('two', [greet])]
    const ask = { request: one.app.read('greet'), who: anna, place: channel, delivery: '1234.5678' }
    const answers = await Promise.all([one.app.ask(ask), one.app.ask(ask), two.app.ask(ask)])
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
    expect(await one.app.ask(ask)).toBeNull()
    expect(times).toBe(1)
  })

  it('ends with status 1 when a check is red, and the run is complete all the same', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [command('inspect', async () => ({ ok: false }))])
    expect(await bot.say('inspect')).toMatchObject({ ok: false, exit: 1, run: { state: 'complete' } })
  })
})

describe('a command that fails', () => {
  it('as expected says what happened, what to do, and shows the evidence', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [
      command('load', async () => {
        throw new OpsError('bad_data', 'Line 3 is no JSON. Live tables are untouched.', 'Mend it.', {
          fixCommand: 'help load',
          evidence: [{ kind: 'text', text: '{"a":' }],
        })
      }),
    ])
    const answer = await bot.say('load')
    expect(answer).toMatchObject({
      ok: false,
      exit: 1,
      audience: 'channel',
      headline: 'Line 3 is no JSON. Live tables are untouched.',
      run: { id: 1, state: 'error' },
      replies: [
        {
          kind: 'failure',
          code: 'bad_data',
          message: 'Line 3 is no JSON. Live tables are untouched.',
          remedy: 'Mend it.',
        },
        { kind: 'text', text: '{"a":' },
      ],
      next: [{ label: 'Help', line: 'help load' }],
    })
    expect(bot.logged).toEqual([])
    expect(await bot.ledger.runs.get(1)).toMatchObject({ state: 'error', answer })
  })

  it('by a bug tells its reader nothing of it, and the log everything', async () => {
    const { start } = await createWorld()
    const bug = new TypeError('cannot read token xoxb-123 of undefined')
    const bot = await start('one', [
      command('load', async () => {
        throw bug
      }),
    ])
    const answer = await bot.say('load')
    expect(failureOf(answer)).toEqual({
      kind: 'failure',
      code: 'bug',
      message: 'Something in the bot broke that should not have.',
      remedy: 'The log has the details. Please report it.',
    })
    expect(JSON.stringify(answer)).not.toMatch(/TypeError|xoxb|\.ts/)
    expect(bot.logged).toEqual([
      { level: 'error', facts: { err: bug, run: 1 }, message: 'bug: cannot read token xoxb-123 of undefined' },
    ])
  })

  it('is told to the asker alone when its answer would have been', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [
      command(
        'runs',
        async () => {
          throw new OpsError('not_found', 'There is no run 9.')
        },
        { audience: 'asker', effect: 'none' },
      ),
    ])
    expect(await bot.say('runs')).toMatchObject({ exit: 1, audience: 'asker' })
  })
})

describe('changing the warehouse', () => {
  it('is for one run at a time; the next is told who holds it, since when, and doing what', async () => {
    const { start, clock, roles } = await createWorld()
    roles.set(bob.id, 'operator')
    const gate = deferred()
    const begun = deferred()
    const load = command('load', async ({ perform }) => {
      await perform([
        {
          id: 'Stage events',
          title: 'Stage events',
          run: async () => {
            begun.resolve()
            await gate.promise
            return {}
          },
        },
      ])
      return undefined
    })
    const [one, two] = [await start('one', [load]), await start('two', [load])]
    const first = one.say('load')
    await begun.promise
    clock.advance(192_000)
    await one.beat()
    for (const bot of [one, two]) {
      const answer = await bot.say('load', { who: bob })
      expect(answer).toMatchObject({ ok: false, exit: 1, audience: 'asker', run: null, next: [{ line: 'runs 1' }] })
      expect(failureOf(answer)).toMatchObject({
        code: 'busy',
        message: `Anna's load (run 1) has been changing the warehouse for 3 min 12 s, now at "Stage events". Nothing was done.`,
        remedy: 'Wait for it, or stop it with cancel 1.',
      })
    }
    gate.resolve()
    expect(await first).toMatchObject({ ok: true })
    expect(await two.say('load', { who: bob })).toMatchObject({ ok: true, run: { id: 2 } })
  })

  it('lets questions go on beside it', async () => {
    const { start } = await createWorld()
    const gate = deferred()
    const begun = deferred()
    const bot = await start('one', [
      command('load', async () => {
        begun.resolve()
        await gate.promise
        return undefined
      }),
      command('question', async () => undefined, { effect: 'read' }),
    ])
    const load = bot.say('load')
    await begun.promise
    expect(await bot.say('question')).toMatchObject({ ok: true })
    gate.resolve()
    expect(await load).toMatchObject({ ok: true })
  })

  it('is free again at once when the process of the holder is gone, whose run is closed', async () => {
    const { start, clock } = await createWorld()
    const begun = deferred()
    const load = command('load', async ({ perform }) => {
      await perform([
        {
          id: 'Stage events',
          title: 'Stage events',
          run: () => {
            begun.resolve()
            return new Promise<never>(() => undefined)
          },
        },
      ])
      return undefined
    })
    const one = await start('one', [load])
    void one.say('load')
    await begun.promise
    one.die()
    clock.advance(60_000)
    const two = await start('two', [command('load', async () => undefined)])
    expect(await two.say('load')).toMatchObject({ ok: true, run: { id: 2 } })
    expect(await two.ledger.runs.get(1)).toMatchObject({
      state: 'error',
      answer: {
        replies: [
          {
            code: 'interrupted',
            message: 'The program stopped during load at "Stage events".',
            remedy: 'Continue it with run-again 1: finished steps are not repeated.',
          },
        ],
      },
    })
  })
})

describe('a run that goes on', () => {
  it('is shown to its watcher at every change, the last time as it ended', async () => {
    const { start, clock } = await createWorld()
    const seen: RunView[] = []
    const bot = await start('one', [
      command('load', async ({ perform }) => {
        await perform([
          {
            id: 'Stage events',
            title: 'Stage events',
            run: async ({ progress }) => {
              clock.advance(1500)
              progress('half')
              clock.advance(500)
              return { detail: '8 rows' }
            },
          },
          { id: 'Publish', title: 'Publish', run: async () => ({ skipped: 'already there' }) },
        ])
        return undefined
      }),
    ])
    await bot.say('load', { onProgress: (state) => void seen.push(state) })
    expect(seen.map(({ steps }) => steps.map(({ state, ms, detail }) => [state, ms, detail]))).toEqual([
      [],
      [
        ['pending', null, undefined],
        ['pending', null, undefined],
      ],
      [
        ['in_progress', 0, undefined],
        ['pending', null, undefined],
      ],
      [
        ['in_progress', 1500, 'half'],
        ['pending', null, undefined],
      ],
      [
        ['complete', 2000, '8 rows'],
        ['pending', null, undefined],
      ],
      [
        ['complete', 2000, '8 rows'],
        ['in_progress', 0, undefined],
      ],
      [
        ['complete', 2000, '8 rows'],
        ['skipped', 0, 'already there'],
      ],
    ])
  })
})

describe('on a full disk', () => {
  it('questions are answered unrecorded, and changes are refused', async () => {
    const { start } = await createWorld()
    const commands = [
      command('ask', async () => undefined, { effect: 'read' }),
      command('look', async () => undefined, { effect: 'none' }),
      command('load', async () => undefined),
    ]
    const full = async (): Promise<never> => {
      throw new DiskFull('The disk is full.', 'Free some space.', null)
    }
    const { ledger } = await start('before', commands)
    const bot = await start('one', commands, {
      ledger: { ...ledger, claim: full, runs: { ...ledger.runs, open: full, end: full, saveStep: full } },
    })
    for (const line of ['ask', 'look']) {
      expect(await bot.say(line, { delivery: `${line}-1` })).toMatchObject({
        ok: true,
        exit: 0,
        run: null,
        replies: [
          { kind: 'text', text: line },
          { kind: 'text', text: 'This answer is not recorded. The disk is full. Free some space.', tone: 'warning' },
        ],
        next: [{ label: 'Doctor', line: 'doctor' }],
      })
    }
    expect(failureOf(await bot.say('load'))).toMatchObject({ code: 'storage', message: 'The disk is full.' })
  })

  it('an answer for one person offers doctor only where they may use it', async () => {
    const { start, roles } = await createWorld()
    roles.set(bob.id, 'operator')
    const commands = [
      command('look', async () => undefined, { effect: 'none', audience: 'asker' }),
      command('doctor', async () => undefined, { effect: 'none', role: 'admin' }),
    ]
    const full = () => Promise.reject(new DiskFull('The disk is full.', 'Free some space.', null))
    const { ledger } = await start('before', commands)
    const bot = await start('one', commands, { ledger: { ...ledger, runs: { ...ledger.runs, open: full } } })
    expect((await bot.say('look', { who: bob })).next).toEqual([])
    expect((await bot.say('look')).next).toEqual([{ label: 'Doctor', line: 'doctor' }])
  })
})
