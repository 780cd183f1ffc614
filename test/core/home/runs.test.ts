import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import scheduleRun from '../../../src/commands/schedule/run.ts'
import { optionalChannel } from '../../../src/core/command/args.ts'
import type { Command } from '../../../src/core/command/define.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { Place } from '../../../src/core/place.ts'
import { anna, bob, channel, command, createWorld, deferred, step, type TestProcess } from '../../support/core.ts'
import { runDue } from '../../support/fires.ts'
import { scheduled } from '../../support/schedule.ts'
import { below, clusterOf, homeOf, labels, lineOf } from './support.ts'

const looking: readonly Command[] = ['runs', 'cancel'].map((name) =>
  command(name, async () => undefined, { role: 'viewer', effect: 'none' }),
)

const start = async (commands: readonly Command[]) => {
  const world = await createWorld('2026-11-23T12:00:00.000Z')
  return { world, bot: await world.start('one', [...looking, ...commands], { cluster: clusterOf() }) }
}

/** A load of three steps that waits in the second one, until it is let go or fails. */
function load() {
  const door = deferred()
  const begun = deferred()
  const etl = command('etl', async ({ perform }) => {
    await perform([
      step('Check sources'),
      step('Stage events', ({ progress }) => {
        progress('12 of 30 files')
        begun.resolve()
        return door.promise
      }),
      step('Publish'),
    ])
    return undefined
  })
  return { etl, door, begun: begun.promise }
}

async function loading(others: readonly Command[] = []) {
  const { etl, door, begun } = load()
  const { world, bot } = await start([etl, ...others])
  const said = bot.say('etl')
  await begun
  return { world, bot, door, said }
}

const running = async (bot: TestProcess, who = anna) => below(await homeOf(bot, who), 'Running now')
const recent = async (bot: TestProcess, who = anna) =>
  below(await homeOf(bot, who), 'Recent runs').filter(({ title }) => title !== '')

describe('a run that goes on', () => {
  it('is told step by step, with whose it is and for how long', async () => {
    const { world, bot, door, said } = await loading()
    const [entry, ...others] = await running(bot)
    expect(others).toEqual([])
    expect(entry).toMatchObject({
      title: '● etl',
      steps: [
        { title: 'Check sources', state: 'complete', ms: 0 },
        { title: 'Stage events', state: 'in_progress', ms: null, detail: '12 of 30 files' },
        { title: 'Publish', state: 'pending', ms: null },
      ],
    })
    expect(lineOf(entry?.words ?? [])).toBe('Anna · since 23 Nov 2026, 12:00 UTC · less than a minute')
    world.clock.advance(61_000)
    expect(lineOf((await running(bot))[0]?.words ?? [])).toContain('· 1 minute')
    world.clock.advance(59 * 60_000)
    expect(lineOf((await running(bot))[0]?.words ?? [])).toContain('· 1 h')
    door.resolve()
    await said
    expect(await running(bot)).toEqual([])
  })

  it('reads the same until a minute is over, so that nothing is published for seconds', async () => {
    const { world, bot, door, said } = await loading()
    const before = await running(bot)
    world.clock.advance(59_999)
    expect(await running(bot)).toEqual(before)
    const lasts = async () => (await running(bot))[0]?.words.at(-1)
    world.clock.advance(1)
    expect(await lasts()).toBe('· 1 minute')
    world.clock.advance(58 * 60_000 + 59_999)
    expect(await lasts()).toBe('· 59 minutes')
    world.clock.advance(1)
    expect(await lasts()).toBe('· 1 h')
    door.resolve()
    await said
  })

  it('can be stopped by whose it is and by admins, who are asked whether they are sure', async () => {
    const { world, bot, door, said } = await loading()
    expect((await running(bot))[0]?.next).toEqual([
      { label: 'Details', line: 'runs 1' },
      { label: 'Cancel', line: 'cancel 1', sure: 'Stop run 1 (etl)?' },
    ])
    expect(labels(await running(bot, bob))).toEqual(['Details'])
    world.roles.set(anna.id, 'operator')
    expect(labels(await running(bot, anna))).toContain('Cancel')
    world.roles.set(bob.id, 'admin')
    expect(labels(await running(bot, bob))).toContain('Cancel')
    door.resolve()
    await said
  })

  it('in another process is told as far as the ledger knows', async () => {
    const { world, door, said } = await loading()
    const other = await world.start('two', looking, { cluster: clusterOf() })
    const [entry] = await running(other)
    expect(entry?.steps.map(({ title, state }) => `${title} ${state}`)).toEqual([
      'Check sources complete',
      'Stage events in_progress',
    ])
    door.resolve()
    await said
  })

  it('comes before those that only read', async () => {
    const door = deferred()
    const begun = deferred()
    const top = command(
      'top-songs',
      async () => {
        begun.resolve()
        await door.promise
        return undefined
      },
      { role: 'viewer', effect: 'read' },
    )
    const { bot, said, ...loads } = await loading([top])
    const asked = bot.say('top-songs')
    await begun.promise
    expect((await running(bot)).map(({ title }) => title)).toEqual(['● etl', '● top-songs'])
    door.resolve()
    loads.door.resolve()
    await Promise.all([said, asked])
  })

  it('of a schedule is told by the line that is being said', async () => {
    const { etl, door, begun } = load()
    const { bot } = await start([scheduleRun, etl])
    await bot.ledger.schedules.add(
      scheduled({ lines: ['etl'], place: channel, owner: anna, created: '2026-11-23T02:59:00.000Z', catchUpHours: 24 }),
    )
    const fired = runDue(bot)
    await begun
    expect((await running(bot)).map(({ title, steps }) => [title, steps.length])).toEqual([['● etl', 3]])
    door.resolve()
    await fired
    // The fire is one thing to its readers, however many lines it has.
    expect((await recent(bot)).map(({ title }) => title)).toEqual(['✓ Schedule 1: etl'])
  })
})

