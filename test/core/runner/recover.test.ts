import { describe, expect, it } from 'vitest'
import cancelCommand from '../../../src/commands/cancel.ts'
import runAgain from '../../../src/commands/run-again.ts'
import runs from '../../../src/commands/runs.ts'
import status from '../../../src/commands/status.ts'
import type { Answer, RunView } from '../../../src/core/answer.ts'
import type { Command } from '../../../src/core/command/define.ts'
import { OpsError } from '../../../src/core/errors.ts'
import { claimRuns } from '../../../src/core/runner/worker.ts'
import {
  anna,
  bob,
  command,
  createWorld,
  deferred,
  failureOf,
  step,
  terminal,
  unfollowed,
  type World,
} from '../../support/core.ts'
import { delivered, pendingIn } from '../../support/delivered.ts'

const never = () => new Promise<never>(() => undefined)

/** A process that is killed in the second step of a load. */
async function killedWithin(world: World, id: string, said: Partial<Command> & { place?: typeof terminal } = {}) {
  const begun = deferred()
  const bot = await world.start(id, [
    command(
      'load',
      async ({ perform }) => {
        await perform([
          { id: 'Check', title: 'Check', run: async () => ({ output: { files: 2 } }) },
          {
            id: 'Stage',
            title: 'Stage',
            run: async ({ keep }) => {
              await keep('statement', `of-${id}`)
              begun.resolve()
              return never()
            },
          },
        ])
        return undefined
      },
      { effect: said.effect ?? 'write' },
    ),
  ])
  void (said.place === undefined ? bot.say('load') : bot.say('load', { place: said.place }))
  await begun.promise
  bot.die()
}

/** The same load in a process that lives to its end. */
function lasting(done: string[]) {
  return command(
    'load',
    async ({ perform }) => {
      await perform([
        step('Check', () => done.push('Check')),
        step('Stage', ({ handle }) => done.push(`Stage ${handle('statement')}`)),
      ])
      return undefined
    },
    { canContinue: async () => true },
  )
}

