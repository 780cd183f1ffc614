import { describe, expect, inject, it } from 'vitest'
import type { Engine } from '../../../src/core/ports/engine.ts'
import type { Ledger } from '../../../src/core/ports/ledger.ts'
import type { LoadRecord } from '../../../src/core/ports/loads.ts'
import type { AlertCondition } from '../../../src/core/ports/watches.ts'
import { parseQuery } from '../../../src/core/sql/parse-query.ts'
import { instantAt } from '../../../src/core/sql/zone.ts'
import { judgeWatches } from '../../../src/core/watch/judge.ts'
import { anna, channel, createWorld, type TestProcess } from '../../support/core.ts'
import { delivered } from '../../support/delivered.ts'
import { lengths } from '../../support/soak.ts'

/*
 * Alerts over months: 200 series with known breaks, in two zones whose clocks change meanwhile, by processes that die at any write.
 */

const dayMs = 86_400_000
const zones = ['Europe/London', 'America/New_York'] as const
const firstDay = Date.UTC(2026, 0, 8)
// Eight weeks of history, then the days on which alerts are judged: the clocks change on 8 and 29 March.
const history = 56
const judgedDays = lengths({ gate: 20, soak: 150 })
const seriesPerLedger = 50
const ledgers = 4

const dayOf = (index: number): string => new Date(firstDay + index * dayMs).toISOString().slice(0, 10)

interface Series {
  readonly zone: (typeof zones)[number]
  readonly condition: AlertCondition
  /** Plays of each day from the first one on, when it is over. */
  readonly values: readonly number[]
  /** The days of the breaks that were planted, by their indexes. */
  readonly breaks: readonly (readonly number[])[]
}

type Random = () => number

/** Mulberry32 (Tommy Ettinger, public domain). */
function randomFrom(start: number): Random {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A normal figure by the weekday with the noise of counts, and breaks of one to three days: a loss of most, or three times as many. */
function generated(random: Random, at: number): Series {
  const base = 200 + random() * 2_000
  const weekday = Array.from({ length: 7 }, () => 0.6 + random() * 0.8)
  const noise = (): number => Array.from({ length: 12 }, random).reduce((sum, one) => sum + one, -6)
  const length = history + judgedDays + 2
  const breaks: number[][] = []
  for (let day = history + 8 + Math.floor(random() * 8); day < length - 4; day += 10 + Math.floor(random() * 20)) {
    breaks.push(Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => day + n))
  }
  const factors = breaks.map(() => (random() < 0.7 ? random() * 0.5 : 2 + random()))
  const values = Array.from({ length }, (_, day) => {
    const middle = base * (weekday[day % 7] ?? 1)
    const factor = factors[breaks.findIndex((days) => days.includes(day))] ?? 1
    return Math.max(0, Math.round((middle + noise() * Math.sqrt(middle)) * factor))
  })
  const lowest = base * Math.min(...weekday)
  const condition: AlertCondition =
    at % 4 < 2
      ? { kind: 'unusual' }
      : at % 4 === 2
        ? { kind: 'limit', operator: '<', limit: Math.round(lowest * 0.7) }
        : { kind: 'changed', percent: 35 }
  return { zone: zones[at % 2] ?? zones[0], condition, values, breaks }
}

/** Whether a day is red, worked out again. */
function isRed({ condition, values }: Series, day: number): boolean {
  const value = values[day] ?? 0
  if (condition.kind === 'limit') return value < condition.limit
  if (condition.kind === 'changed') {
    const before = values[day - 7] ?? Number.NaN
    return Math.abs(value - before) / before > condition.percent / 100
  }
  const points = Array.from({ length: 12 }, (_, n) => values[day - 7 * (n + 1)]).filter((point) => point !== undefined)
  if (points.length < 8) return false
  const middle = (of: readonly number[]): number => {
    const sorted = of.toSorted((a, b) => a - b)
    const half = sorted.length / 2
    return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
  }
  const usual = middle(points)
  const spread = middle(points.map((point) => Math.abs(point - usual)))
  return Math.abs(value - usual) > Math.max(3 * spread, 3 * Math.sqrt(usual), 5)
}

const figures = parseQuery({
  path: 'analytics/figures.sql',
  text: `-- title: Figures
-- description: Plays by day
-- window: yes
-- param series: integer = 0, 0..999, which series
-- param tz: zone = UTC, time zone of the days
-- order: time
-- example: figures

select cast(start_time + :tz(start_time) * interval '1 minute' as date) as day, count(*) as plays
from songplays where :series >= 0 and start_time >= :from and start_time < :to`,
})