describe('runs that are over', () => {
  it('are the newest five of everybody, and not those that only looked at the bot', async () => {
    const ask = command('ask', async () => undefined, { role: 'viewer', effect: 'read' })
    const { bot } = await start([ask])
    for (let n = 0; n < 6; n++) await bot.say('ask', { who: n % 2 === 0 ? bob : anna })
    await bot.say('runs')
    const entries = await recent(bot)
    expect(entries.map(({ next }) => next[0]?.line)).toEqual(['runs 6', 'runs 5', 'runs 4', 'runs 3', 'runs 2'])
    expect(lineOf(entries[0]?.words ?? [])).toBe('Anna · 23 Nov 2026, 12:00 UTC · < 0.1 s')
  })

  it('of a schedule that is said to somebody alone do not tell others what it says', async () => {
    const { bot } = await start([scheduleRun, command('look', async () => undefined, { effect: 'read' })])
    const direct: Place = { kind: 'slack', channel: 'D0ANNA', direct: true }
    await bot.ledger.schedules.add(
      scheduled({ lines: ['look'], place: direct, owner: anna, created: '2026-11-23T02:59:00.000Z', catchUpHours: 24 }),
    )
    await runDue(bot)
    expect((await recent(bot, bob)).map(({ title }) => title)).toEqual(['✓ Schedule 1'])
    expect((await recent(bot)).map(({ title }) => title)).toEqual(['✓ Schedule 1: look'])
  })

  it('are what was done and asked, and what schedules said, not how the bot was told to keep its books', async () => {
    const pause = command('schedule-pause', async () => undefined, { effect: 'bot' })
    const share = command(
      'share',
      async () => {
        throw new OpsError('not_found', 'There is no such result.', 'See runs.')
      },
      { effect: 'bot' },
    )
    const extend = command('extend', async () => undefined, { effect: 'bot', group: 'warehouse' })
    const { bot } = await start([
      extend,
      pause,
      share,
      scheduleRun,
      command('pause', async () => undefined, { effect: 'write' }),
    ])
    await bot.ledger.schedules.add(
      scheduled({
        lines: ['pause'],
        place: channel,
        owner: anna,
        created: '2026-11-23T02:59:00.000Z',
        catchUpHours: 24,
      }),
    )
    await runDue(bot)
    await bot.say('pause')
    await bot.say('extend')
    for (let n = 0; n < 6; n++) await bot.say(n % 2 === 0 ? 'schedule-pause' : 'share')
    expect((await recent(bot)).map(({ title }) => title)).toEqual(['✓ extend', '✓ pause', '✓ Schedule 1: pause'])
  })

  it('name channels as people do', async () => {
    const { bot } = await start([
      command('ask', async () => undefined, {
        effect: 'read',
        args: z.object({ channel: optionalChannel({ about: '' }) }),
      }),
    ])
    await bot.say('ask <#C0MUSIC0000|music>')
    expect((await recent(bot))[0]?.title).toBe('✓ ask channel=#music')
  })

  it('lead to all of them', async () => {
    const { bot } = await start([command('ask', async () => undefined, { effect: 'read' })])
    expect(below(await homeOf(bot, anna), 'Recent runs')).toEqual([])
    await bot.say('ask')
    expect(labels(below(await homeOf(bot, anna), 'Recent runs'))).toEqual(['Details', 'All runs'])
  })

  it('say how they failed, to those who may say the same', async () => {
    const bad = command('etl', async () => {
      throw new OpsError('bad_data', 'Line 212 is not JSON.', 'Mend it.')
    })
    const { bot } = await start([bad])
    await bot.say('etl')
    const [entry] = await recent(bot)
    expect(entry?.title).toBe('✗ etl')
    expect(lineOf(entry?.words ?? [])).toContain('· Line 212 is not JSON.')
    expect(lineOf((await recent(bot, bob))[0]?.words ?? [])).not.toContain('212')
  })
})
