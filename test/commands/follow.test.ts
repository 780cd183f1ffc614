import '../../src/commands/follow.ts'
import '../../src/commands/unfollow.ts'
import { describe, expect, it } from 'vitest'
import follow from '../../src/commands/follow.ts'
import unfollow from '../../src/commands/unfollow.ts'
import type { Command } from '../../src/core/command/define.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Asker, Role } from '../../src/core/people.ts'
import { suspendRefused } from '../../src/core/schedule/run/ownership.ts'
import { anna, bob, channel, command, failureOf, type TestProcess, terminal } from '../support/core.ts'
import { delivered } from '../support/delivered.ts'
import { type Fired, runDue } from '../support/fires.ts'
import { createScheduleOffice } from '../support/schedule-office.ts'

const carol = { kind: 'slack', id: 'U0CAROL01', name: 'Carol' } as const

/** Bob and Carol are viewers; what a line answers is in the digest. */
async function office(more: readonly Command[] = []) {
  const songs = command(
    'songs',
    async () => ({ headline: 'Undo leads.', replies: [{ kind: 'text', text: 'Undo leads.' }] }),
    {
      role: 'viewer',
      effect: 'read',
    },
  )
  const made = await createScheduleOffice({}, [follow, unfollow, songs, ...more])
  made.roles.set(bob.id, 'viewer')
  const say = (line: string, who: Asker = bob, place = channel) => made.bot.say(line, { who, place })
  return { ...made, say }
}

/** Runs what is due at that moment; gives what was posted since, to whom. */
async function at(time: string, { bot, clock }: { bot: TestProcess; clock: { set(to: Date): void } }) {
  clock.set(new Date(time))
  const ran = await runDue(bot)
  // Answers to what was typed go to the channel where that was done.
  const posted = (await delivered(bot)).filter(({ to }) => to.startsWith('U'))
  return { ran, posted }
}

/** Side by side, so in any order. */
const byName = (ran: readonly Fired[]) =>
  ran.toSorted((one, other) => one.run.who.name.localeCompare(other.run.who.name))

