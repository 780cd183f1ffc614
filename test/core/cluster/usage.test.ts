import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/core/answer.ts'
import { monthNamed } from '../../../src/core/cluster/bill.ts'
import { type MonthlyCost, piecesOf, sharesOf } from '../../../src/core/cluster/cost.ts'
import { groupings, monthlyUse, piecesOfUse, type Use, usageBy } from '../../../src/core/cluster/usage.ts'
import type { Bill } from '../../../src/core/ports/cluster.ts'
import type { NewRun } from '../../../src/core/ports/runs.ts'
import { command, createWorld } from '../../support/core.ts'

const november = monthNamed('2026-11')
const start = november.from.getTime()
const hourMs = 3_600_000
const minute = (n: number): Date => new Date(start + n * 60_000)
const [ada, bob] = [
  { key: 'slack:U0ADA', name: 'Ada' },
  { key: 'slack:U0BOB', name: 'Bob' },
]

function ran(from: number, to: number, hourlyUsd: number | null): Bill {
  const usd = hourlyUsd === null ? null : (hourlyUsd * (to - from)) / 60
  return { from: minute(from), to: minute(to), usd, price: '', until: null }
}

function use(run: number, command: string, from: number, to: number, payer = ada): Use {
  return { run, command, payer, from: minute(from), to: minute(to) }
}

/** A month in which that ran, kept up for Ada. */
function costOf(bills: readonly Bill[]): MonthlyCost {
  const pieces = piecesOf(bills, [{ from: minute(-5000), ended: null, done: true, payer: ada }], november)
  return {
    month: november,
    usd: null,
    hours: 0,
    days: sharesOf(pieces, ({ day }) => ({ key: day, name: day })),
    people: sharesOf(pieces, ({ payer }) => payer),
    prices: [],
    isRunning: false,
    atLeaseEnd: null,
  }
}

const listed = (by: (typeof groupings)[number], bills: readonly Bill[], uses: readonly Use[]) =>
  usageBy(by, piecesOfUse(bills, uses, november), costOf(bills)).map(({ name, runs, hours, usd, up }) =>
    by === 'command' ? [name, runs, hours, usd] : [name, runs, hours, usd, up?.hours ?? null, up?.usd ?? null],
  )

describe('the use of a month', () => {
  const bills = [ran(0, 600, 2)]
  const uses = [
    use(1, 'etl', 0, 60),
    use(2, 'top-songs', 30, 60, bob),
    use(3, 'top-songs', 90, 120, bob),
    use(4, 'pulse', 700, 800),
  ]

  it('by command shares a time among those at work in it, and adds up to the bill with the idle time', () => {
    expect(listed('command', bills, uses)).toEqual([
      ['etl', 1, 0.75, 1.5],
      ['top-songs', 2, 0.75, 1.5],
      ['idle: no command at work', 0, 8.5, 17],
    ])
  })

  it('by person stands beside the time that the cluster was kept up for them', () => {
    expect(listed('person', bills, uses)).toEqual([
      ['Ada', 1, 0.75, 1.5, 10, 20],
      ['Bob', 2, 0.75, 1.5, null, null],
      ['idle: no command at work', 0, 8.5, 17, null, null],
    ])
  })

  it('by day has each day that the cluster was up, also one on which nothing was at work', () => {
    const days = [ran(1380, 1500, 2), ran(4400, 4460, 2)]
    expect(listed('day', days, [use(1, 'etl', 1410, 1470)])).toEqual([
      ['2026-11-01', 1, 0.5, 1, 1, 2],
      ['2026-11-02', 1, 0.5, 1, 1, 2],
      ['2026-11-04', 0, 0, 0, 1, 2],
    ])
  })

  it('has no price where none is known', () => {
    expect(listed('command', [ran(0, 60, null)], [use(1, 'etl', 0, 30)])).toEqual([
      ['etl', 1, 0.5, null],
      ['idle: no command at work', 0, 0.5, null],
    ])
  })

  const minutes = fc.integer({ min: -2000, max: 32 * 1440 })
  const someUses = fc.array(
    fc.record({
      command: fc.constantFrom('etl', 'top-songs', 'pulse'),
      payer: fc.constantFrom(ada, bob),
      from: minutes,
      lasts: fc.integer({ min: 0, max: 3000 }),
    }),
    { maxLength: 20 },
  )

  it('never adds up to more than the bill, whatever ran side by side, and is the same in any order', () => {
    fc.assert(
      fc.property(
        fc.array(minutes, { minLength: 2, maxLength: 12 }),
        someUses,
        fc.double({ min: 0, max: 40, noNaN: true }),
        (times, drawn, hourlyUsd) => {
          const edges = [...new Set(times)].toSorted((a, b) => a - b)
          const periods = edges.flatMap((from, i) => {
            const to = edges[i + 1]
            return i % 2 === 1 || to === undefined ? [] : [ran(from, to, hourlyUsd)]
          })
          const all = drawn.map((one, at) => use(at, one.command, one.from, one.from + one.lasts, one.payer))
          const pieces = piecesOfUse(periods, all, november)
          const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
          const hours = sum(
            periods.map(({ from, to }) =>
              Math.max(0, Math.min(to.getTime(), november.to.getTime()) - Math.max(from.getTime(), start)),
            ),
          )
          const billed = (hours / hourMs) * hourlyUsd
          expect(sum(pieces.map((piece) => piece.hours))).toBeCloseTo(hours / hourMs, 6)
          expect(sum(pieces.map((piece) => piece.usd ?? 0))).toBeCloseTo(billed, 6)
          for (const piece of pieces) {
            expect(piece.hours).toBeGreaterThan(0)
            expect(piece.usd).toBeGreaterThanOrEqual(0)
          }
          for (const by of groupings) {
            const rows = usageBy(by, pieces, costOf(periods))
            // Shown to the cent, as the bill is; below a cent with two digits, of which rounding adds a twentieth at most.
            const most = billed < 0.01 ? billed * 1.05 : Math.max(billed, Math.round(billed * 100) / 100)
            expect(sum(rows.map(({ usd }) => usd ?? 0))).toBeLessThanOrEqual(most + 1e-6)
            expect(sum(rows.map((row) => row.hours))).toBeLessThanOrEqual(hours / hourMs + 0.005 + 1e-6)
            for (const { runs, hours: own } of rows) if (runs === 0) expect(by === 'day' ? own : 0).toBe(0)
          }
          const shown = (pieces: ReturnType<typeof piecesOfUse>) =>
            pieces.map(({ day, use: one, hours: each }) => `${day} ${one?.run} ${each.toFixed(9)}`).toSorted()
          expect(shown(piecesOfUse(periods, all.toReversed(), november))).toEqual(shown(pieces))
        },
      ),
    )
  })
})

