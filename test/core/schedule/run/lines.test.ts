import { describe, expect, it, vi } from 'vitest'
import runAgain from '../../../../src/commands/run-again.ts'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Command } from '../../../../src/core/command/define.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import {
  anna,
  bob,
  channel,
  command,
  createWorld,
  deferred,
  failureOf,
  type TestProcess,
  unfollowed,
  type World,
} from '../../../support/core.ts'
import { delivered } from '../../../support/delivered.ts'
import { type Fired, noting, runAsked, runDue, sayAgain } from '../../../support/fires.ts'
import { passing } from '../../../support/passing.ts'
import { freePolicy } from '../../../support/policy.ts'
import { scheduled } from '../../../support/schedule.ts'

const three = scheduled({
  lines: ['one', 'two', 'three'],
  place: channel,
  owner: anna,
  created: '2026-11-20T12:00:00.000Z',
})

/** Three commands that note when they were carried out; `acts` are what they do besides. */
function commandsOf(
  order: string[],
  acts: Readonly<Record<string, () => Promise<void>>> = {},
  said: Parameters<typeof command>[2] = {},
): readonly Command[] {
  const three = ['one', 'two', 'three'].map((name) => noting(name, order, acts[name], name === 'two' ? said : {}))
  return [scheduleRun, runAgain, ...three]
}

async function night(commands: readonly Command[]): Promise<{ world: World; bot: TestProcess }> {
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  const bot = await world.start('one', commands)
  await bot.ledger.schedules.add(three)
  return { world, bot }
}

async function tick(bot: TestProcess): Promise<readonly Fired[]> {
  const fires: Fired[] = []
  for (const fired of await runDue(bot)) fires.push(fired)
  return fires
}

const states = async ({ ledger }: TestProcess) =>
  (await ledger.runs.list({ limit: 20 })).map(({ line, state }) => `${line} ${state}`)

