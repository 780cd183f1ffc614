import { describe, expect, it } from 'vitest'
import cancelCommand from '../../../src/commands/cancel.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Directory } from '../../../src/core/ports/directory.ts'
import { claimRuns } from '../../../src/core/runner/worker.ts'
import type { Step } from '../../../src/core/step.ts'
import {
  anna,
  bob,
  command,
  createWorld,
  deferred,
  failureOf,
  step,
  unasked,
  unfollowed,
  untilAborted,
} from '../../support/core.ts'

/** A load that waits in its step until it is stopped, and says when it has begun. */
function waiting() {
  const begun = deferred()
  const stage: Step = {
    id: 'Stage events',
    title: 'Stage events',
    run: async ({ signal }) => {
      begun.resolve()
      return untilAborted(signal)
    },
  }
  const load = command('load', async ({ perform, deps, runId }) => {
    await deps.ledger.loads.begin(runId, deps.clock.now().toISOString())
    await perform([{ id: 'Check', title: 'Check', run: async () => ({}) }, stage])
    return undefined
  })
  return { begun: begun.promise, load }
}

describe('a run that is cancelled', () => {
  it('stops at its running step, and the live tables stay', async () => {
    const { start, roles } = await createWorld()
    roles.set(bob.id, 'admin')
    const { load, begun } = waiting()
    const bot = await start('one', [load, cancelCommand])
    const running = bot.say('load')
    await begun
    const cancelled = await bot.say('cancel 1', { who: bob })
    expect(cancelled).toMatchObject({ ok: true, audience: 'asker', headline: 'Run 1 (load) is being stopped.' })
    const answer = await running
    expect(answer).toMatchObject({ ok: false, exit: 1, run: { state: 'cancelled' }, next: [{ line: 'run-again 1' }] })
    expect(failureOf(answer)).toEqual({
      kind: 'failure',
      code: 'cancelled',
      message: 'Cancelled by Bob. Live tables are untouched.',
      remedy: 'Continue it with run-again 1.',
    })
    expect(answer.run?.steps.map(({ state }) => state)).toEqual(['complete', 'error'])
    expect(await bot.ledger.runs.get(1)).toMatchObject({ state: 'cancelled' })
  })

  it('in another process stops when that one looks', async () => {
    const { start } = await createWorld()
    const { load, begun } = waiting()
    const [one, two] = [await start('one', [load]), await start('two', [load, cancelCommand])]
    const running = one.say('load')
    await begun
    expect(await two.say('cancel 1')).toMatchObject({ ok: true })
    await one.session.registry.stopCancelled()
    expect(failureOf(await running).message).toBe('Cancelled by Anna. Live tables are untouched.')
  })

  it('is the newest other one when no number is said', async () => {
    const { start } = await createWorld()
    const { load, begun } = waiting()
    const bot = await start('one', [load, cancelCommand])
    expect(await bot.say('cancel')).toMatchObject({ ok: true, exit: 0, headline: 'Nothing is running.' })
    const running = bot.say('load')
    await begun
    expect(await bot.say('cancel')).toMatchObject({ ok: true, headline: 'Run 2 (load) is being stopped.' })
    await running
  })

  it('says who cancelled it, whatever the work outside throws when it is stopped', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const bot = await start('one', [
      command('load', async ({ perform }) => {
        await perform([
          {
            id: 'Stage',
            title: 'Stage',
            run: async ({ signal }) => {
              begun.resolve()
              return untilAborted(signal).catch(() => {
                throw new OpsError('sql_failed', 'INTERRUPT Error: Interrupted!')
              })
            },
          },
        ])
        return undefined
      }),
      cancelCommand,
    ])
    const running = bot.say('load')
    await begun.promise
    await bot.say('cancel 1')
    expect(failureOf(await running)).toMatchObject({ code: 'cancelled', message: 'Cancelled by Anna.' })
    expect(bot.logged).toMatchObject([{ level: 'info', facts: { run: 1, err: { code: 'sql_failed' } } }])
  })

  it('after its publishing says that the load is live', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const bot = await start('one', [
      command('load', async ({ perform, deps, runId, signal }) => {
        await deps.ledger.loads.begin(runId, deps.clock.now().toISOString())
        await deps.ledger.loads.publish(runId, runId, deps.process, deps.clock.now().toISOString())
        begun.resolve()
        await perform([{ id: 'Tidy', title: 'Tidy', run: () => untilAborted(signal) }])
        return undefined
      }),
      cancelCommand,
    ])
    const running = bot.say('load')
    await begun.promise
    await bot.say('cancel 1')
    expect(failureOf(await running).message).toBe('Cancelled by Anna. Load 1 was published before and is live.')
  })

  it('may be one’s own, or an admin cancels; nobody else', async () => {
    const { start } = await createWorld()
    const { load, begun } = waiting()
    const bot = await start('one', [load, cancelCommand])
    const running = bot.say('load')
    await begun
    const refused = await bot.say('cancel 1', { who: bob })
    expect(refused).toMatchObject({ exit: 3, audience: 'asker' })
    expect(failureOf(refused).message).toBe("Run 1 is Anna's. You are U0BOB, viewer here. Nothing was done.")
    expect(failureOf(await bot.say('cancel 99')).message).toBe('There is no run 99.')
    await bot.say('cancel 1')
    await running
    expect(await bot.say('cancel 1')).toMatchObject({
      exit: 0,
      headline: 'Run 1 is not running: it is cancelled.',
    })
  })

  it('can be every run of a process at once, as Ctrl-C in a terminal does', async () => {
    const { start } = await createWorld()
    const { load, begun } = waiting()
    const bot = await start('one', [load])
    const running = bot.say('load')
    await begun
    expect(bot.app.cancelAll('anna')).toBe(1)
    expect(failureOf(await running).message).toBe('Cancelled by anna. Live tables are untouched.')
    expect(bot.app.cancelAll('anna')).toBe(0)
  })
})

