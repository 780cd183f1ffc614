import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { Place } from '../../../src/core/place.ts'
import type { LeaseAction } from '../../../src/core/ports/cluster.ts'
import { anna, bob, channel, command, createWorld, deferred, type TestProcess, terminal } from '../../support/core.ts'
import { delivered } from '../../support/delivered.ts'
import { tend } from '../../support/fires.ts'
import { createLeased } from '../../support/leased.ts'
import { freePolicy } from '../../support/policy.ts'

const until = new Date('2026-11-23T12:30:00.000Z')
const warn: LeaseAction = { kind: 'warn', key: 'lease-warn:1', until }

/** What the lease says that can be sent now, and where each arrives: besides what was asked for. */
async function newsOf(bot: TestProcess) {
  const sent = await delivered(bot)
  return sent
    .filter(({ headline }) => !/^(spin-up|extend) done/.test(headline))
    .map(({ to, mention, headline, body }) => ({
      to,
      mention,
      headline,
      next: body.kind === 'answer' ? body.answer.next.map(({ line }) => line) : [],
    }))
}

describe('the lease of a cluster', () => {
  it('warns once, in the place and to the person that spun it up, with what may be done about it', async () => {
    const world = await createWorld()
    const spinUp = command('spin-up', async () => undefined)
    const bot = await world.start('one', [spinUp], { cluster: createLeased(world.clock, () => warn) })
    await bot.say('spin-up')
    for (let minute = 0; minute < 3; minute++) await tend(bot)
    expect(await newsOf(bot)).toEqual([
      {
        to: 'C0MUSIC',
        mention: [anna.id],
        headline: expect.stringContaining('The lease of sparkify ends at 23 Nov 2026, 12:30 UTC.'),
        next: ['extend 2h', 'extend 24h', 'pause'],
      },
    ])
  })

  it.each<[string, LeaseAction, string]>([
    ['warning', warn, 'ends at'],
    [
      'reminder',
      { kind: 'remind', key: 'lease-remind:1', pausedSince: new Date('2026-11-09T12:00:00.000Z') },
      'has been paused',
    ],
    ['pause that failed', { kind: 'pause', key: 'lease-pause:1', until }, 'pause'],
  ])('tells of a %s once, also where Slack did not take it at first', async (_, due, words) => {
    const world = await createWorld()
    const commands = [command('spin-up', async () => undefined), command('pause', async () => undefined)]
    const bot = await world.start('one', commands, { cluster: createLeased(world.clock, () => due) })
    await bot.say('spin-up')
    await tend(bot)
    await delivered(bot, () => ({ kind: 'later', afterMs: 1000, why: new Error('Slack is down') }))
    for (let minute = 0; minute < 3; minute++) {
      await tend(bot)
      world.clock.advance(60_000)
    }
    await bot.beat()
    expect(await newsOf(bot)).toMatchObject([{ headline: expect.stringContaining(words) }])
  })

  it('warns who asked also while the spin-up is still at its last step', async () => {
    const world = await createWorld()
    const asked = deferred()
    const end = deferred()
    const spinUp = command('spin-up', async () => {
      asked.resolve()
      await end.promise
      return undefined
    })
    const bot = await world.start('one', [spinUp], { cluster: createLeased(world.clock, () => warn) })
    const running = bot.say('spin-up')
    await asked.promise
    await tend(bot)
    expect(await newsOf(bot)).toMatchObject([{ to: 'C0MUSIC', mention: [anna.id] }])
    end.resolve()
    await running
  })

  it('pauses at its end in its own name, and tells what came of it', async () => {
    const world = await createWorld()
    // Whoever sits at the machine is admin, and so is the lease.
    world.roles.set('lease', 'admin')
    const due: LeaseAction = { kind: 'pause', key: 'lease-pause:1', until }
    const commands = [command('spin-up', async () => undefined), command('pause', async () => undefined)]
    const bot = await world.start('one', commands, { cluster: createLeased(world.clock, () => due) })
    await bot.say('spin-up')
    await tend(bot)
    expect(await newsOf(bot)).toMatchObject([{ to: 'C0MUSIC', mention: [anna.id], headline: 'pause done.' }])
    expect((await bot.ledger.runs.list({ limit: 1 }))[0]).toMatchObject({
      command: 'pause',
      who: { name: 'the lease' },
    })
  })

  describe('that nobody has asked for in Slack', () => {
    /** A cluster that was asked for in these places, one after the other, and whose admins are told directly. */
    async function askedIn(due: LeaseAction, places: readonly Place[]) {
      const world = await createWorld()
      world.roles.set('lease', 'admin')
      const commands = ['spin-up', 'extend', 'pause'].map((name) => command(name, async () => undefined))
      const bot = await world.start('one', commands, { cluster: createLeased(world.clock, () => due) })
      world.roles.set(bob.id, 'operator')
      for (const place of places) await bot.say('extend', { place, who: bob })
      return { bot, tick: () => tend(bot), news: () => newsOf(bot) }
    }

    it.each([
      ['spun up in a terminal', [terminal]],
      ['adopted', []],
    ])('warns the admins once where it was %s', async (_, places) => {
      const { news, tick } = await askedIn(warn, places)
      for (let minute = 0; minute < 3; minute++) await tick()
      const headline =
        'The lease of sparkify ends at 23 Nov 2026, 12:30 UTC. It will be paused then unless someone extends it.'
      expect((await news()).filter(({ to }) => to === anna.id)).toMatchObject([{ headline }])
    })

    it('warns the newest channel in which it was asked for before', async () => {
      const { news, tick } = await askedIn(warn, [channel, terminal])
      await tick()
      await tick()
      expect(await news()).toMatchObject([{ to: 'C0MUSIC', mention: [bob.id] }])
    })

    it('is paused at its end, and its admins are told what came of it', async () => {
      const { news, tick } = await askedIn({ kind: 'pause', key: 'lease-pause:1', until }, [terminal])
      await tick()
      expect(await news()).toContainEqual(expect.objectContaining({ to: anna.id, headline: 'pause done.' }))
    })

    it('is paused as a run of its newest channel', async () => {
      const { bot, news, tick } = await askedIn({ kind: 'pause', key: 'lease-pause:1', until }, [channel, terminal])
      await tick()
      expect(await news()).toMatchObject([{ to: 'C0MUSIC', headline: 'pause done.' }])
      expect((await bot.ledger.runs.list({ command: 'pause', limit: 1 }))[0]?.place).toEqual(channel)
    })
  })

  it('that cannot be looked at keeps nobody from hearing of the budget', async () => {
    const world = await createWorld()
    const cluster = createLeased(world.clock, () => {
      throw new Error('AWS is down')
    })
    const policy = { ...freePolicy, budgetUsd: 10 }
    const bot = await world.start('one', [command('spin-up', async () => undefined)], { cluster, policy })
    cluster.start(12)
    await bot.say('spin-up')
    world.clock.advance(11 * 3_600_000)
    await bot.beat()
    await expect(tend(bot)).rejects.toThrow('AWS is down')
    await expect.poll(() => newsOf(bot)).toMatchObject([{ to: 'C0MUSIC', mention: [anna.id] }])
  })

  it('that could not be paused for a hundred minutes is told of once, by the next bot too', async () => {
    const world = await createWorld()
    world.roles.set('lease', 'admin')
    const due: LeaseAction = { kind: 'pause', key: 'lease-pause:1', until: new Date('2026-11-23T12:30:00.000Z') }
    const pause = command('pause', async () => {
      throw new OpsError('aws', 'AWS did not answer.')
    })
    const bot = await world.start('one', [command('spin-up', async () => undefined), pause], {
      cluster: createLeased(world.clock, () => due),
    })
    await bot.say('spin-up')
    for (let minute = 0; minute < 100; minute++) {
      await tend(bot)
      world.clock.advance(60_000)
      await bot.beat()
    }
    expect(await newsOf(bot)).toHaveLength(1)
    bot.die()
    const next = await world.start('two', [])
    expect(await newsOf(next)).toEqual([])
  })

  it('asks for nothing where nothing is due', async () => {
    const world = await createWorld()
    const bot = await world.start('one', [], { cluster: createLeased(world.clock, () => ({ kind: 'nothing' })) })
    await tend(bot)
    expect(await newsOf(bot)).toEqual([])
  })
})