/** When each day of a zone begins, which takes most of a look through months if it is worked out for each series again. */
const midnights = Object.fromEntries(
  zones.map((zone) => [
    zone,
    Array.from({ length: history + judgedDays + 3 }, (_, index) => instantAt(firstDay + index * dayMs, zone)),
  ]),
)

/** Answers a series by day up to the end of the live load's data, the last day as far as it goes. */
function engineOf(all: readonly Series[], live: () => LoadRecord): Pick<Engine, 'name' | 'copies' | 'query'> {
  return {
    name: 'duckdb',
    copies: null,
    async query(_target, { values = {} }) {
      const series = all[Number(values['series'])]
      if (series === undefined) throw new Error('there is no such series')
      const [from, until] = [values['from'], live().facts.dataUntil].map((at) =>
        Date.parse(`${String(at).replace(' ', 'T').replace('Z', '')}Z`),
      )
      const rows = series.values.flatMap((value, index) => {
        const [midnight = Number.NaN, next = Number.NaN] = midnights[series.zone]?.slice(index, index + 2) ?? []
        if (next <= (from ?? 0) || midnight > (until ?? 0)) return []
        const part = Math.min(1, ((until ?? 0) - midnight) / (next - midnight))
        return [[dayOf(index), part > 0.99 ? value : Math.round(value * part)]]
      })
      const columns = [
        { name: 'day', format: 'date' as const },
        { name: 'plays', format: 'integer' as const },
      ]
      return { columns, rows, total: rows.length }
    },
  }
}

/** A ledger whose process dies at a write of a watched condition: right before it or right after. From then on nothing is done. */
function mortal(
  ledger: Ledger,
  diesAt: number,
  isAfter: boolean,
): { readonly ledger: Ledger; readonly isDead: () => boolean } {
  let writes = 0
  let dead = false
  const killed = (): never => {
    dead = true
    throw new Error('killed')
  }
  const { watches } = ledger
  return {
    isDead: () => dead,
    ledger: {
      ...ledger,
      watches: {
        ...watches,
        async change(...args) {
          if (dead) killed()
          const dies = writes++ === diesAt
          if (dies && !isAfter) killed()
          const changed = await watches.change(...args)
          return dies ? killed() : changed
        },
      },
    },
  }
}

/** What one alert has fired: for each firing the day since when, and whether it was resolved at the end. */
type Firings = readonly (readonly [since: number, isResolved: boolean])[]