describe('follow', () => {
  it('has what a viewer may ask posted to them alone, in their own zone; it is listed and stopped', async () => {
    const { bot, say } = await office()
    expect(await say('follow')).toMatchObject({ headline: 'You follow nothing yet.' })
    const made = await say('follow songs mondays at 9:00')
    expect(made).toMatchObject({
      ok: true,
      audience: 'asker',
      headline: 'You follow songs, mondays at 09:00 (UTC), in your direct messages.',
      next: [{ label: 'Stop', line: 'unfollow 1' }, { line: 'follow' }],
    })
    expect(await bot.ledger.schedules.followed()).toMatchObject([
      { personal: true, owner: bob, place: { direct: true, channel: bob.id }, lines: ['songs'], cron: '0 9 * * 1' },
    ])
    expect(await say('follow')).toMatchObject({
      headline: 'You follow 1 command (at most 10).',
      replies: [
        {
          columns: ['id', 'command', 'when', 'state', 'next'],
          rows: [[1, 'songs', 'mondays at 09:00 (UTC)', 'active', '2026-11-30T09:00:00.000Z']],
          actions: [{ label: 'Stop', line: 'unfollow 1' }],
        },
        { tone: 'note' },
      ],
    })
    expect(await say('unfollow 1')).toMatchObject({
      headline: 'You no longer follow songs, mondays at 09:00 (UTC).',
      replies: [{}, {}, { text: 'follow songs mondays at 09:00 tz=UTC', tone: 'code' }],
    })
    expect(await bot.ledger.schedules.followed()).toEqual([])
    expect(failureOf(await say('unfollow 1')).code).toBe('not_found')
  })

  it('is stopped without its number where it is the only one', async () => {
    const { bot, say } = await office()
    for (const time of [9, 10]) await say(`follow songs daily at ${time}`)
    expect(failureOf(await say('unfollow')).message).toBe('Which one? Nothing was done.')
    await say('unfollow 1')
    expect(await say('unfollow')).toMatchObject({ headline: 'You no longer follow songs, daily at 10:00 (UTC).' })
    expect(await bot.ledger.schedules.followed()).toEqual([])
  })

  it.each([
    ['follow songs', 'daily at 09:00'],
    ['follow "songs" weekdays at 8am', 'weekdays at 08:00'],
    ['follow lines=songs day=fridays time=17:30', 'fridays at 17:30'],
    ['follow songs on mondays at 9', 'mondays at 09:00'],
    ['follow songs at 8am', 'daily at 08:00'],
    ['follow songs at 9:00 mondays', 'mondays at 09:00'],
    ['follow lines=songs day=fridays', 'fridays at 09:00'],
  ])('understands %s', async (line, phrase) => {
    const { bot, say } = await office()
    expect(await say(`${line} tz=Europe/London`)).toMatchObject({ ok: true })
    expect(await bot.ledger.schedules.followed()).toMatchObject([{ lines: ['songs'], phrase, zone: 'Europe/London' }])
  })

  it.each([
    ['follow load daily at 9', 'not_allowed', /^load needs an operator/],
    ['follow nothing-like-it daily at 9', 'unknown_command', /I do not know/],
    ['follow songs daily at 9 in #music', 'bad_argument', /posted in your direct messages/],
    ['follow "songs; greet" daily at 9', 'bad_argument', /One command is followed at a time/],
    ['follow follow daily at 9', 'bad_argument', /cannot be scheduled/],
  ])('refuses a viewer %s', async (line, code, message) => {
    const { bot, say } = await office()
    expect(failureOf(await say(line))).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(await bot.ledger.schedules.followed()).toEqual([])
  })

  it('takes only what changes nothing, from an admin too, and nothing from a terminal', async () => {
    const draft = { title: 'Wake it?', facts: [], act: 'Wake', danger: false }
    const { say } = await office([
      command('mark', async () => undefined, { effect: 'bot' }),
      command('wake', async () => undefined, { effect: 'read', plan: async () => draft }),
    ])
    for (const name of ['load', 'mark', 'wake']) {
      const { message } = failureOf(await say(`follow ${name} daily at 9`, anna))
      expect(message).toMatch(new RegExp(`^${name} changes something`))
    }
    const local = { kind: 'local', id: 'ada', name: 'ada' } as const
    expect(failureOf(await say('follow songs daily at 9', local, terminal)).message).toMatch(/a terminal does not have/)
  })

  it('keeps ten for each person, the same one once, also of many at the same moment', async () => {
    const { bot, say } = await office()
    const lines = Array.from({ length: 14 }, (_, hour) => `follow songs daily at ${hour}:00`)
    const said = await Promise.all(lines.map((line) => say(line)))
    expect(said.filter(({ ok }) => ok)).toHaveLength(10)
    expect(said.find(({ ok }) => !ok)?.headline).toBe(
      'You follow 10 commands already; the limit is 10. Nothing was done.',
    )
    expect(await say('follow songs daily at 9', carol)).toMatchObject({ ok: true })
    const twice = await Promise.all([1, 2].map(() => say('follow songs daily at 9', carol)))
    expect(twice.map(({ headline }) => headline)).toEqual(
      [1, 2].map(() => 'You follow songs, daily at 09:00 (UTC) already.'),
    )
    expect(await bot.ledger.schedules.followed()).toHaveLength(11)
  })

  it('is counted for operators and admins, who see nothing of it and cannot touch it', async () => {
    const { bot, say } = await office()
    await say('follow songs mondays at 9')
    await say('follow greet mondays at 9', carol)
    await say('follow songs daily at 9', carol)
    const list = await say('schedule', anna)
    expect(list.headline).toBe('No schedules yet.')
    expect(JSON.stringify(list.replies)).toContain('2 people follow 3 commands in direct messages.')
    expect(JSON.stringify(list.replies)).not.toContain('mondays')
    for (const line of [
      'schedule 1',
      'schedule remove 1',
      'schedule run 1',
      'schedule edit 1 daily at 4',
      'unfollow 1',
    ]) {
      expect(failureOf(await say(line, anna)).code).toBe('not_found')
    }
    expect(await bot.ledger.schedules.followed()).toHaveLength(3)
    const own = await say('follow greet daily at 9', anna)
    expect(own.ok).toBe(true)
    expect(failureOf(await say('schedule move 4', anna)).message).toMatch(/^4 is something that you follow/)
  })
})

