import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule-run.ts'
import type { Answer } from '../../../../src/core/answer.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { Asker } from '../../../../src/core/people.ts'
import type { Place } from '../../../../src/core/place.ts'
import type { Outbox } from '../../../../src/core/ports/outbox.ts'
import type { Fired } from '../../../../src/core/schedule/fire/fire.ts'
import { anna, bob, channel, command, createWorld, deferred, type TestProcess } from '../../../support/core.ts'
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
  const posted: { place: Place; headline: string }[] = []
  const told: { to: string; answer: Answer }[] = []
  const outbox: Outbox = {
    post: async (place, { headline }) => void posted.push({ place, headline }),
    resolve: async (place) => place,
    obstacle: async () => null,
    tell: async ({ id }, answer) => void told.push({ to: id, answer }),
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
  const start = async (id: string, outboxParts: Partial<Outbox> = {}) => {
    const process = await world.start(id, commands, { outbox: { ...outbox, ...outboxParts } })
    const peopleOf = async (ids: readonly string[]) => ids.flatMap((one) => groups[one] ?? [one])
    Object.assign(process.deps.directory, { peopleOf })
    return process
  }
  const bot = await start('one')
  await bot.ledger.schedules.add(bobs)
  return { world, bot, start, posted, told, order }
}

async function tick({ app }: TestProcess): Promise<readonly Fired[]> {
  const fires: Fired[] = []
  await app.fireDue(async (fired) => void fires.push(fired))
  return fires
}

describe('a schedule whose owner', () => {
  it('has left goes on in the name of the admins, who are told once', async () => {
    const { world, bot, posted, order } = await night()
    world.left.add(bob.id)
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(posted).toEqual([
      { place: channel, headline: 'Bob has left. Schedule 1 (greet) goes on in the name of the admins.' },
    ])
    world.clock.advance(86_400_000)
    await bot.beat()
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(posted).toHaveLength(1)
    expect(order.map(({ name }) => name)).toEqual(['the admins', 'the admins'])
    expect((await bot.ledger.schedules.get(1))?.owner.name).toBe('the admins')
  })

  it('has lost the role that a line needs goes on in the name of the admins', async () => {
    const { world, bot, posted } = await night()
    world.roles.set(bob.id, 'viewer')
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(posted[0]?.headline).toBe(
      'Bob is viewer now, and greet needs more. Schedule 1 (greet) goes on in the name of the admins.',
    )
  })

  it('has lost the role that schedules themselves need goes on in the name of the admins', async () => {
    const { world, bot, posted } = await night()
    await bot.ledger.schedules.change(1, { lines: ['look'] })
    world.roles.set(bob.id, 'viewer')
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(posted.map(({ headline }) => headline)).toEqual([
      'Bob is viewer now, and schedule-run needs more. Schedule 1 (look) goes on in the name of the admins.',
    ])
  })

  it('has lost the role, and alone reads what it says, is parked: the admins say nothing to them', async () => {
    const { world, bot, posted, told, order } = await night()
    await bot.ledger.schedules.change(1, { place: { kind: 'slack', channel: 'D0BOB', direct: true } })
    world.roles.set(bob.id, 'viewer')
    world.roles.set('admins', 'admin')
    expect(await tick(bot)).toEqual([])
    expect([order, posted]).toEqual([[], []])
    expect(told.map(({ to }) => to)).toEqual([bob.id])
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
    const { world, bot, posted, told, order } = await night()
    const direct: Place = { kind: 'slack', channel: 'D0BOB', direct: true }
    await bot.ledger.schedules.add({ ...bobs, place: direct, lines: ['look'] })
    world.roles.set('admins', 'admin')
    world.unknown.add(bob.id)
    for (let minute = 0; minute < 3; minute++) {
      expect(await tick(bot)).toEqual([])
      world.clock.advance(60_000)
    }
    expect([order, posted, told]).toEqual([[], [], []])
    expect(await bot.ledger.schedules.list()).toMatchObject(
      [channel, direct].map((place) => ({ owner: bob, place, state: { kind: 'active' } })),
    )
    world.unknown.clear()
    expect(await tick(bot)).toHaveLength(2)
    expect(order).toEqual([bob])
  })

  it('asks to hear it now while Slack cannot tell their role hears once that it failed, and it once Slack can', async () => {
    const { world, bot, order } = await night()
    const at = world.clock.now().toISOString()
    await bot.ledger.schedules.change(1, {
      asked: { at, by: bob, from: null, maxErrors: null, approval: null },
      since: at,
    })
    world.unknown.add(bob.id)
    const said: Fired[] = []
    const hear = () => bot.app.fireAsked(async (fired) => void said.push(fired))
    for (let look = 0; look < 3; look++) await hear()
    expect(said.map(({ answer }) => [answer.ok, answer.exit])).toEqual([[false, 1]])
    world.unknown.clear()
    for (let look = 0; look < 2; look++) await hear()
    expect(said.map(({ answer }) => answer.ok)).toEqual([false, true])
    expect(order).toEqual([bob])
  })

  it('has lost the role to resume, which it asks for, goes on in the name of the admins', async () => {
    const { world, bot, posted } = await night()
    await bot.ledger.schedules.change(1, { whenPaused: 'resume' })
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    expect(posted.map(({ headline }) => headline)).toEqual([
      'Bob is operator now, and resume needs more. Schedule 1 (greet) goes on in the name of the admins.',
    ])
  })

  it('is well stays theirs', async () => {
    const { bot, posted, order } = await night()
    await tick(bot)
    expect(posted).toEqual([])
    expect(order).toEqual([bob])
  })
})

