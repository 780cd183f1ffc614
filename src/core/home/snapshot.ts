import { type Spent, spentInMonth } from '../cluster/bill.ts'
import type { Command } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { expected, type OpsError } from '../errors.ts'
import type { Freshness, PlanRecord, RunRecord, ScheduleRecord, WatchRecord } from '../ports/ledger.ts'
import type { Session } from '../runner/session.ts'
import { upcoming } from '../schedule/make/words.ts'
import { type State, warehouseState } from '../warehouse/state.ts'
import { freshnessLine } from '../watch/freshness/outcome.ts'

/** What every Home is made of, seen once for all who have theirs open. */
export interface HomeSnapshot {
  readonly now: Date
  /** Why it is not known, where the engine cannot be asked. */
  readonly state: State | OpsError
  /**
   * Runs that are going on, and the five that were last over, newest first; of a schedule the occurrence, without its lines, and without those
   * that only kept the bot's own books.
   */
  readonly running: readonly RunRecord[]
  readonly ended: readonly RunRecord[]
  readonly schedules: readonly ScheduleRecord[]
  /** What people follow. */
  readonly followed: readonly ScheduleRecord[]
  /** When each active schedule runs next, by its id; none for one that never runs again. */
  readonly nextTimes: ReadonlyMap<number, Date>
  /** What each channel was promised, with its line. */
  readonly freshness: readonly { readonly freshness: Freshness; readonly line: string }[]
  /** Alerts and watched checks. */
  readonly watches: readonly WatchRecord[]
  /** Cards that somebody may approve now. */
  readonly cards: readonly PlanRecord[]
  /** What the cluster has cost this month, in US dollars; null where it costs nothing. */
  readonly spent: Spent | null
}

const listedRuns = 20

/** How many of the runs that are over are read: their answers may be long. */
const shownEnded = 5

/** Looks around. Throws only what the ledger throws. */
export async function takeSnapshot({
  deps,
  catalog,
  registry,
}: Pick<Session, 'deps' | 'catalog' | 'registry'>): Promise<HomeSnapshot> {
  const { ledger, cluster, clock } = deps
  const now = clock.now()
  const [state, running, ended, schedules, followed, freshness, watches, cards, spent] = await Promise.all([
    warehouseState(deps).catch(expected((error) => error)),
    ledger.runs.list({ limit: listedRuns, listedOnly: true, states: ['running'] }),
    ledger.runs.list({
      limit: shownEnded,
      listedOnly: true,
      whole: true,
      besides: catalog.commands.filter(keepsBooks).map(({ name }) => name),
      states: ['complete', 'error', 'cancelled'],
    }),
    ledger.schedules.list(),
    ledger.schedules.followed(),
    freshnessLines(deps),
    ledger.watches.list(['alert', 'check']),
    ledger.plans.waiting(now),
    cluster.free ? null : spentInMonth(deps, now),
  ])
  return {
    now,
    state,
    running: running.filter((run) => !isWholeOf(run, running)).map((run) => registry.live(run.id) ?? run),
    ended,
    schedules,
    followed,
    nextTimes: nextTimesOf(schedules, deps),
    freshness,
    watches,
    cards,
    spent,
  }
}

async function freshnessLines(deps: Deps): Promise<HomeSnapshot['freshness']> {
  const all = await deps.ledger.freshness.list()
  return Promise.all(all.map(async (freshness) => ({ freshness, line: await freshnessLine(freshness, deps) })))
}

/** Worked out once for all who have a Home open: with a thousand schedules it takes longer than everything else in a Home. */
function nextTimesOf(schedules: readonly ScheduleRecord[], deps: Deps): ReadonlyMap<number, Date> {
  return new Map(
    schedules
      .filter(({ state }) => state.kind === 'active')
      .flatMap((schedule) => upcoming(deps, schedule, 1).map((next) => [schedule.id, next] as const)),
  )
}

/** Schedules, shares and the like; what an extended lease costs is news of the cluster. */
function keepsBooks({ effect, group }: Command): boolean {
  return effect === 'bot' && group !== 'warehouse'
}

/** An occurrence one of whose lines is running, which shows more. */
function isWholeOf({ id }: RunRecord, running: readonly RunRecord[]): boolean {
  return running.some(({ origin }) => origin.kind === 'line' && origin.fire === id)
}