describe('what somebody follows', () => {
  it('comes as one message where it is due at one moment, with a button to stop', async () => {
    const world = await office()
    const { say } = world
    await say('follow songs mondays at 9')
    await say('follow greet daily at 9')
    await say('follow greet daily at 9', carol)
    const { ran: both, posted } = await at('2026-11-30T09:00:05.000Z', world)
    const ran = byName(both)
    expect(ran.map(({ run }) => [run.command, run.who.name])).toEqual([
      ['follow', 'Bob'],
      ['follow', 'Carol'],
    ])
    expect(ran[0]?.answer).toMatchObject({
      ok: true,
      title: expect.stringMatching(/^What you follow, 30 Nov, 09:00 \(UTC\) · /),
      next: expect.arrayContaining([{ label: 'Stop one…', line: 'follow' }]),
    })
    expect(JSON.stringify(ran[0]?.answer.replies)).toContain('Undo leads.')
    expect(ran[1]?.answer.next.at(-1)).toEqual({ label: 'Stop following', line: 'unfollow 3' })
    expect(posted.map(({ to }) => to).toSorted()).toEqual([bob.id, carol.id].toSorted())
    expect((await at('2026-11-30T09:01:00.000Z', world)).ran).toEqual([])
    expect(byName((await at('2026-12-01T09:00:00.000Z', world)).ran).map(({ run }) => run.who.name)).toEqual([
      'Bob',
      'Carol',
    ])
  })

  it('has a line once in it that is followed at two times which come together', async () => {
    const world = await office()
    await world.say('follow songs daily at 9')
    await world.say('follow songs mondays at 9')
    const { ran } = await at('2026-11-30T09:00:05.000Z', world)
    expect(ran).toHaveLength(1)
    expect(await world.bot.ledger.runs.list({ command: 'songs', limit: 5 })).toHaveLength(1)
  })

  it('does not come again for the same moment where the first of it was stopped meanwhile', async () => {
    const world = await office()
    await world.say('follow songs daily at 9')
    await world.say('follow greet daily at 9')
    expect((await at('2026-11-24T09:00:00.000Z', world)).ran).toHaveLength(1)
    await world.say('unfollow 1')
    expect((await at('2026-11-24T09:01:00.000Z', world)).ran).toEqual([])
  })

  it('has nothing in it that was followed after its moment, however late it comes', async () => {
    const world = await office()
    await world.say('follow songs daily at 9')
    world.clock.set(new Date('2026-11-24T09:00:00.000Z'))
    await world.say('follow greet daily at 9')
    const { ran } = await at('2026-11-24T09:01:00.000Z', world)
    expect(ran.map(({ answer }) => answer.next.at(-1))).toEqual([{ label: 'Stop following', line: 'unfollow 1' }])
    expect((await at('2026-11-25T09:00:00.000Z', world)).ran[0]?.answer.next.at(-1)).toEqual({
      label: 'Stop one…',
      line: 'follow',
    })
  })

  it('tells why one of it failed, and what the others answered; nobody else is called', async () => {
    const broken = command(
      'broken',
      async () => {
        throw new OpsError('not_loaded', 'Nothing is loaded yet.')
      },
      { role: 'viewer', effect: 'read' },
    )
    const world = await office([broken])
    await world.say('follow broken daily at 9')
    await world.say('follow songs daily at 9')
    const { ran, posted } = await at('2026-11-24T09:00:00.000Z', world)
    const said = JSON.stringify(ran[0]?.answer.replies)
    expect(said).toContain('broken: Nothing is loaded yet.')
    expect(said).toContain('Undo leads.')
    expect(posted).toMatchObject([{ to: bob.id, mention: [] }])
  })

  it('ends with its owner: nobody inherits it, and nobody is told', async () => {
    const world = await office()
    await world.say('follow songs daily at 9')
    await world.say('follow songs mondays at 9')
    world.left.add(bob.id)
    const { ran, posted } = await at('2026-11-24T09:00:00.000Z', world)
    expect([ran, posted]).toEqual([[], []])
    expect(await world.bot.ledger.schedules.followed()).toEqual([])
  })

  it('is suspended where its owner may not ask it any more, with a message to them alone, and goes on with the role', async () => {
    const world = await office()
    world.roles.set(bob.id, 'operator')
    const secret = command('secret', async () => undefined, { role: 'operator', effect: 'read' })
    const bot = await world.start('two', [follow, unfollow, secret])
    await bot.say('follow secret daily at 9', { who: bob })
    world.roles.set(bob.id, 'viewer')
    const { ran, posted } = await at('2026-11-24T09:00:00.000Z', { ...world, bot })
    expect(ran).toEqual([])
    expect(posted).toMatchObject([
      {
        to: bob.id,
        headline: expect.stringMatching(
          /^secret \(.*\), which you follow, is suspended: \S+ is now a viewer; secret needs an operator\./,
        ),
      },
    ])
    world.roles.set(bob.id, 'operator')
    expect(await bot.say('follow secret daily at 9', { who: bob })).toMatchObject({
      headline: 'You follow secret, daily at 09:00 (UTC) again.',
    })
    expect((await at('2026-11-24T09:01:00.000Z', { ...world, bot })).ran).toEqual([])
  })

  it('leaves out what is suspended until it is followed again, and nothing else', async () => {
    const secret = command('secret', async () => undefined, { role: 'operator', effect: 'read' })
    const world = await office([secret])
    const onDay = async (day: number, role: Role) => {
      world.roles.set(bob.id, role)
      const { ran, posted } = await at(`2026-11-${day}T09:00:00.000Z`, world)
      return [ran.map(({ run }) => run.steps.flatMap(({ request }) => request ?? [])), posted.length]
    }
    world.roles.set(bob.id, 'operator')
    await world.say('follow secret daily at 9')
    await world.say('follow songs daily at 9')
    expect(await onDay(24, 'operator')).toEqual([[['secret', 'songs']], 1])
    // With the message that it is suspended.
    expect(await onDay(25, 'viewer')).toEqual([[['songs']], 2])
    expect(await onDay(26, 'viewer')).toEqual([[['songs']], 1])
    expect(await onDay(27, 'operator')).toEqual([[['songs']], 1])
    await world.say('follow secret daily at 9')
    expect(await onDay(28, 'operator')).toEqual([[['secret', 'songs']], 1])
  })

  it('is suspended all at once where their direct messages refuse it', async () => {
    const { bot, say } = await office()
    await say('follow songs daily at 9')
    await say('follow songs daily at 10')
    await say('follow songs daily at 10', carol)
    const why = new OpsError('slack', 'I cannot post in your direct messages.', 'Open them.')
    await suspendRefused(1, why, { kind: 'slack', channel: bob.id, direct: true }, bot.deps)
    const states = (await bot.ledger.schedules.followed()).map(({ owner, state }) => [owner.name, state.kind])
    expect(states).toEqual([
      ['Bob', 'parked'],
      ['Bob', 'parked'],
      ['Carol', 'active'],
    ])
    const list = await say('follow')
    expect(JSON.stringify(list.replies)).toContain('is suspended: I cannot post in your direct messages. Open them.')
    expect(list.replies[0]).toMatchObject({
      actions: [9, 10].map((hour) => ({
        label: 'Resume',
        line: `follow songs daily at ${String(hour).padStart(2, '0')}:00 tz=UTC`,
      })),
    })
  })
})