describe('after a restart', () => {
  it('a run of Slack that changes the warehouse is carried on at the step that was interrupted, with its handles', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const done: string[] = []
    const two = await world.start('two', [lasting(done)])
    const seen: RunView[] = []
    const [recovered] = await claimRuns(two.session, (run) => {
      expect(run).toMatchObject({ id: 1, attempt: 2, worker: 'two' })
      return (state) => void seen.push(state)
    })
    const answer = await recovered?.answer
    expect(answer).toMatchObject({ ok: true, run: { id: 1, state: 'complete' } })
    expect(done).toEqual(['Stage of-one'])
    expect(seen.at(-1)?.steps.map(({ state }) => state)).toEqual(['complete', 'complete'])
    expect(await two.ledger.runs.get(1)).toMatchObject({ state: 'complete', answer })
  })

  it('waits until its asker’s role is known, and loses nothing', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const done: string[] = []
    const two = await world.start('two', [lasting(done)])
    world.unknown.add(anna.id)
    expect(await claimRuns(two.session, () => unfollowed)).toEqual([])
    expect(await two.ledger.runs.get(1)).toMatchObject({ state: 'running', attempt: 1 })
    world.unknown.clear()
    world.clock.advance(10_000)
    const [recovered] = await claimRuns(two.session, () => unfollowed)
    expect(await recovered?.answer).toMatchObject({ ok: true, run: { id: 1 } })
    expect(done).toEqual(['Stage of-one'])
  })

  it('is done once, by one of several that look', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const done: string[] = []
    const others = [await world.start('two', [lasting(done)]), await world.start('three', [lasting(done)])]
    const recovered = (await Promise.all(others.map(({ session }) => claimRuns(session, () => unfollowed)))).flat()
    expect(recovered).toHaveLength(1)
    await recovered[0]?.answer
    expect(done).toHaveLength(1)
    for (const { session } of others) expect(await claimRuns(session, () => unfollowed)).toEqual([])
  })

  it('leaves alone what living processes do, also its own after a long sleep', async () => {
    const { start, clock } = await createWorld()
    const begun = deferred()
    const gate = deferred()
    let times = 0
    const one = await start('one', [
      command('load', async () => {
        times++
        begun.resolve()
        await gate.promise
        return undefined
      }),
    ])
    const running = one.say('load')
    await begun.promise
    const two = await start('two', [])
    expect(await claimRuns(two.session, () => unfollowed)).toEqual([])
    clock.advance(3_600_000)
    expect(await claimRuns(one.session, () => unfollowed)).toEqual([])
    expect(failureOf(await one.say('load')).code).toBe('busy')
    gate.resolve()
    expect(await running).toMatchObject({ ok: true })
    expect(times).toBe(1)
  })

  it.each([
    ['a question', { effect: 'read' as const }, 'Ask again.'],
    ['a run of the terminal', { place: terminal }, 'Continue it with run-again 1: finished steps are not repeated.'],
  ])('%s is closed, and its reader told', async (_what, said, remedy) => {
    const world = await createWorld()
    await killedWithin(world, 'one', said)
    const two = await world.start('two', [lasting([])])
    const [recovered] = await claimRuns(two.session, () => unfollowed)
    const answer = await recovered?.answer
    expect(answer).toMatchObject({ ok: false, run: { id: 1, state: 'error' }, next: [{ line: 'run-again 1' }] })
    expect(answer === undefined ? null : failureOf(answer)).toMatchObject({
      code: 'interrupted',
      message: 'The program stopped during load at "Stage".',
      remedy,
    })
  })

  it('a run is tried by three processes and no more', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    for (const id of ['two', 'three']) {
      const begun = deferred()
      const bot = await world.start(id, [
        command('load', async () => {
          begun.resolve()
          return never()
        }),
      ])
      expect(await claimRuns(bot.session, () => unfollowed)).toHaveLength(1)
      await begun.promise
      bot.die()
    }
    const four = await world.start('four', [lasting([])])
    const [closed] = await claimRuns(four.session, () => unfollowed)
    expect(await closed?.answer).toMatchObject({ ok: false, run: { state: 'error' } })
    expect(await four.say('load')).toMatchObject({ ok: true, run: { id: 2 } })
  })

  it('a run whose command is gone is closed, so that it does not hold the warehouse for ever', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const two = await world.start('two', [command('other', async () => undefined)])
    const [recovered] = await claimRuns(two.session, () => unfollowed)
    const answer = await recovered?.answer
    expect(answer === undefined ? null : failureOf(answer).code).toBe('unknown_command')
    expect(await two.ledger.runs.get(1)).toMatchObject({ state: 'error', answer })
    expect(await two.say('other')).toMatchObject({ ok: true })
  })

  it('what ended but was not told is told by the next process, until it is a day old', async () => {
    const { start, clock } = await createWorld()
    const one = await start('one', [command('greet', async () => undefined)])
    await one.say('greet')
    await one.say('greet', { place: terminal })
    const two = await start('two', [])
    expect((await delivered(two)).map(({ key }) => key)).toEqual(['run:1'])
    await two.say('greet')
    await one.say('greet')
    clock.advance(25 * 3_600_000)
    expect(await delivered(two)).toEqual([])
    expect(await pendingIn(two.ledger.messages)).toEqual([])
  })
})

describe('a run whose end cannot be written', () => {
  it('is ended and told as soon as it can be, and holds the warehouse no longer', async () => {
    const world = await createWorld()
    const { ledger } = await world.start('one', [])
    let full = true
    const end: typeof ledger.runs.end = async (...said) => {
      if (full) throw new OpsError('storage', 'The disk is full; nothing was written.')
      return ledger.runs.end(...said)
    }
    const commands = [command('load', async () => undefined)]
    const bot = await world.start('two', commands, { ledger: { ...ledger, runs: { ...ledger.runs, end } } })
    expect(failureOf(await bot.say('load')).code).toBe('storage')
    expect(await claimRuns(bot.session, () => unfollowed)).toEqual([])
    expect((await bot.ledger.runs.get(1))?.state).toBe('running')
    full = false
    const [ended, ...others] = await claimRuns(bot.session, () => unfollowed)
    expect(others).toEqual([])
    expect(await ended?.answer).toMatchObject({ ok: false, run: { id: 1, state: 'error' } })
    expect(await bot.say('load')).toMatchObject({ ok: true, run: { id: 2 } })
    expect(await claimRuns(bot.session, () => unfollowed)).toEqual([])
  })
})