describe('alerts over months', () => {
  it(`fire once for each break, are never repeated and never lost, whatever dies`, {
    timeout: lengths({ gate: 300_000, soak: 3_600_000 }),
  }, async () => {
    const seed = inject('seed')
    const random = randomFrom(seed)
    const score = { unusual: tally(), limit: tally(), changed: tally() }
    let deaths = 0
    for (let at = 0; at < ledgers; at++) {
      const all = Array.from({ length: seriesPerLedger }, (_, n) => generated(random, at * seriesPerLedger + n))
      const world = await createWorld(new Date(firstDay + history * dayMs).toISOString())
      let live: LoadRecord = loadOf(0, history)
      const engine = engineOf(all, () => live)
      const library = { ...(await world.start('library', [])).deps.library, queries: [figures] }
      const start = async (id: string, change: (ledger: Ledger) => Ledger = (same) => same): Promise<TestProcess> => {
        const { ledger: own } = await world.start(`${id} of the ledger`, [])
        const ledger = change({ ...own, loads: { ...own.loads, live: async () => live } })
        return world.start(id, [], { engine: engine as Engine, library, ledger })
      }
      let bot = await start('bot 0')
      for (const [n, { zone, condition }] of all.entries()) {
        const line = `figures series=${n} tz=${zone}`
        const definition = { kind: 'alert', line, column: 'plays', condition, days: 1 } as const
        await bot.ledger.watches.add(
          { definition, place: channel, owner: anna, created: world.clock.now().toISOString() },
          50,
        )
      }
      const posts = new Map<string, string[]>()
      const deliver = async (): Promise<void> => {
        for (const { key, body } of await delivered(bot)) {
          if (body.kind === 'answer') posts.set(key, [...(posts.get(key) ?? []), body.answer.title ?? ''])
        }
      }
      const begun: number[] = []
      for (let day = history, load = 1; day <= history + judgedDays; load++) {
        // The newest day has begun; once in a while nothing was loaded for some days.
        world.clock.set(new Date(firstDay + day * dayMs + (6 + random() * 14) * 3_600_000))
        live = loadOf(load, day, world.clock.now())
        // Nothing is sent by a process that was silent for a day.
        await bot.beat()
        begun.push(day)
        if (random() < 0.25) {
          const life = { isDead: () => false }
          const dying = await start(`dying ${load}`, (ledger) => {
            const one = mortal(ledger, Math.floor(random() * seriesPerLedger), random() < 0.5)
            life.isDead = one.isDead
            return one.ledger
          })
          await judgeWatches(dying.session).catch(() => undefined)
          if (life.isDead()) deaths++
          bot = await start(`bot ${load}`)
        }
        const others = random() < 0.1 ? [await start(`second ${load}`)] : []
        await Promise.all([bot, ...others].map(({ session }) => judgeWatches(session)))
        if (random() < 0.7) await deliver()
        day += random() < 0.85 ? 1 : 1 + Math.floor(random() * 3)
      }
      await deliver()
      const lastWhole = (begun.at(-1) ?? 0) - 1
      for (const [n, series] of all.entries()) {
        const wanted = expectedOf(series, history - 1, lastWhole)
        const watch = await bot.ledger.watches.get('alert', String(n + 1))
        const found = wanted.map(([since, isResolved], number) => {
          const states = posts.get(`alert:${n + 1}:${number + 1}`) ?? []
          const last = states.at(-1) === `Alert ${n + 1} is resolved`
          return [since, isResolved, states.length > 0, last === isResolved] as const
        })
        const what = `series ${n} of ledger ${at}, SEED=${seed}`
        expect(found, what).toEqual(wanted.map(([since, isResolved]) => [since, isResolved, true, true]))
        expect(posts.has(`alert:${n + 1}:${wanted.length + 1}`), what).toBe(false)
        expect(watch?.judged, what).toEqual({
          load: begun.length,
          day: dayOf(lastWhole),
          value: series.values[lastWhole],
        })
        if (watch !== null && watch.life.kind !== 'ok') {
          expect([watch.life.firing.number, watch.life.kind === 'resolved'], what).toEqual([
            wanted.length,
            wanted.at(-1)?.[1],
          ])
        }
        // Of one firing there is one message, and no state of it is told twice.
        for (const [key, states] of posts) {
          if (key.startsWith(`alert:${n + 1}:`))
            expect(states.filter((state) => state.endsWith('resolved')).length, what).toBeLessThan(2)
        }
        score[series.condition.kind].add(series, wanted, lastWhole)
      }
    }
    const shown = Object.entries(score).map(([kind, one]) => `${kind}: ${one.words()}`)
    process.stdout.write(
      `alerts over ${ledgers * seriesPerLedger} series of ${history + judgedDays} days, ${deaths} deaths: ${shown.join('; ')}\n`,
    )
    expect(deaths).toBeGreaterThan(5)
    expect(score.limit.recall()).toBeGreaterThan(0.5)
    expect(score.unusual.recall()).toBeGreaterThan(0.9)
  })
})

/** A load whose data end in the middle of that day, by every zone. */
function loadOf(id: number, day: number, now = new Date(firstDay + day * dayMs + 12 * 3_600_000)): LoadRecord {
  const noon = new Date(firstDay + day * dayMs + 15 * 3_600_000).toISOString()
  const facts = { plays: 1, dataFrom: new Date(firstDay - dayMs).toISOString(), dataUntil: noon }
  return { id, state: 'live', started: now.toISOString(), published: now.toISOString(), facts }
}

/** The firings that there must be from the first judged day to the last. */
function expectedOf(series: Series, from: number, to: number): Firings {
  const firings: [number, boolean][] = []
  let open = false
  for (let day = from; day <= to; day++) {
    const red = isRed(series, day)
    const last = firings.at(-1)
    if (red && !open) firings.push([day, false])
    else if (!red && open && last !== undefined) last[1] = true
    open = red
  }
  return firings
}

/** Precision and recall of firings against the breaks that were planted. */
function tally() {
  let [firings, right, planted, caught] = [0, 0, 0, 0]
  return {
    add({ breaks }: Series, found: Firings, last: number): void {
      const past = breaks.filter((days) => (days[0] ?? 0) <= last)
      planted += past.length
      firings += found.length
      right += found.filter(([since]) => past.some((days) => days.includes(since))).length
      caught += past.filter((days) => found.some(([since]) => days.includes(since))).length
    },
    recall: () => caught / planted,
    words: () =>
      `precision ${(right / firings).toFixed(3)} (${right} of ${firings} firings), recall ${(caught / planted).toFixed(3)} (${caught} of ${planted} breaks)`,
  }
}