describe('a process that is about to stop', () => {
  it('takes no new work', async () => {
    const { start } = await createWorld()
    const bot = await start('one', [command('greet', async () => undefined)])
    await bot.app.drain(5000)
    expect(failureOf(await bot.say('greet'))).toMatchObject({
      code: 'shutting_down',
      message: 'The bot is restarting and takes no new work. Nothing was done.',
    })
    expect(await bot.ledger.runs.list({ limit: 5 })).toEqual([])
  })

  it('gives running work a moment to end', async () => {
    const { start } = await createWorld()
    const begun = deferred()
    const gate = deferred()
    const bot = await start('one', [
      command('load', async () => {
        begun.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const running = bot.say('load')
    await begun.promise
    const drained = bot.app.drain(5000)
    gate.resolve()
    await drained
    expect(await running).toMatchObject({ ok: true })
    expect(await bot.ledger.runs.get(1)).toMatchObject({ state: 'complete' })
  })

  it('leaves what takes longer open, and the next process carries it on behind its finished steps', async () => {
    const { start, clock } = await createWorld()
    const { load, begun } = waiting()
    const one = await start('one', [load])
    const running = one.say('load')
    await begun
    const drained = one.app.drain(5000)
    clock.advance(5000)
    await drained
    const answer = await running
    expect(failureOf(answer)).toMatchObject({ code: 'interrupted', message: 'The bot is restarting.' })
    expect(answer.run).toMatchObject({ state: 'running' })
    expect((await one.ledger.runs.get(1))?.steps.map(({ state }) => state)).toEqual(['complete', 'in_progress'])
    await one.ledger.processes.leave('one')

    const titles: string[] = []
    const two = await start('two', [
      command('load', async ({ perform }) => {
        const note = (title: string) => step(title, () => titles.push(title))
        await perform([note('Check'), note('Stage events')])
        return undefined
      }),
    ])
    const [carried] = await claimRuns(two.session, () => unfollowed)
    expect(await carried?.answer).toMatchObject({ ok: true, run: { id: 1, who: anna.name, state: 'complete' } })
    expect(titles).toEqual(['Stage events'])
  })

  it('takes none of the runs that wait for a process, not even one that it has left itself', async () => {
    const { start, clock } = await createWorld()
    const { load, begun } = waiting()
    const bot = await start('one', [load])
    const running = bot.say('load')
    await begun
    const drained = bot.app.drain(5000)
    clock.advance(5000)
    await drained
    await running
    expect(await claimRuns(bot.session, () => unfollowed)).toEqual([])
    expect(await bot.ledger.runs.get(1)).toMatchObject({ state: 'running', worker: null, attempt: 1 })
  })

  it('waits for what was asked before, and leaves the run that begins when its time is over', async () => {
    const { start, clock } = await createWorld()
    const asked = deferred()
    const known = deferred()
    const { load } = waiting()
    const directory = unasked<Directory>('directory', {
      async roleOf() {
        asked.resolve()
        await known.promise
        return 'admin'
      },
      zoneOf: async () => 'UTC',
    })
    const bot = await start('one', [load], { directory })
    const running = bot.say('load')
    await asked.promise
    let isDrained = false
    const drained = bot.app.drain(5000).then(() => {
      isDrained = true
    })
    clock.advance(5000)
    await bot.ledger.runs.list({ limit: 1 })
    expect(isDrained).toBe(false)
    known.resolve()
    await drained
    expect(await bot.ledger.runs.get(1)).toMatchObject({ state: 'running', worker: null })
    expect(failureOf(await running)).toMatchObject({ code: 'interrupted' })
  })
})
