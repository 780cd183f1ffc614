import * as fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import type { Freshness } from '../../../src/core/ports/freshness.ts'
import type { Ledger } from '../../../src/core/ports/ledger.ts'
import { wallClock } from '../../../src/core/sql/zone.ts'
import { watchFreshness } from '../../../src/core/watch/freshness/judge.ts'
import { anna, channel, createWorld } from '../../support/core.ts'
import { lengths } from '../../support/soak.ts'
import { ledgerHand, loadingCommands } from './freshness-office.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const iso = (instant: number): string => new Date(instant).toISOString()

/** The first instant at which the clocks of a zone show that time of that day or a later one, looked for quarter by quarter of an hour. */
function firstAt(zone: string, day: string, time: string): number {
  const wanted = Date.parse(`${day}T${time}:00.000Z`)
  for (let instant = wanted - 15 * 60 * minuteMs; ; instant += 15 * minuteMs) {
    if (wallClock(instant, zone).getTime() >= wanted) return instant
  }
}

const kinds = [
  ...['good', 'good', 'good', 'exact', 'late', 'failed', 'held', 'source-late', 'none', 'down', 'paused'],
  ...['rolled back', 'rolled back after'],
] as const
type Kind = (typeof kinds)[number]

/** A day as it was generated: by then the live load had to hold everything up to `until`. */
interface StoryDay {
  readonly day: string
  readonly kind: Kind
  readonly until: number
  readonly deadline: number
}

interface Story {
  readonly zone: string
  readonly time: string
  readonly days: readonly StoryDay[]
}

/** Random whole numbers below a limit, from one seed. */
function dice(seed: number): (limit: number) => number {
  const random = fc.sample(fc.integer({ min: 0, max: 2 ** 30 }), { numRuns: 40_000, seed })
  let next = 0
  return (limit) => (random[next++ % random.length] ?? 0) % limit
}

function storyOf(zone: string, time: string, first: string, days: number, roll: (limit: number) => number): Story {
  const dayAfter = (day: string, by = 1): string => iso(Date.parse(`${day}T00:00:00.000Z`) + by * dayMs).slice(0, 10)
  return {
    zone,
    time,
    days: Array.from({ length: days }, (_, n): StoryDay => {
      const day = dayAfter(first, n)
      const next = dayAfter(day)
      const kind = kinds[roll(kinds.length)] ?? 'good'
      return { day, kind, until: firstAt(zone, next, '00:00'), deadline: firstAt(zone, next, time) }
    }),
  }
}

class Killed extends Error {}

/** The ledger of a process that dies before or after one of its writes. */
function mortal(ledger: Ledger, roll: (limit: number) => number, oneIn: number): Ledger {
  const dying = <T extends object>(store: T, writes: readonly string[]): T =>
    new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function' || typeof name !== 'string' || !writes.includes(name)) return value
        return async (...args: unknown[]) => {
          const fate = roll(oneIn)
          if (fate === 0) throw new Killed()
          const done: unknown = await Reflect.apply(value, target, args)
          if (fate === 1) throw new Killed()
          return done
        }
      },
    })
  return {
    ...ledger,
    freshness: dying(ledger.freshness, ['judge', 'update', 'change', 'set']),
    notes: dying(ledger.notes, ['set']),
    messages: dying(ledger.messages, ['put']),
  }
}

/** What happens in the world at a time, and whether the bot looks at the clock then. */
interface Moment {
  readonly at: number
  act?(): Promise<unknown>
}

/** The live load as the story has it, apart from the ledger: from `at` on it holds everything up to `covers`. */
interface Truth {
  readonly at: number
  readonly covers: number
}

