import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../../src/core/answer.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { RunRecord } from '../../../../src/core/ports/runs.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import type { Step } from '../../../../src/core/step.ts'
import { anna, channel, deferred, type TestProcess, unfollowed, untilAborted } from '../../../support/core.ts'
import { runDue, tend } from '../../../support/fires.ts'
import { newRun } from '../../../support/run.ts'
import { scheduled } from '../../../support/schedule.ts'
import { createPreparedWarehouse, type Warehouse } from '../../../support/warehouse.ts'

/** A loaded warehouse that somebody has paused, and a schedule that is due and resumes it. */
async function paused(lines: readonly string[]): Promise<Warehouse> {
  const warehouse = await createPreparedWarehouse('paused', async ({ bot }) => {
    await bot.say('etl')
    await bot.say('top songs 3')
    await bot.say('pause')
  })
  const { bot, clock, roles } = warehouse
  roles.set('clock', 'admin')
  const daily = { cron: '0 13 * * *', created: '2026-11-20T12:00:00.000Z', whenPaused: 'resume' } as const
  await bot.ledger.schedules.add(scheduled({ ...daily, lines, place: channel, owner: anna }))
  clock.set(new Date('2026-11-23T13:00:00.000Z'))
  await bot.beat()
  return warehouse
}

async function fireOf({ ledger }: TestProcess): Promise<RunRecord> {
  const [fire] = await ledger.runs.list({ schedule: 1, limit: 1 })
  if (fire === undefined) throw new Error('nothing was due')
  return fire
}

const stepsOf = ({ steps }: RunRecord) => steps.map(({ id, state }) => `${id} ${state}`)

/** What the fire ran, oldest first. */
async function ranIn({ ledger }: TestProcess, { id }: RunRecord): Promise<readonly string[]> {
  return (await ledger.runs.list({ parent: id, limit: 20 })).toReversed().map(({ line, state }) => `${line} ${state}`)
}

const stateOf = async ({ deps }: TestProcess) => (await deps.cluster.describe()).state

/** The first time that the warehouse is paused, its step does this instead. */
function firstPause({ deps }: TestProcess, instead: Step['run']): void {
  const { pause } = deps.cluster
  let isFirst = true
  const stepOf = (step: Step): Step => ({
    ...step,
    async run(work) {
      if (!isFirst) return step.run(work)
      isFirst = false
      return instead(work)
    },
  })
  Object.assign(deps.cluster, {
    async pause() {
      const { steps, ...rest } = await pause()
      return { ...rest, steps: steps.map(stepOf) }
    },
  })
}

