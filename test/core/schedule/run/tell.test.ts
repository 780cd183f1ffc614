import { describe, expect, it } from 'vitest'
import runAgain from '../../../../src/commands/run-again.ts'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Command } from '../../../../src/core/command/define.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import type { Asker } from '../../../../src/core/people.ts'
import type { Beat } from '../../../../src/core/ports/heartbeat.ts'
import type { ScheduleRecord } from '../../../../src/core/ports/ledger.ts'
import type { Sent } from '../../../../src/core/ports/outbox.ts'
import { anna, bob, channel, command, createWorld, type TestProcess } from '../../../support/core.ts'
import { accepted, delivered } from '../../../support/delivered.ts'
import { runDue, sayAgain } from '../../../support/fires.ts'
import { freePolicy } from '../../../support/policy.ts'
import { scheduled } from '../../../support/schedule.ts'

const night = scheduled({ lines: ['etl', 'greet'], place: channel, owner: anna, created: '2026-11-20T12:00:00.000Z' })
const greet = command('greet', async () => undefined, { effect: 'read' })
const etl = command('etl', async () => undefined)

function failing(name: string, broken: () => boolean = () => true): Command {
  return command(name, async () => {
    if (broken()) throw new OpsError('bad_data', 'Line 3 is no JSON.')
    return undefined
  })
}

/** A night at its time, and how often its heartbeat went out. */
async function nightOf(commands: readonly Command[], given: { schedule?: Partial<ScheduleRecord>; beat?: Beat } = {}) {
  const world = await createWorld('2026-11-23T03:00:00.000Z')
  let beats = 0
  const heartbeat = {
    beat: async () => {
      beats++
      return given.beat ?? 'delivered'
    },
  }
  const start = (id: string): Promise<TestProcess> =>
    world.start(id, [scheduleRun, runAgain, ...commands], {
      heartbeat,
      policy: { ...freePolicy, oncall: ['S0ONCALL', anna.id] },
    })
  const bot = await start('one')
  await bot.ledger.schedules.add({ ...night, ...given.schedule })
  return { world, bot, start, beats: () => beats }
}

describe('the heartbeat', () => {
  it('goes out once after a night that loaded and was told, and is noted', async () => {
    const { bot, beats } = await nightOf([etl, greet])
    const order: string[] = []
    const told = (): Sent => {
      order.push(`told after ${beats()}`)
      return accepted
    }
    for (const _ of [1, 2]) {
      await runDue(bot)
      await delivered(bot, told)
    }
    expect([order, beats()]).toEqual([['told after 0'], 1])
    expect(await bot.ledger.notes.get('heartbeat')).toEqual({ at: '2026-11-23T03:00:00.000Z', ok: true })
  })

  it.each<[string, readonly Command[], Partial<ScheduleRecord>]>([
    ['failed', [failing('etl'), greet], {}],
    ['failed behind its load', [etl, failing('greet')], {}],
    ['loaded nothing', [etl, greet], { lines: ['greet'] }],
  ])('does not go out after a night that %s', async (_, commands, schedule) => {
    const { bot, beats } = await nightOf(commands, { schedule })
    await runDue(bot)
    await delivered(bot)
    expect(beats()).toBe(0)
    expect(await bot.ledger.notes.get('heartbeat')).toBeNull()
  })

  it('does not go out after a night that was skipped, because the one before is still going on', async () => {
    let begun = false
    const stuck = command('etl', () => {
      begun = true
      return new Promise<undefined>(() => undefined)
    })
    const { world, bot, beats } = await nightOf([stuck, greet], { schedule: { cron: '0 * * * *' } })
    void runDue(bot)
    await expect.poll(() => begun).toBe(true)
    world.clock.advance(3_600_000)
    await bot.beat()
    const told: boolean[] = []
    for (const { answer } of await runDue(bot)) told.push(answer.ok)
    await delivered(bot)
    expect([told, beats()]).toEqual([[true], 0])
  })

  it('does not go out for a night that nobody could be told of, until they are', async () => {
    const { world, bot, start, beats } = await nightOf([etl, greet])
    await runDue(bot)
    await delivered(bot, () => ({ kind: 'later', afterMs: 1000, why: new Error('Slack is away') }))
    expect(beats()).toBe(0)
    bot.die()
    world.clock.advance(2000)
    const next = await start('next')
    await delivered(next)
    await delivered(next)
    expect(beats()).toBe(1)
  })

  it('goes out when a night that failed behind its load is carried on to its end', async () => {
    let broken = true
    const { world, bot, beats } = await nightOf([etl, failing('greet', () => broken)])
    const [fired] = await runDue(bot)
    await delivered(bot)
    const failed = fired?.run?.id ?? 0
    broken = false
    world.clock.advance(60_000)
    await bot.beat()
    const again = await sayAgain(bot, { run: await bot.ledger.runs.get(failed) })
    await delivered(bot)
    expect([again.answer.ok, beats()]).toEqual([true, 1])
  })

  it('that nobody hears is noted, and of none nothing is', async () => {
    const unheard = await nightOf([etl, greet], { beat: 'failed' })
    await runDue(unheard.bot)
    await delivered(unheard.bot)
    expect(await unheard.bot.ledger.notes.get('heartbeat')).toMatchObject({ ok: false })
    const silent = await nightOf([etl, greet], { beat: 'none' })
    await runDue(silent.bot)
    await delivered(silent.bot)
    expect(await silent.bot.ledger.notes.get('heartbeat')).toBeNull()
  })
})

describe('who is called', () => {
  async function calledOf(commands: readonly Command[], schedule: Partial<ScheduleRecord>): Promise<readonly string[]> {
    const { world, bot } = await nightOf(commands, { schedule })
    for (const id of [bob.id, local.id, typist.id]) world.roles.set(id, 'operator')
    await runDue(bot)
    const called = (await delivered(bot)).map(({ mention }) => mention)
    expect(called).toHaveLength(1)
    return called.flat()
  }
  const typist: Asker = { kind: 'local', id: 'tina', name: 'tina' }
  const local: Asker = { kind: 'local', id: 'admins', name: 'the admins' }

  it.each<[string, readonly Command[], Partial<ScheduleRecord>, readonly string[]]>([
    ['by a good night is nobody', [etl, greet], {}, []],
    [
      'by a failure is its owner and who is on call',
      [failing('etl'), greet],
      { owner: bob },
      [bob.id, 'S0ONCALL', anna.id],
    ],
    ['is called once', [failing('etl'), greet], {}, [anna.id, 'S0ONCALL']],
    ['by what is the admins’ is each of them', [failing('etl'), greet], { owner: local }, [anna.id, 'S0ONCALL']],
    [
      'by what was made in a terminal is who is on call',
      [failing('etl'), greet],
      { owner: typist },
      ['S0ONCALL', anna.id],
    ],
    ['while it is snoozed is nobody', [failing('etl'), greet], { snoozedUntil: '2026-11-23T03:00:01.000Z' }, []],
    [
      'once the snooze is over is who was',
      [failing('etl'), greet],
      { snoozedUntil: '2026-11-23T02:59:59.000Z' },
      [anna.id, 'S0ONCALL'],
    ],
  ])('%s', async (_, commands, schedule, expected) => {
    expect(await calledOf(commands, schedule)).toEqual(expected)
  })
})