/** Lives through a story with a real ledger, and says what was judged, posted and resolved. */
async function live({ zone, time, days }: Story, roll: (limit: number) => number) {
  const [first] = days
  if (first === undefined) throw new Error('a story has days')
  const begin = first.until - 2 * 60 * minuteMs
  const world = await createWorld(iso(begin))
  const bot = await world.start('one', loadingCommands)
  const other = await world.start('two', loadingCommands)
  const hand = ledgerHand(bot)
  const truth: Truth[] = []
  const loads = new Map<number, number>()
  const downs: { readonly from: number; readonly to: number }[] = []
  const pauses: { readonly from: number; readonly to: number }[] = []
  const freshness: Freshness = await bot.ledger.freshness.set({
    time,
    zone,
    place: channel,
    owner: anna,
    since: iso(begin),
  })

  /** A load that ends at a time, with the source up to `covers`. */
  const load = (at: number, covers: number): Moment => ({
    at,
    async act() {
      const run = await hand.begin(iso(at - 5 * minuteMs), hand.factsOf(iso(covers)))
      loads.set(run, covers)
      await hand.publish(run, iso(at))
      truth.push({ at, covers: at - 5 * minuteMs >= covers ? covers : at - 5 * minuteMs })
    },
  })
  const broken = (at: number, how: 'failed' | 'held'): Moment => ({
    at,
    async act() {
      const run = await hand.begin(iso(at - 5 * minuteMs))
      if (how === 'held') await bot.ledger.loads.hold(run, run, bot.id)
      await hand.fail(run, iso(at), how === 'held' ? 'held' : 'checks_red', 'Not published.')
    },
  })
  const rollback = (at: number): Moment => ({
    at,
    async act() {
      const now = await bot.ledger.loads.live()
      const [back] = (await bot.ledger.loads.list(['previous'])).filter(({ id }) => now !== null && id < now.id)
      if (back === undefined) return
      await hand.restore(back.id, iso(at))
      truth.push({ at, covers: loads.get(back.id) ?? 0 })
    },
  })
  const span = (until: number, deadline: number) => (share: number) =>
    Math.floor((until + share * (deadline - until)) / minuteMs) * minuteMs
  const moments: Moment[] = days.flatMap(({ kind, until, deadline }, n): Moment[] => {
    const at = span(until, deadline)
    const afterwards = deadline + (1 + roll(240)) * minuteMs
    const before = days[n - 1]?.until ?? until - dayMs
    switch (kind) {
      case 'good':
        return [load(at(0.3 + roll(60) / 100), until)]
      case 'exact':
        return [load(deadline, until)]
      case 'late':
        return [load(afterwards, until)]
      case 'failed':
      case 'held':
        return [broken(at(0.6), kind), load(afterwards, until)]
      case 'source-late':
        return [load(at(0.5), before), load(afterwards, until)]
      case 'none':
        return []
      case 'down': {
        downs.push({ from: at(0.2), to: afterwards + minuteMs })
        const start: Moment = { at: afterwards + minuteMs }
        return [start, roll(2) === 0 ? load(at(0.7), until) : load(afterwards + 5 * minuteMs, until)]
      }
      case 'paused': {
        pauses.push({ from: at(0.4), to: deadline + 30 * minuteMs })
        return [
          { at: at(0.4), act: () => bot.ledger.freshness.change(freshness.id, { isPaused: true }) },
          {
            at: deadline + 30 * minuteMs,
            act: () =>
              bot.ledger.freshness.change(freshness.id, { isPaused: false, since: iso(deadline + 30 * minuteMs) }),
          },
          ...(roll(2) === 0 ? [load(afterwards + 31 * minuteMs, until)] : []),
        ]
      }
      case 'rolled back':
        return [load(at(0.5), until), rollback(at(0.8)), load(afterwards, until)]
      case 'rolled back after':
        return [load(at(0.5), until), rollback(afterwards)]
      default:
        return kind satisfies never
    }
  })
  const looks = days.flatMap(({ until, deadline }) =>
    [
      until,
      deadline - minuteMs,
      deadline,
      deadline + minuteMs,
      deadline + 90 * minuteMs,
      deadline + 12 * 60 * minuteMs,
    ].map((at): Moment => ({ at })),
  )
  const after = moments.flatMap(({ at }) => [1, 2].map((n): Moment => ({ at: at + n * minuteMs })))
  const posted = new Map<string, { readonly version: number; readonly open: boolean }>()
  const resolvedAt = new Map<string, number>()
  let deaths = 0
  const ticked = async (process: typeof bot): Promise<void> => {
    const ledger = mortal(process.ledger, roll, 40)
    try {
      await watchFreshness({ catalog: process.session.catalog, deps: { ...process.deps, ledger } })
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      deaths += 1
      // The next process looks at the clock when it starts.
      await ticked(process)
    }
  }
  /** Reads what is posted of some days, and which of them were resolved since: at each look those that can change, at the end all. */
  const read = async (of: readonly StoryDay[], now: number): Promise<void> => {
    for (const { day } of of) {
      const message = await bot.ledger.messages.find(`freshness:${freshness.id}:${day}`)
      if (message === null) continue
      const was = posted.get(day)
      posted.set(day, { version: message.version, open: message.open === true })
      if (message.open !== true && was?.open === true) resolvedAt.set(day, now)
    }
  }
  const look = async (now: number): Promise<void> => {
    if (downs.some(({ from, to }) => from <= now && now < to)) return
    if (roll(10) === 0) await Promise.all([ticked(bot), ticked(other)])
    else await ticked(bot)
    await read(
      days.filter(({ day, deadline }) => posted.get(day)?.open ?? (deadline <= now && now - deadline < 2 * dayMs)),
      now,
    )
  }
  for (const { at, act } of [...moments, ...looks, ...after].toSorted(
    (a, b) => a.at - b.at || Number(!a.act) - Number(!b.act),
  )) {
    world.clock.set(new Date(at))
    if (act === undefined) await look(at)
    else await act()
  }
  await read(days, world.clock.now().getTime())

  const coversAt = (instant: number): number => truth.findLast(({ at }) => at <= instant)?.covers ?? 0
  const isPausedAt = (instant: number): boolean => pauses.some(({ from, to }) => from <= instant && instant < to)
  const rows = new Map((await bot.ledger.freshness.days(freshness.id, days.length + 9)).map((row) => [row.day, row]))
  return days.map(({ day, kind, until, deadline }) => {
    const row = rows.get(day)
    const message = posted.get(day)
    const isMissed = !isPausedAt(deadline) && coversAt(deadline) < until
    const held = truth.find(({ at, covers }) => at > deadline && covers >= until)
    return {
      ...{ day, kind, row, message, deaths, resolved: resolvedAt.get(day) ?? null },
      isMissed,
      isJudged: !isPausedAt(deadline),
      isDown: downs.some(({ from, to }) => from <= deadline && deadline < to),
      heldAt: isMissed ? (held?.at ?? null) : null,
      // A bot that is down then resolves it when it starts.
      noticedAt:
        downs.find(({ from, to }) => held !== undefined && from <= held.at && held.at < to)?.to ?? held?.at ?? null,
    }
  })
}