describe('the workflow of a schedule', () => {
  it('is its steps in the ledger: the warehouse awake, each line by its request, the warehouse put back', async () => {
    const { bot } = await paused(['top-songs n=3', 'qa part=counts'])
    await runDue(bot)
    const fire = await fireOf(bot)
    expect(stepsOf(fire)).toEqual(['awake-1 complete', 'line-1 complete', 'line-2 complete', 'restore-1 complete'])
    expect(fire.steps.map(({ request }) => request)).toEqual([undefined, 'top-songs n=3', 'qa part=counts', undefined])
    expect(fire.steps.at(-1)?.output).toEqual({ kind: 'paused' })
  })

  it('has no step that puts back what it has not woken', async () => {
    const { bot } = await paused(['top-songs n=3'])
    await bot.say('resume')
    await runDue(bot)
    expect(stepsOf(await fireOf(bot))).toEqual(['awake-1 complete', 'line-1 complete'])
    expect(await stateOf(bot)).toBe('available')
  })

  it('puts the warehouse back behind a line that failed', async () => {
    const { bot } = await paused(['top-songs n=3', 'qa part=counts'])
    const { query } = bot.deps.engine
    Object.assign(bot.deps.engine, {
      query: async () => {
        throw new OpsError('sql_failed', 'Out of memory.')
      },
    })
    const [fired] = await runDue(bot)
    Object.assign(bot.deps.engine, { query })
    expect([fired?.answer.ok, await stateOf(bot)]).toEqual([false, 'paused'])
    expect(stepsOf(await fireOf(bot))).toEqual([...['awake-1 complete', 'line-1 error'], 'restore-1 complete'])
  })

  it('puts the warehouse back where its own line that pauses it failed, and says so', async () => {
    const { bot } = await paused(['top-songs n=3', 'pause'])
    firstPause(bot, async () => {
      throw new OpsError('aws', 'AWS did not answer.')
    })
    const [fired] = await runDue(bot)
    const fire = await fireOf(bot)
    expect(await ranIn(bot, fire)).toEqual([
      ...['resume complete', 'top-songs n=3 complete', 'pause error'],
      'pause complete',
    ])
    expect([stepsOf(fire).at(-1), await stateOf(bot)]).toEqual(['restore-1 complete', 'paused'])
    expect(JSON.stringify(fired?.answer)).toContain('was resumed for this and is paused again.')
  })

  it('puts the warehouse back where it is cancelled while its own line pauses it', async () => {
    const { bot } = await paused(['top-songs n=3', 'pause'])
    const begun = deferred()
    firstPause(bot, ({ signal }) => {
      begun.resolve()
      return untilAborted(signal)
    })
    const over = runDue(bot)
    await begun.promise
    await bot.say(`cancel ${(await fireOf(bot)).id}`)
    await over
    const fire = await fireOf(bot)
    expect(await ranIn(bot, fire)).toEqual([
      ...['resume complete', 'top-songs n=3 complete', 'pause cancelled'],
      'pause complete',
    ])
    expect([fire.state, stepsOf(fire).at(-1), await stateOf(bot)]).toEqual([
      'cancelled',
      'restore-1 complete',
      'paused',
    ])
  })

  it('puts the warehouse back also where somebody cancels it', async () => {
    const { bot } = await paused(['top-songs n=3', 'qa part=counts'])
    const begun = deferred()
    Object.assign(bot.deps.engine, {
      query: (_target: unknown, _statement: unknown, { signal }: { signal: AbortSignal }) => {
        begun.resolve()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    })
    const over = runDue(bot)
    await begun.promise
    await bot.say(`cancel ${(await fireOf(bot)).id}`)
    await over
    const fire = await fireOf(bot)
    expect([fire.state, await stateOf(bot)]).toEqual(['cancelled', 'paused'])
    expect(fire.steps.at(-1)).toMatchObject({ id: 'restore-1', state: 'complete', output: { kind: 'paused' } })
    expect(await ranIn(bot, fire)).toEqual(['resume complete', 'top-songs n=3 cancelled', 'pause complete'])
  })

  it('is carried on to that step by the next bot, and runs no line a second time', async () => {
    const { bot, another } = await paused(['top-songs n=3', 'qa part=counts'])
    const { pause } = bot.deps.cluster
    const reached = deferred()
    Object.assign(bot.deps.cluster, {
      pause: () => {
        reached.resolve()
        return new Promise(() => undefined)
      },
    })
    void runDue(bot)
    await reached.promise
    expect((await fireOf(bot)).steps.at(-1)).toMatchObject({ id: 'restore-1', state: 'in_progress' })
    bot.die()
    Object.assign(bot.deps.cluster, { pause })
    const next = await another('two')
    for (const { answer } of await claimRuns(next.session, () => unfollowed)) await answer
    const fire = await fireOf(next)
    expect([fire.state, await stateOf(next)]).toEqual(['complete', 'paused'])
    expect(fire.steps.at(-1)).toMatchObject({ id: 'restore-1', state: 'complete', output: { kind: 'paused' } })
    expect(await ranIn(next, fire)).toEqual([
      ...['resume complete', 'top-songs n=3 complete', 'qa part=counts complete'],
      'pause complete',
    ])
  })

  it('is reported with what it ran by a bot that starts after its window: it was not too late when it began', async () => {
    const { bot, another, clock } = await paused(['top-songs n=3'])
    const { runs } = bot.session.deps.ledger
    const write = runs.end.bind(runs)
    const ending = deferred()
    const end: typeof runs.end = async (id, ...rest) => {
      const run = await runs.get(id)
      if (run?.origin.kind !== 'fire') return write(id, ...rest)
      ending.resolve()
      return new Promise(() => undefined)
    }
    Object.assign(runs, { end })
    void runDue(bot)
    await ending.promise
    bot.die()
    clock.advance(30 * 3_600_000)
    Object.assign(runs, { end: write })
    const next = await another('two')
    const [claimed] = await claimRuns(next.session, () => unfollowed)
    const answer = await claimed?.answer
    expect([answer?.headline, answer?.audience]).toEqual([expect.stringContaining('Top songs'), 'channel'])
    expect(await ranIn(next, await fireOf(next))).toEqual([
      'resume complete',
      'top-songs n=3 complete',
      'pause complete',
    ])
  })

  it('keeps its step at one place where the bot dies in it behind a line that failed', async () => {
    const { bot, another } = await paused(['top-songs n=3', 'qa part=counts'])
    const { pause } = bot.deps.cluster
    const reached = deferred()
    Object.assign(bot.deps.engine, {
      query: async () => {
        throw new OpsError('sql_failed', 'Out of memory.')
      },
    })
    Object.assign(bot.deps.cluster, {
      pause: () => {
        reached.resolve()
        return new Promise(() => undefined)
      },
    })
    void runDue(bot)
    await reached.promise
    bot.die()
    Object.assign(bot.deps.cluster, { pause })
    const next = await another('two')
    for (const { answer } of await claimRuns(next.session, () => unfollowed)) await answer
    const fire = await fireOf(next)
    expect([fire.state, await stateOf(next)]).toEqual(['error', 'paused'])
    expect(stepsOf(fire)).toEqual(['awake-1 complete', 'line-1 error', 'restore-1 complete'])
  })

  it('leaves a warehouse that somebody uses to the look of every minute, and says so', async () => {
    const { bot, clock } = await paused(['top-songs n=3'])
    const started = clock.now().toISOString()
    const opened = await bot.ledger.runs.open(newRun({ command: 'extend', line: 'extend for=4h', started }))
    await runDue(bot)
    const fire = await fireOf(bot)
    expect(fire.steps.at(-1)?.output).toEqual({ kind: 'used', by: "Anna's extend" })
    if (opened.kind !== 'opened') throw new Error('it is open')
    const answer: Answer = { ok: false, exit: 1, headline: '', audience: 'channel', run: null, replies: [], next: [] }
    const end = { state: 'error', answer, costUsd: null } as const
    await bot.ledger.runs.end(opened.run.id, 'one', { ...end, ended: clock.now().toISOString() }, [])
    await tend(bot)
    expect(await stateOf(bot)).toBe('paused')
  })
})
