import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { Asker } from '../../../../src/core/people.ts'
import type { Place } from '../../../../src/core/place.ts'
import type { Outbox } from '../../../../src/core/ports/outbox.ts'
import { anna, bob, channel, command, createWorld, type TestProcess } from '../../../support/core.ts'
import { accepted, type Delivered, delivered } from '../../../support/delivered.ts'
import { runAsked, runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'

const bobs = scheduled({ lines: ['greet'], place: channel, owner: bob, created: '2026-11-20T12:00:00.000Z' })
const gone = new OpsError(
  'slack',
  'I cannot post in #music (is_archived), so nobody would see it.',
  'Use another channel.',
)

/** A night at which Bob's schedule is due, and what is said beside it. */
async function night(parts: Partial<Outbox> = {}, groups: Readonly<Record<string, readonly string[]>> = {}) {
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  world.roles.set(bob.id, 'operator')
  const outbox: Outbox = {
    resolve: async (place) => place,
    postingError: async () => null,
    requirePosts: () => undefined,
    ...parts,
  }
  const order: Asker[] = []
  const greet = command('greet', async ({ who }) => {
    order.push({ kind: who.kind, id: who.id, name: who.name })
    return undefined
  })
  const look = command('look', async () => undefined, { role: 'viewer', effect: 'read' })
  const resume = command('resume', async () => undefined, { role: 'admin' })
  const commands = [scheduleRun, greet, look, resume]
  const start = async (id: string) => {
    const process = await world.start(id, commands, { outbox })
    const peopleOf = async (ids: readonly string[]) => ids.flatMap((one) => groups[one] ?? [one])
    Object.assign(process.deps.directory, { peopleOf })
    return process
  }
  const bot = await start('one')
  await bot.ledger.schedules.add(bobs)
  return { world, bot, start, order }
}

/** What became of schedules that can be told now, and to whom. */
async function newsOf(bot: TestProcess, answer?: Parameters<typeof delivered>[1]): Promise<readonly Delivered[]> {
  return (await delivered(bot, answer)).filter(({ key }) => key.startsWith('schedule:'))
}
const headlinesOf = async (bot: TestProcess) => (await newsOf(bot)).map(({ headline }) => headline)

const tick = runDue

describe('a schedule whose owner', () => {
  it('has left goes on in the name of the admins, who are told once', async () => {
    const { world, bot, order } = await night()
    world.left.add(bob.id)
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(await newsOf(bot)).toMatchObject([
      { to: 'C0MUSIC', headline: 'Bob has left. Schedule 1 (greet) now belongs to the admins.' },
    ])
    world.clock.advance(86_400_000)
    await bot.beat()
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(await newsOf(bot)).toEqual([])
    expect(order.map(({ name }) => name)).toEqual(['the admins', 'the admins'])
    expect((await bot.ledger.schedules.get(1))?.owner.name).toBe('the admins')
  })

  it('has lost the role that a line needs goes on in the name of the admins', async () => {
    const { world, bot } = await night()
    world.roles.set(bob.id, 'viewer')
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(await headlinesOf(bot)).toEqual([
      'Bob is now a viewer; greet needs an operator. Schedule 1 (greet) now belongs to the admins.',
    ])
  })

  it('has lost the role that schedules themselves need goes on in the name of the admins', async () => {
    const { world, bot } = await night()
    await bot.ledger.schedules.change(1, { lines: ['look'] })
    world.roles.set(bob.id, 'viewer')
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(await headlinesOf(bot)).toEqual([
      'Bob is now a viewer; schedule-run needs an operator. Schedule 1 (look) now belongs to the admins.',
    ])
  })

  it('has lost the role, and alone reads what it says, is parked: the admins say nothing to them', async () => {
    const { world, bot, order } = await night()
    await bot.ledger.schedules.change(1, { place: { kind: 'slack', channel: 'D0BOB', direct: true } })
    world.roles.set(bob.id, 'viewer')
    world.roles.set('admins', 'admin')
    expect(await tick(bot)).toEqual([])
    expect(order).toEqual([])
    expect((await newsOf(bot)).map(({ to }) => to)).toEqual([bob.id])
    expect((await bot.ledger.schedules.get(1))?.state).toMatchObject({ kind: 'parked' })
  })

  it('wrote a line that is no longer understood, after an update, is told so', async () => {
    const { bot } = await night()
    await bot.ledger.schedules.change(1, { lines: ['praise'] })
    const [fired] = await tick(bot)
    expect(fired?.answer).toMatchObject({ ok: false, audience: 'channel' })
    expect(fired?.answer.headline).toContain('I do not know "praise"')
  })

  it('has a role that Slack cannot tell keeps it, and it is said at the next tick at which Slack can', async () => {
    const { world, bot, order } = await night()
    const direct: Place = { kind: 'slack', channel: 'D0BOB', direct: true }
    await bot.ledger.schedules.add({ ...bobs, place: direct, lines: ['look'] })
    world.roles.set('admins', 'admin')
    world.unknown.add(bob.id)
    for (let minute = 0; minute < 3; minute++) {
      expect(await tick(bot)).toEqual([])
      world.clock.advance(60_000)
    }
    expect([order, await newsOf(bot)]).toEqual([[], []])
    expect(await bot.ledger.schedules.list()).toMatchObject(
      [channel, direct].map((place) => ({ owner: bob, place, state: { kind: 'active' } })),
    )
    world.unknown.clear()
    expect(await tick(bot)).toHaveLength(2)
    expect(order).toEqual([bob])
  })

  it('wants it run now while Slack cannot tell their role: it waits, and is run once Slack can', async () => {
    const { world, bot, order } = await night()
    expect((await bot.say('schedule-run 1', { who: bob })).ok).toBe(true)
    world.unknown.add(bob.id)
    for (let look = 0; look < 3; look++) expect(await runAsked(bot)).toEqual([])
    world.unknown.clear()
    world.clock.advance(10_000)
    expect((await runAsked(bot)).map(({ answer }) => answer.ok)).toEqual([true])
    expect(order).toEqual([bob])
  })

  it('has lost the role to resume, which it asks for, goes on in the name of the admins', async () => {
    const { world, bot } = await night()
    await bot.ledger.schedules.change(1, { whenPaused: 'resume' })
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(await headlinesOf(bot)).toEqual([
      'Bob is now an operator; resume needs an admin. Schedule 1 (greet) now belongs to the admins.',
    ])
  })

  it('is well stays theirs', async () => {
    const { bot, order } = await night()
    await tick(bot)
    expect(await newsOf(bot)).toEqual([])
    expect(order).toEqual([bob])
  })
})

describe('a schedule whose channel cannot be posted in', () => {
  it('is parked, and its owner is told directly, with the cure; nothing is said for it any more', async () => {
    const { world, bot, order } = await night({ postingError: async () => gone })
    expect(await tick(bot)).toEqual([])
    expect(order).toEqual([])
    const told = await newsOf(bot)
    expect(told.map(({ to }) => to)).toEqual([bob.id])
    expect(told[0]?.headline).toContain('Schedule 1 (greet, daily at 03:00, UTC) is suspended: I cannot post in #music')
    expect(JSON.stringify(told[0]?.body)).toContain('Use another channel.')
    expect((await bot.ledger.schedules.get(1))?.state).toEqual({
      kind: 'parked',
      why: `${gone.message} ${gone.remedy}`,
    })
    world.clock.advance(86_400_000)
    await bot.beat()
    expect(await tick(bot)).toEqual([])
    expect(await newsOf(bot)).toEqual([])
  })

  it('is told to each admin where its owner cannot be reached, also to those who are in a group', async () => {
    const { world, bot } = await night({ postingError: async () => gone }, { S0ADMINS: ['U0GRACE', 'U0OLGA'] })
    world.roles.set('S0ADMINS', 'admin')
    await tick(bot)
    const why = new OpsError('slack', 'I could not tell them.')
    const told = await newsOf(bot, (_, { place }) =>
      place.channel === bob.id ? { kind: 'refused', code: 'user_disabled', why } : accepted,
    )
    expect(told.map(({ to }) => to)).toEqual([anna.id, 'U0GRACE', 'U0OLGA'])
  })

  it('is told once, however often it is looked at while Slack takes its time', async () => {
    const { bot } = await night({ postingError: async () => gone })
    await Promise.all([1, 2, 3, 4].map(() => tick(bot)))
    expect((await newsOf(bot)).map(({ to }) => to)).toEqual([bob.id])
    expect(await bot.ledger.schedules.get(1)).toMatchObject({ state: { kind: 'parked' } })
  })

  it('is told by the next bot where nobody could be told at first, or their bot died; then no more', async () => {
    const { world, bot, start } = await night({ postingError: async () => gone })
    await tick(bot)
    expect(await newsOf(bot, () => ({ kind: 'later', afterMs: 1000, why: new Error('Slack is down') }))).toEqual([])
    bot.die()
    const next = await start('two')
    world.clock.advance(2000)
    expect((await newsOf(next)).map(({ to }) => to)).toEqual([bob.id])
    await tick(next)
    expect(await newsOf(next)).toEqual([])
  })

  it('is told of each reason, where it was resumed and parked again before Slack took the first', async () => {
    const { world, bot } = await night({ postingError: async () => gone })
    await tick(bot)
    await bot.ledger.schedules.change(1, { state: { kind: 'active' } })
    world.clock.advance(60_000)
    await tick(bot)
    expect(await newsOf(bot)).toHaveLength(2)
  })

  it('is not parked where it was moved while it was looked at', async () => {
    const elsewhere: Place = { kind: 'slack', channel: 'C0OPEN', direct: false }
    const { bot } = await night({
      async postingError() {
        await bot.ledger.schedules.change(1, { place: elsewhere })
        return gone
      },
    })
    await tick(bot)
    expect(await bot.ledger.schedules.get(1)).toMatchObject({ state: { kind: 'active' }, place: elsewhere })
    expect(await newsOf(bot)).toEqual([])
  })
})

describe('the news that the admins have inherited a schedule', () => {
  it('is told by the next bot where Slack did not take it, and the schedule is said all the same', async () => {
    const { world, bot, start } = await night()
    world.left.add(bob.id)
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(await newsOf(bot, () => ({ kind: 'later', afterMs: 1000, why: new Error('Slack is down') }))).toEqual([])
    bot.die()
    world.clock.advance(2000)
    const next = await start('two')
    expect(await headlinesOf(next)).toEqual(['Bob has left. Schedule 1 (greet) now belongs to the admins.'])
  })

  it('is not told where somebody has taken the schedule over while its owner was looked up', async () => {
    const { world, bot } = await night({
      async postingError() {
        await bot.ledger.schedules.change(1, { owner: anna })
        return null
      },
    })
    world.left.add(bob.id)
    expect(await tick(bot)).toEqual([])
    expect((await bot.ledger.schedules.get(1))?.owner).toEqual(anna)
    expect(await newsOf(bot)).toEqual([])
  })
})