describe('a fire of several lines', () => {
  it('whose bot is killed in its second line says that line to its end, then the third, and the first not again', async () => {
    const order: string[] = []
    const begun = deferred()
    const { world, bot } = await night(
      commandsOf(order, {
        two: () => {
          begun.resolve()
          return new Promise<never>(() => undefined)
        },
      }),
    )
    void tick(bot)
    await begun.promise
    bot.die()
    const next = await world.start('next', commandsOf(order))
    const [recovered, ...others] = await claimRuns(next.session, () => unfollowed)
    expect(others).toEqual([])
    expect((await recovered?.answer)?.ok).toBe(true)
    expect(order).toEqual(['one begins', 'one', 'two begins', 'two', 'three begins', 'three'])
    expect(await states(next)).toEqual(['three complete', 'two complete', 'one complete', 'schedule-run id=1 complete'])
  })

  it('that failed is carried on at the step that failed when it is said again, by whoever may', async () => {
    const order: string[] = []
    let broken = true
    const mend = async (): Promise<void> => {
      if (broken) throw new OpsError('bad_data', 'Line 212 is no number.')
    }
    const commands = commandsOf(order, { two: mend }, { canContinue: async () => true })
    const { world, bot } = await night(commands)
    const [failed] = await tick(bot)
    expect(failed?.answer).toMatchObject({ ok: false, audience: 'channel' })
    broken = false
    world.clock.advance(60_000)
    await bot.beat()
    if (failed === undefined) throw new Error('nothing was due')
    const again = await sayAgain(bot, failed)
    expect(again.answer).toMatchObject({ ok: true, audience: 'channel', run: { line: 'schedule-run id=1' } })
    expect(order).toEqual(['one begins', 'one', 'two begins', 'two', 'three begins', 'three'])
    const found = await bot.ledger.runs.list({ limit: 9 })
    expect(found.map(({ line, attempt }) => [line, attempt])).toEqual([
      ['three', 1],
      ['two', 2],
      ['schedule-run id=1', 2],
      ['schedule-run id=1 from=1', 1],
      ['one', 1],
    ])
    expect(found[2]).toMatchObject({ id: failed.run?.id, origin: { kind: 'fire', schedule: 1, cause: 'clock' } })
  })

  it('that fails once its occurrence is tried again is not run a second time by the bot that comes after', async () => {
    const order: string[] = []
    const broken = new Set(['two', 'three'])
    const mend = (line: string) => async (): Promise<void> => {
      if (broken.has(line)) throw new OpsError('bad_data', `Line 212 of ${line} is no number.`)
    }
    const acts = { two: mend('two'), three: mend('three') }
    const { world, bot } = await night(commandsOf(order, acts, { canContinue: async () => true }))
    const [failed] = await tick(bot)
    broken.delete('two')
    world.clock.advance(60_000)
    await bot.beat()
    await bot.say(`run-again ${failed?.run?.id}`)
    const { runs } = bot.session.deps.ledger
    const end = runs.end
    const killed = deferred()
    vi.spyOn(runs, 'end').mockImplementation((id, ...how) => {
      if (id !== failed?.run?.id) return end(id, ...how)
      killed.resolve()
      return new Promise<never>(() => undefined)
    })
    void claimRuns(bot.session, () => unfollowed)
    await killed.promise
    bot.die()
    const next = await world.start('next', commandsOf(order, acts, { canContinue: async () => true }))
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    expect((await recovered?.answer)?.headline).toContain('Line 212 of three is no number.')
    expect(order).toEqual(['one begins', 'one', 'two begins', 'two', 'three begins'])
  })

  it('of which one failed has that line tried again alone where somebody wants only that, and then goes on behind it', async () => {
    const order: string[] = []
    let broken = true
    const mend = async (): Promise<void> => {
      if (broken) throw new OpsError('bad_data', 'Line 212 is no number.')
    }
    const { world, bot } = await night(commandsOf(order, { two: mend }, { canContinue: async () => true }))
    const [failed] = await tick(bot)
    if (failed === undefined) throw new Error('nothing was due')
    const [two] = await bot.ledger.runs.list({ parent: failed.run?.id ?? 0, limit: 1 })
    broken = false
    world.clock.advance(60_000)
    await bot.beat()
    const alone = await bot.say(`run-again ${two?.id}`)
    expect(alone).toMatchObject({ ok: true, run: { id: two?.id, attempt: 2, line: 'two' } })
    const told = (await delivered(bot)).filter(({ key }) => key === `run:${two?.id}:1`)
    expect(told).toMatchObject([{ to: 'C0MUSIC', headline: 'two done.' }])
    expect(order).toEqual(['one begins', 'one', 'two begins', 'two'])
    expect(await bot.ledger.runs.get(failed.run?.id ?? 0)).toMatchObject({ state: 'error', attempt: 1 })
    expect((await sayAgain(bot, failed)).answer.ok).toBe(true)
    expect(order).toEqual(['one begins', 'one', 'two begins', 'two', 'three begins', 'three'])
    expect(await bot.ledger.runs.attempts(two?.id ?? 0)).toHaveLength(2)
  })

  it('whose lines are changed before it is carried on says so, and not the one in the place of the other', async () => {
    const order: string[] = []
    const begun = deferred()
    const stuck = () => {
      begun.resolve()
      return new Promise<never>(() => undefined)
    }
    const { world, bot } = await night(commandsOf(order, { two: stuck }))
    void tick(bot)
    await begun.promise
    bot.die()
    const next = await world.start('next', commandsOf(order))
    await next.ledger.schedules.change(1, { lines: ['three', 'one'] })
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    const answer = await recovered?.answer
    expect(answer?.headline).toContain('the lines of schedule 1 have been changed since')
    expect(order).toEqual(['one begins', 'one', 'two begins'])
    world.clock.advance(60_000)
    await next.beat()
    const again = await sayAgain(next, { run: recovered?.run ?? null })
    expect(again.answer.ok).toBe(true)
    // What had been begun is brought to its end.
    expect(order.slice(3)).toEqual(['two', 'three begins', 'three', 'one begins', 'one'])
  })

  it('that went well is said anew when it is said again', async () => {
    const order: string[] = []
    const { world, bot } = await night(commandsOf(order))
    const [fired] = await tick(bot)
    world.clock.advance(60_000)
    await bot.beat()
    await sayAgain(bot, { run: fired?.run ?? null })
    expect(order.filter((word) => !word.endsWith('begins'))).toEqual(['one', 'two', 'three', 'one', 'two', 'three'])
  })

  it('is continued only from a run of its own that failed', async () => {
    const order: string[] = []
    const { bot } = await night(commandsOf(order))
    const [fired] = await tick(bot)
    const [run, line] = [fired?.run?.id, (await bot.ledger.runs.list({ command: 'three', limit: 1 }))[0]?.id]
    await bot.ledger.schedules.add({ ...three, state: { kind: 'paused' } })
    const said = order.length
    const refusals = [
      [
        `schedule-run 1 from=${run}`,
        'expired',
        `Run ${run} succeeded: there is nothing to continue. Nothing was done.`,
      ],
      [`schedule-run 2 from=${run}`, 'not_found', `Run ${run} does not belong to schedule 2. Nothing was done.`],
      [`schedule-run 1 from=${line}`, 'not_found', `Run ${line} does not belong to schedule 1. Nothing was done.`],
      ['schedule-run 1 from=999', 'not_found', 'Run 999 does not belong to schedule 1. Nothing was done.'],
    ] as const
    for (const [words, code, message] of refusals) {
      expect(failureOf(await bot.say(words)), words).toMatchObject({ code, message })
    }
    expect(order).toHaveLength(said)
  })

  it('waits while somebody else changes the warehouse, and goes on when they have', async () => {
    const order: string[] = []
    const gate = deferred()
    const held = deferred()
    const { world, bot } = await night([
      ...commandsOf(order),
      command('hold', async () => {
        held.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const holding = bot.say('hold')
    await held.promise
    const fired = tick(bot)
    await passing(world.clock, async () => {
      const [fire] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
      return fire?.steps.some(({ title, state }) => title === 'one' && state === 'in_progress') === true
    })
    expect(order).toEqual([])
    gate.resolve()
    await holding
    let over = false
    void fired.then(() => {
      over = true
    })
    await passing(world.clock, async () => over)
    expect(order).toEqual(['one begins', 'one', 'two begins', 'two', 'three begins', 'three'])
  })

  it('runs none of its lines where it is cancelled while it waits for somebody else', async () => {
    const order: string[] = []
    const gate = deferred()
    const held = deferred()
    const { world, bot } = await night([
      ...commandsOf(order),
      command('hold', async () => {
        held.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const holding = bot.say('hold')
    await held.promise
    const fired = tick(bot)
    let looks = 0
    await passing(world.clock, async () => {
      const [fire] = await bot.ledger.runs.list({ schedule: 1, limit: 1 })
      return fire?.steps.some(({ title, state }) => title === 'one' && state === 'in_progress') === true && ++looks > 3
    })
    bot.app.cancelAll('Anna')
    gate.resolve()
    await holding
    let over = false
    void fired.then(() => {
      over = true
    })
    await passing(world.clock, async () => over)
    expect(order).toEqual([])
    expect(await states(bot)).toContain('schedule-run id=1 cancelled')
  })

  it('runs no line where it is cancelled while the step of that line is stored', async () => {
    const order: string[] = []
    const { bot } = await night(commandsOf(order))
    const { runs } = bot.session.deps.ledger
    const { saveStep } = runs
    const stopped: number[] = []
    Object.assign(runs, {
      saveStep: async (...given: Parameters<typeof saveStep>) => {
        const saved = await saveStep(...given)
        const [, , , step] = given
        if (step.title === 'two' && step.state === 'in_progress') stopped.push(bot.app.cancelAll('Anna'))
        return saved
      },
    })
    await tick(bot)
    expect([order, stopped]).toEqual([['one begins', 'one'], [1]])
  })

  it('is skipped, and says so, while the one before is still going on', async () => {
    const gate = deferred()
    const begun = deferred()
    const { world, bot } = await night(
      commandsOf([], {
        one: async () => {
          begun.resolve()
          await gate.promise
        },
      }),
    )
    await bot.ledger.schedules.change(1, { cron: '0 * * * *' })
    const first = tick(bot)
    await begun.promise
    world.clock.advance(3_600_000)
    await bot.beat()
    const [second] = await tick(bot)
    expect(second?.answer).toMatchObject({ ok: true, audience: 'channel' })
    expect(second?.answer.headline).toContain('was skipped: run 1 h')
    gate.resolve()
    expect((await first)[0]?.answer.ok).toBe(true)
  })

  it('is cancelled with the line that it is at', async () => {
    const begun = deferred()
    const { bot } = await night(
      commandsOf([], {
        one: async () => undefined,
      }).map(
        (one): Command =>
          one.name === 'two'
            ? command('two', async ({ signal }) => {
                begun.resolve()
                return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
              })
            : one,
      ),
    )
    const fired = tick(bot)
    await begun.promise
    expect(bot.app.cancelAll('Anna')).toBe(2)
    await fired
    expect(await states(bot)).toEqual(['two cancelled', 'one complete', 'schedule-run id=1 cancelled'])
  })
})

describe('a fire whose line costs money', () => {
  const costly = (order: string[], run = async () => void order.push('resume')): Command =>
    command('resume', run, {
      plan: async () => ({ title: 'Resume?', facts: [], act: 'Resume', danger: false, mostUsd: 5 }),
    })

  const within = (budgetUsd: number) => ({ policy: { ...freePolicy, budgetUsd } })

  async function morning(budgetUsd: number) {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const order: string[] = []
    const bot = await world.start('one', [scheduleRun, costly(order)], within(budgetUsd))
    await bot.ledger.schedules.add({ ...three, lines: ['resume'] })
    return { bot, order }
  }

  it('says it within the budget without asking, because that was settled when it was made', async () => {
    const { bot, order } = await morning(6)
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(order).toEqual(['resume'])
  })

  it('is refused beyond the budget of the month, and says how it can be approved', async () => {
    const { bot, order } = await morning(4)
    const [fired] = await tick(bot)
    if (fired === undefined) throw new Error('it was due')
    expect(order).toEqual([])
    expect(JSON.stringify(fired.answer)).toContain('It can exceed the budget of $4.00 for November 2026')
    expect(fired.answer).toMatchObject({ ok: false, audience: 'channel' })
  })

  it('brings a line to its end that was begun within the budget, whatever the budget is by then', async () => {
    const world = await createWorld('2026-11-23T03:00:00.000Z')
    const [order, begun] = [[] as string[], deferred()]
    const stuck = (): Promise<never> => {
      begun.resolve()
      return new Promise(() => undefined)
    }
    const bot = await world.start('one', [scheduleRun, costly(order, stuck)], within(6))
    await bot.ledger.schedules.add({ ...three, lines: ['resume'] })
    void tick(bot)
    await begun.promise
    bot.die()
    const next = await world.start('next', [scheduleRun, costly(order)], within(4))
    const [recovered] = await claimRuns(next.session, () => unfollowed)
    expect((await recovered?.answer)?.ok).toBe(true)
    expect(order).toEqual(['resume'])
  })
})

describe('a schedule that somebody wants to hear now', () => {
  const asked = runAsked

  it('is said once, in its channel, in the name of whoever asked, also while it is paused', async () => {
    const order: string[] = []
    const { world, bot } = await night(commandsOf(order))
    world.roles.set(bob.id, 'operator')
    await bot.ledger.schedules.change(1, { state: { kind: 'paused' } })
    const answer = await bot.say('schedule run 1', {
      who: bob,
      place: { ...channel, kind: 'slack', channel: 'C0OTHER', direct: false },
    })
    expect(answer.headline).toBe('Schedule 1 is running; it will post in #music: one; two; three.')
    expect(order).toEqual([])
    const [fired, ...more] = (
      await Promise.all([asked(bot), asked(await world.start('two', commandsOf(order)))])
    ).flat()
    expect(more).toEqual([])
    expect(fired?.run).toMatchObject({ who: bob, place: channel, origin: { kind: 'fire', cause: 'asked' } })
    expect(await asked(bot)).toEqual([])
    expect(order).toHaveLength(6)
  })

  it('is not said for somebody who may not say its lines', async () => {
    const { world, bot } = await night(commandsOf([], {}, { role: 'admin' }))
    world.roles.set(bob.id, 'operator')
    expect(failureOf(await bot.say('schedule run 1', { who: bob })).message).toMatch(/^two needs an admin\./)
    expect(await asked(bot)).toEqual([])
    world.roles.set(bob.id, 'admin')
    await bot.say('schedule run 1', { who: bob })
    world.roles.set(bob.id, 'operator')
    const [fired] = await asked(bot)
    if (fired === undefined) throw new Error('it is said up to the line that bob may not say')
    expect(failureOf(fired.answer)).toMatchObject({ code: 'not_allowed' })
    expect(await states(bot)).toEqual(['one complete', 'schedule-run id=1 error', 'schedule-run id=1 complete'])
  })
})