describe('the commands of a month', () => {
  it('are counted page by page, each once: those that use the cluster, from a day before the month on', async () => {
    const world = await createWorld(november.from.toISOString())
    const used = command('pulse', async () => undefined)
    const own = command('note', async () => undefined, { effect: 'bot' })
    const bot = await world.start('one', [used, own])
    const open = async (said: Partial<NewRun>) => {
      const run = { ...line, started: world.clock.now().toISOString(), ...said }
      const opened = await bot.ledger.runs.open(run)
      if (opened.kind !== 'opened') throw new Error(opened.kind)
      const ended = new Date(Date.parse(run.started) + 60_000).toISOString()
      const answer: Answer = { ok: true, exit: 0, headline: '', audience: 'channel', run: null, replies: [], next: [] }
      await bot.ledger.runs.end(opened.run.id, 'one', { state: 'complete', answer, ended, costUsd: null }, [])
      return opened.run.id
    }
    const line: Omit<NewRun, 'started'> = {
      command: 'pulse',
      line: 'pulse',
      who: { kind: 'local', id: 'ada', name: 'Ada' },
      place: { kind: 'terminal' },
      writer: false,
      listed: true,
      key: null,
      args: null,
      door: 'words',
      origin: { kind: 'words' },
      approval: null,
      worker: 'one',
    }
    // At work when the month began, and over before it.
    await open({ started: new Date(start - 30_000).toISOString() })
    await open({ started: new Date(start - 120_000).toISOString() })
    // Two in each minute, over more than two pages.
    for (let n = 0; n < 420; n++) {
      world.clock.advance(n % 2 === 0 ? 60_000 : 0)
      await open({})
    }
    const fire = { kind: 'fire', schedule: 1, intended: november.from.toISOString(), cause: 'clock' } as const
    const idle = [
      await open({ command: 'note', line: 'note' }),
      await open({ origin: fire }),
      await open({ listed: false }),
    ]
    const cluster = { ...bot.deps.cluster, bill: async () => [ran(-10, 300, 2)] }
    const use = await monthlyUse(november, { ...bot.deps, cluster }, bot.app.catalog)
    const runs = new Set(use.pieces.flatMap((piece) => (piece.use === null ? [] : [piece.use.run])))
    expect([runs.size, use.areAll, idle.some((run) => runs.has(run))]).toEqual([421, true, false])
    expect(use.pieces.reduce((sum, { hours }) => sum + hours, 0)).toBeCloseTo(5)
    // A page of runs that all began in one millisecond has no next one.
    world.clock.advance(60_000)
    for (let n = 0; n < 200; n++) await open({})
    expect(await monthlyUse(november, { ...bot.deps, cluster }, bot.app.catalog)).toMatchObject({ areAll: false })
  })
})