const seasons = [
  { zone: 'Europe/London', time: '06:00', first: '2018-09-25' },
  { zone: 'Europe/London', time: '01:30', first: '2018-03-05' },
  { zone: 'America/New_York', time: '02:30', first: '2018-02-20' },
  { zone: 'America/New_York', time: '06:00', first: '2018-10-10' },
] as const

describe('freshness over simulated months, with clock changes, deaths at any write, and two bots at once', () => {
  it.each(seasons)(
    'in $zone by $time from $first: every missed day is posted once, and nothing else',
    async ({ zone, time, first }) => {
      for (let seed = 0; seed < lengths({ gate: 1, soak: 30 }); seed++) {
        const roll = dice(inject('seed') + seed * seasons.length + seasons.findIndex((one) => one.first === first))
        const days = await live(storyOf(zone, time, first, lengths({ gate: 45, soak: 120 }), roll), roll)
        const judged = days.filter(({ row }) => row !== undefined)
        const said = judged.filter(({ row }) => row !== undefined && row.reason !== null)
        const right = said.filter(({ isMissed }) => isMissed)
        const missed = days.filter(({ isMissed }) => isMissed)
        const share = (part: number, of: number): string => `${part}/${of}`
        process.stdout.write(
          `${zone} by ${time}, ${days.length} days, ${days[0]?.deaths} deaths: precision ${share(right.length, said.length)}, recall ${share(right.length, missed.length)}\n`,
        )
        expect(said.map(({ day }) => day)).toEqual(missed.map(({ day }) => day))
        // A day that was paused is not judged; any other is.
        expect(judged.map(({ day }) => day)).toEqual(days.filter(({ isJudged }) => isJudged).map(({ day }) => day))
        for (const { day, kind, isMissed, isDown, message, row, heldAt, noticedAt, resolved } of days) {
          const what = `${day} (${kind})`
          // One that passed while the bot was down is posted, or named by the next one.
          if (!isDown) expect(message !== undefined, what).toBe(isMissed)
          if (message === undefined) continue
          expect(isMissed, what).toBe(true)
          expect(row?.met ?? null, what).toBe(heldAt === null ? null : iso(heldAt))
          expect(message.open, what).toBe(heldAt === null)
          // Posted once, resolved once.
          expect(message.version, what).toBeLessThanOrEqual(heldAt === null ? 1 : 2)
          if (noticedAt !== null && resolved !== null && !isDown) {
            expect(resolved - noticedAt, what).toBeLessThanOrEqual(minuteMs)
          }
        }
      }
    },
    lengths({ gate: 300_000, soak: 3_600_000 }),
  )
})