describe('recovery of several runs', () => {
  it('tells of a run that was carried on although looking at the next one failed', async () => {
    const world = await createWorld()
    const begun = [deferred(), deferred()]
    const stuck = (at: number) => async () => {
      begun[at]?.resolve()
      return new Promise<never>(() => undefined)
    }
    const dead = await world.start('dead', [
      command('load', stuck(0)),
      command('look', stuck(1), { effect: 'read', role: 'viewer' }),
    ])
    void dead.say('load')
    await begun[0]?.promise
    void dead.say('look')
    await begun[1]?.promise
    dead.die()
    const { ledger } = await world.start('helper', [])
    let locked = true
    const claim: typeof ledger.runs.claim = async (id, ...rest) => {
      if (id === 2 && locked) throw new OpsError('storage', 'Another process keeps the ledger locked.')
      return ledger.runs.claim(id, ...rest)
    }
    const bot = await world.start('next', [command('load', async () => undefined)], {
      ledger: { ...ledger, runs: { ...ledger.runs, claim } },
    })
    const look = async () => {
      for (const { answer } of await claimRuns(bot.session, () => unfollowed)) await answer
    }
    await look().catch(() => undefined)
    locked = false
    await look()
    expect((await bot.ledger.runs.get(1))?.state).toBe('complete')
    expect((await delivered(bot)).map(({ key }) => key)).toEqual(['run:1', 'run:2'])
  })
})

describe('while no bot runs', () => {
  const looks = [status, runs, runAgain, cancelCommand]
  const inTerminal = { place: terminal }
  const tables = (answer: Answer) => answer.replies.flatMap((reply) => (reply.kind === 'table' ? reply.rows : []))

  it('a load of a terminal that was killed is over at the next look, whichever that is', async () => {
    for (const line of ['status', 'runs', 'runs 1', 'cancel 1', 'run-again 1']) {
      const world = await createWorld()
      await killedWithin(world, 'one', inTerminal)
      const done: string[] = []
      const two = await world.start('two', [...looks, lasting(done)])
      const answer = await two.say(line, inTerminal)
      expect((await two.ledger.runs.attempts(1))[0]).toMatchObject({
        state: 'error',
        answer: { replies: [{ code: 'interrupted' }] },
      })
      switch (line) {
        case 'status':
          expect(tables(answer)).toContainEqual(['Running', 'nothing'])
          break
        case 'runs':
          expect(tables(answer)).toMatchObject([[1, 'load', 'Anna', 'error', expect.anything(), 0]])
          break
        case 'runs 1':
          expect(answer.headline).toMatch(/^Run 1, load: error/)
          break
        case 'cancel 1':
          expect(answer).toMatchObject({ headline: 'Run 1 is not running: it is error.' })
          break
        default:
          expect(answer).toMatchObject({ ok: true, run: { command: 'load', state: 'complete' } })
          expect(done).toEqual(['Stage undefined'])
      }
    }
  })

  it('a load of Slack that was killed is interrupted, can be ended, and can be carried on in a terminal', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const done: string[] = []
    const two = await world.start('two', [...looks, lasting(done)])
    const say = (line: string) => two.say(line, inTerminal)
    expect(tables(await say('status'))).toContainEqual([
      'Running',
      'run 1, Anna: load, interrupted at "Stage"; its process ended, and the bot continues it when it starts',
    ])
    expect(tables(await say('runs'))[0]?.slice(0, 4)).toEqual([1, 'load', 'Anna', 'interrupted'])
    expect(await say('runs 1')).toMatchObject({
      headline: 'Run 1, load: interrupted, < 0.1 s.',
      next: [{ line: 'cancel 1' }, { line: 'run-again 1' }],
    })
    expect(await two.ledger.runs.get(1)).toMatchObject({ state: 'running' })
    expect(await say('cancel 1')).toMatchObject({
      ok: true,
      headline: 'Run 1 (load) is cancelled. Its process had already ended.',
    })
    expect(await two.ledger.runs.get(1)).toMatchObject({
      state: 'cancelled',
      answer: { headline: 'Cancelled by Anna.' },
    })
    expect(await say('run-again 1')).toMatchObject({ ok: true, run: { state: 'complete' } })
    expect(done).toEqual(['Stage undefined'])
  })

  it('a load of Slack that was killed is neither carried on nor ended by somebody else', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const done: string[] = []
    const two = await world.start('two', [...looks, lasting(done)])
    for (const line of ['run-again 1', 'cancel 1']) {
      expect(failureOf(await two.say(line, { who: bob, place: terminal })).code).toBe('not_allowed')
    }
    expect(await two.ledger.runs.get(1)).toMatchObject({ state: 'running' })
    expect(done).toEqual([])
  })

  it('a load of Slack that was killed is carried on by run-again in a terminal', async () => {
    const world = await createWorld()
    await killedWithin(world, 'one')
    const done: string[] = []
    const two = await world.start('two', [...looks, lasting(done)])
    expect(await two.say('run-again 1', inTerminal)).toMatchObject({ ok: true, run: { state: 'complete' } })
    expect(done).toEqual(['Stage undefined'])
    expect((await two.ledger.runs.attempts(1)).map(({ state }) => state)).toEqual(['error', 'complete'])
  })
})