describe('a schedule whose channel cannot be posted in', () => {
  it('is parked, and its owner is told directly, with the cure; nothing is said for it any more', async () => {
    const { world, bot, told, order } = await night({ obstacle: async () => gone })
    expect(await tick(bot)).toEqual([])
    expect(order).toEqual([])
    expect(told.map(({ to }) => to)).toEqual([bob.id])
    expect(told[0]?.answer.headline).toContain(
      'Schedule 1 (greet, daily at 03:00, UTC) is parked: I cannot post in #music',
    )
    expect(JSON.stringify(told[0]?.answer.replies)).toContain('Use another channel.')
    expect((await bot.ledger.schedules.get(1))?.state).toEqual({
      kind: 'parked',
      why: `${gone.message} ${gone.remedy}`,
    })
    world.clock.advance(86_400_000)
    await bot.beat()
    expect(await tick(bot)).toEqual([])
    expect(told).toHaveLength(1)
  })

  it('is told to each admin where its owner cannot be reached, also to those who are in a group', async () => {
    const told: string[] = []
    const tell: Outbox['tell'] = async ({ id }) => {
      if (id === bob.id) throw new Error('user_disabled')
      told.push(id)
    }
    const { world, bot } = await night({ obstacle: async () => gone, tell }, { S0ADMINS: ['U0GRACE', 'U0OLGA'] })
    world.roles.set('S0ADMINS', 'admin')
    await tick(bot)
    expect(told).toEqual([anna.id, 'U0GRACE', 'U0OLGA'])
  })

  it('is told once, however often it is looked at while Slack takes its time', async () => {
    const slow = deferred()
    const told: string[] = []
    const tell: Outbox['tell'] = async ({ id }) => {
      told.push(id)
      await slow.promise
    }
    const { bot } = await night({ obstacle: async () => gone, tell })
    await bot.ledger.schedules.change(1, {
      asked: { at: '2026-11-23T02:59:59.000Z', by: bob, from: null, maxErrors: null, approval: null },
    })
    const looks = [tick(bot), bot.app.fireAsked(async () => undefined)]
    await expect.poll(() => told).toHaveLength(1)
    for (let look = 0; look < 5; look++)
      looks.push(
        tick(bot),
        bot.app.fireAsked(async () => undefined),
      )
    slow.resolve()
    await Promise.all(looks)
    expect(told).toEqual([bob.id])
    expect(await bot.ledger.schedules.get(1)).toMatchObject({ state: { kind: 'parked' }, asked: null })
  })

  it('is told within the hour where nobody could be told at first, or their bot died; then no more', async () => {
    let down = true
    const told: string[] = []
    const tell: Outbox['tell'] = async ({ id }) => {
      if (down) return new Promise(() => undefined)
      told.push(id)
    }
    const { world, bot, start } = await night({ obstacle: async () => gone, tell })
    void tick(bot)
    await expect.poll(async () => (await bot.ledger.schedules.get(1))?.state.kind).toBe('parked')
    bot.die()
    const refusing = await start('two', { tell: () => Promise.reject(new Error('Slack is down')) })
    world.clock.advance(3_600_000)
    await tick(refusing)
    down = false
    await tick(refusing)
    expect(told).toEqual([])
    const three = await start('three')
    world.clock.advance(3_600_000)
    for (let minute = 0; minute < 3; minute++) await tick(three)
    expect(told).toEqual([bob.id])
  })

  it('is not parked where it was moved while it was looked at', async () => {
    const elsewhere: Place = { kind: 'slack', channel: 'C0OPEN', direct: false }
    const { bot, told } = await night({
      async obstacle() {
        await bot.ledger.schedules.change(1, { place: elsewhere })
        return gone
      },
    })
    await tick(bot)
    expect(await bot.ledger.schedules.get(1)).toMatchObject({ state: { kind: 'active' }, place: elsewhere })
    expect(told).toEqual([])
  })
})

describe('the news that the admins have inherited a schedule', () => {
  it('is told within the hour where Slack did not take it, and the schedule is said all the same', async () => {
    let down = true
    const posted: string[] = []
    const post: Outbox['post'] = async (_, { headline }) => {
      if (down) throw new Error('Slack is down')
      posted.push(headline)
    }
    const { world, bot } = await night({ post })
    world.left.add(bob.id)
    world.roles.set('admins', 'admin')
    expect((await tick(bot))[0]?.answer.ok).toBe(true)
    down = false
    await tick(bot)
    expect(posted).toEqual([])
    world.clock.advance(3_600_000)
    await bot.beat()
    for (let minute = 0; minute < 3; minute++) await tick(bot)
    expect(posted).toEqual(['Bob has left. Schedule 1 (greet) goes on in the name of the admins.'])
  })

  it('is told by the next bot where one died before it was', async () => {
    const { world, bot, start, posted } = await night()
    world.left.add(bob.id)
    world.roles.set('admins', 'admin')
    const dying = await start('dying', { post: () => new Promise(() => undefined) })
    void tick(dying)
    await expect.poll(async () => (await bot.ledger.schedules.get(1))?.owner.name).toBe('the admins')
    dying.die()
    world.clock.advance(3_600_000)
    await bot.beat()
    await tick(bot)
    expect(posted).toMatchObject([{ place: channel }])
  })

  it('is not told where somebody has taken the schedule over while its owner was looked up', async () => {
    const { world, bot, posted } = await night({
      async obstacle() {
        await bot.ledger.schedules.change(1, { owner: anna })
        return null
      },
    })
    world.left.add(bob.id)
    expect(await tick(bot)).toEqual([])
    expect((await bot.ledger.schedules.get(1))?.owner).toEqual(anna)
    expect(posted).toEqual([])
  })
})
