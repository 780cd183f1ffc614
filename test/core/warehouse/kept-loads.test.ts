import { describe, expect, it } from 'vitest'
import { DiskFull, OpsError } from '../../../src/core/errors.ts'
import type { Engine } from '../../../src/core/ports/engine.ts'
import {
  earlierLoad,
  keptLoads,
  releaseFailed,
  releaseSpace,
  unknownLoads,
} from '../../../src/core/warehouse/kept-loads.ts'
import { command, createWorld, type TestProcess } from '../../support/core.ts'

/** A process in which three loads are building; `publish` makes one live, with as many kept as there are. */
async function startLoader() {
  const world = await createWorld()
  const at = () => world.clock.now().toISOString()
  const begin = command('etl', ({ runId, deps: { ledger } }) => ledger.loads.begin(runId, at()).then(() => undefined))
  const publishing = async (bot: TestProcess, load: number, kept: number): Promise<void> => {
    await bot.say(`publish-${load}-${kept}`)
    world.clock.advance(60_000)
  }
  const publishes = [1, 2, 3].flatMap((load) =>
    [2, 3].map((kept) =>
      command(`publish-${load}-${kept}`, async ({ runId, deps: { ledger } }) => {
        expect(await ledger.loads.publish(load, runId, 'one', at(), kept)).toBe(true)
        return undefined
      }),
    ),
  )
  const hold = command('hold-2', async ({ runId, deps: { ledger } }) => {
    expect(await ledger.loads.hold(2, runId, 'one')).toBe(true)
    return undefined
  })
  const bot = await world.start('one', [begin, hold, ...publishes])
  for (const _ of [1, 2, 3]) await bot.say('etl')
  return { bot, publish: (load: number, kept = 3) => publishing(bot, load, kept) }
}

describe('the load to roll back to', () => {
  const found = async (bot: TestProcess, asked?: number): Promise<unknown> => {
    const { live, target } = await earlierLoad(asked, bot.deps)
    return [live.id, target.id]
  }

  it('is the newest one before the live load, or the one that is asked for', async () => {
    const { bot, publish } = await startLoader()
    for (const load of [1, 2, 3]) await publish(load)
    expect(await found(bot)).toEqual([3, 2])
    expect(await found(bot, 1)).toEqual([3, 1])
  })

  it('is newer than the live load only where it is asked for', async () => {
    const { bot, publish } = await startLoader()
    for (const load of [3, 2]) await publish(load)
    expect(await found(bot, 3)).toEqual([2, 3])
    await expect(found(bot)).rejects.toMatchObject({
      code: 'not_found',
      message: 'No load before load 2 is kept.',
      remedy: 'Type loads to list those that are.',
      fixCommand: 'loads',
    })
  })

  it('is refused where nothing is live, where it is live already, and where it is not kept', async () => {
    const { bot, publish } = await startLoader()
    for (const asked of [undefined, 1]) {
      await expect(found(bot, asked)).rejects.toMatchObject({
        code: 'not_loaded',
        message: 'Nothing is loaded yet.',
        remedy: 'Load first.',
        fixCommand: 'etl',
      })
    }
    for (const load of [1, 2, 3]) await publish(load, 2)
    await expect(found(bot, 3)).rejects.toMatchObject({
      code: 'bad_argument',
      message: 'Load 3 is live already.',
      remedy: 'See loads.',
      fixCommand: 'loads',
    })
    for (const asked of [1, 9]) {
      await expect(found(bot, asked)).rejects.toMatchObject({
        code: 'not_found',
        message: `Load ${asked} is not kept.`,
        fixCommand: 'loads',
      })
    }
  })
})

describe('the space of loads', () => {
  it('is kept for those that are read or built, and given back for one that is dead', async () => {
    const { bot, publish } = await startLoader()
    const retained: (readonly number[])[] = []
    const engine: Engine = Object.create(bot.deps.engine, {
      retain: { value: async (loads: readonly number[]) => void retained.push(loads) },
    })
    for (const load of [1, 2]) await publish(load)
    expect((await keptLoads(bot.deps)).map(({ id }) => id)).toEqual([2, 1])
    await releaseSpace({ engine, ledger: bot.ledger })
    await releaseSpace({ engine, ledger: bot.ledger }, 3)
    await bot.ledger.loads.discard(1)
    await releaseSpace({ engine, ledger: bot.ledger })
    expect(retained).toEqual([
      [3, 2, 1],
      [2, 1],
      [3, 2],
    ])
  })

  it('is kept for one that is held, and given back at once by one that failed where nobody can carry it on', async () => {
    const { bot, publish } = await startLoader()
    const retained: (readonly number[])[] = []
    const engine: Engine = Object.create(bot.deps.engine, {
      retain: { value: async (loads: readonly number[]) => void retained.push(loads) },
      stored: { value: async () => [1, 9].map((load) => ({ load, bytes: 1 })) },
    })
    const deps = { ...bot.deps, engine }
    await publish(1)
    await bot.say('hold-2')
    await releaseSpace(deps)
    expect(retained.splice(0)).toEqual([[3, 2, 1]])
    await releaseFailed(3, new OpsError('bad_data', 'unreadable rows'), deps)
    expect(retained).toEqual([])
    await releaseFailed(3, new OpsError('checks_red', 'red'), deps)
    expect(retained.splice(0)).toEqual([[2, 1]])
    expect((await bot.ledger.loads.get(3))?.state).toBe('discarded')
    await releaseFailed(2, new DiskFull('full', '', new Error('ENOSPC')), deps)
    expect(retained).toEqual([[1]])
    expect(await unknownLoads(deps)).toEqual([9])
  })
})
