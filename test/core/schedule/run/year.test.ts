import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import scheduleRun from '../../../../src/commands/schedule/run.ts'
import type { Command } from '../../../../src/core/command/define.ts'
import { claimRuns } from '../../../../src/core/runner/worker.ts'
import { anna, channel, command, createWorld, deferred, type TestProcess, unfollowed } from '../../../support/core.ts'
import { delivered } from '../../../support/delivered.ts'
import { runDue } from '../../../support/fires.ts'
import { scheduled } from '../../../support/schedule.ts'
import { lengths } from '../../../support/soak.ts'

const dayMs = 86_400_000
const windowHours = 20

/** A zone, a day, and how many days from then. */
type Time = readonly [zone: string, from: string, days: number]

const yearIn = (zone: string): Time => [zone, '2026-12-31', 366]

/** Three weeks around each change of the clocks and around the turn of the year; in soak a whole year in each zone. */
const times = lengths<readonly Time[]>({
  gate: [
    ['America/New_York', '2026-12-20', 21],
    ['America/New_York', '2027-02-26', 21],
    ['America/New_York', '2027-10-28', 21],
    ['Europe/London', '2027-03-18', 21],
    ['Europe/London', '2027-10-21', 21],
    ['Asia/Kolkata', '2027-03-18', 21],
    ['UTC', '2027-10-21', 21],
  ],
  soak: ['America/New_York', 'Europe/London', 'Asia/Kolkata', 'UTC'].map(yearIn),
})

/** What happens at a moment: a tick, of one process or of two at once, or of one that dies at its work or before it has told of it. */
const events = ['tick', 'tick', 'restart', 'two', 'dies at work', 'dies untold'] as const

const years = fc.record({
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.constantFrom(0, 30, 59),
  moments: fc.array(
    fc.record({ minutes: fc.integer({ min: 1, max: windowHours * 60 - 1 }), event: fc.constantFrom(...events) }),
    { minLength: 200, maxLength: 200 },
  ),
})

/** One bot after another on one ledger, and what of their work can be seen outside. */
async function createYear(cron: string, zone: string, created: string) {
  const world = await createWorld(created)
  const said: string[] = []
  const told: string[] = []
  let fate: (typeof events)[number] = 'tick'
  let stuck = deferred()
  const dies = (): Promise<never> => {
    stuck.resolve()
    return new Promise<never>(() => undefined)
  }
  const greet: Command = command(
    'greet',
    async ({ deps }) => {
      if (fate === 'dies at work') await dies()
      said.push(deps.process)
      return undefined
    },
    { effect: 'read' },
  )
  let starts = 0
  const start = (): Promise<TestProcess> => world.start(`bot-${++starts}`, [scheduleRun, greet])
  let bot = await start()
  await bot.ledger.schedules.add(
    scheduled({
      lines: ['greet'],
      place: channel,
      owner: anna,
      cron,
      zone,
      created,
      catchUpHours: windowHours,
    }),
  )
  const fireAs = async (one: TestProcess): Promise<void> => {
    await runDue(one)
    if (fate === 'dies untold') await dies()
    for (const { body } of await delivered(one)) {
      const run = body.kind === 'answer' ? body.answer.run : null
      const origin = run === null ? undefined : (await one.ledger.runs.get(run.id))?.origin
      if (origin?.kind !== 'fire') throw new Error('only fires are told here')
      told.push(origin.intended)
    }
  }
  const replace = async (): Promise<void> => {
    bot.die()
    await bot.ledger.close()
    bot = await start()
    fate = 'tick'
    for (const { answer } of await claimRuns(bot.session, () => unfollowed)) await answer
    await fireAs(bot)
  }
  return {
    world,
    said,
    told,
    bot: () => bot,
    async live(event: (typeof events)[number]) {
      if (event === 'restart') return replace()
      fate = event
      stuck = deferred()
      const other = event === 'two' ? await start() : null
      const bots = other === null ? [bot] : [bot, other]
      await Promise.race([stuck.promise, Promise.all(bots.map(fireAs))])
      other?.die()
      await other?.ledger.close()
      if (event === 'dies at work' || event === 'dies untold') await replace()
    },
  }
}

describe('a nightly schedule over a year of restarts at any moment', () => {
  it.each(times)(
    'in %s, from %s over %i days, loses no night, doubles none, and tells each once, when the bot is never down for longer than its window',
    { timeout: lengths({ gate: 120_000, soak: 3_600_000 }) },
    async (zone, from, days) => {
      const start = `${from}T12:00:00.000Z`
      await fc.assert(
        fc.asyncProperty(years, async ({ hour, minute, moments }) => {
          const cron = `${minute} ${hour} * * *`
          const lived = await createYear(cron, zone, start)
          const { clock } = lived.world
          const end = Date.parse(start) + days * dayMs
          for (let at = 0; clock.now().getTime() < end; at++) {
            const { minutes, event } = moments[at % moments.length] ?? { minutes: 600, event: 'tick' }
            clock.advance(minutes * 60_000)
            await lived.bot().beat()
            await lived.live(event)
          }
          await lived.live('tick')
          const expected: string[] = []
          for (const time of lived.bot().deps.timetable.times(cron, zone, new Date(start))) {
            if (time > clock.now()) break
            expected.push(time.toISOString())
          }
          expect(expected.length).toBeGreaterThan(days - 2)
          expect(lived.told).toEqual(expected)
          expect(lived.said).toHaveLength(expected.length)
        }),
        // A year is long, and its own story: a failure is read, not shrunk.
        { numRuns: lengths({ gate: 1, soak: 10 }), endOnFailure: true },
      )
    },
  )
})
