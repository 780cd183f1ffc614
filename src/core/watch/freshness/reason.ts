import type { LateReason } from '../../ports/freshness.ts'
import type { LoadMove, LoadRecord } from '../../ports/loads.ts'
import type { RunSummary } from '../../ports/runs.ts'
import { type Due, holdsDay, sourceUntil } from './days.ts'

/** A try at a load: it went on at the deadline, or how it had ended by then. */
export interface LoadAttempt {
  readonly run: number
  readonly started: string
  readonly end: 'running' | 'complete' | 'failed' | 'held' | 'cancelled'
  /** What failed, in a sentence; empty where it is not for everybody to read. */
  readonly error: string
  /** Whether it failed because the cluster did not run. */
  readonly isAsleep: boolean
}

/** A schedule that loads. `next`: its first time after the day, ISO 8601 in UTC; null where it is paused or suspended, or never comes. */
export interface LoadSchedule {
  readonly id: number
  readonly isActive: boolean
  readonly next: string | null
}

/** What is known of the time from the end of a day to its deadline. */
export interface Evidence {
  readonly moves: readonly LoadMove[]
  /** The newest try at a load that was not over when the day ended; null where there was none. */
  readonly attempt: LoadAttempt | null
  /** The run that paused the cluster, where it was paused at the deadline; null where it ran. */
  readonly pausedBy: Pick<RunSummary, 'id' | 'who' | 'ended' | 'started'> | null
  /** When the bot was down meanwhile. */
  readonly down: { readonly from: string; readonly to: string } | null
  readonly schedules: readonly LoadSchedule[]
}

/**
 * Why a day was not live at its deadline: what was done last explains it before what was not done. A load that was tried comes before the
 * bot's absence, which comes before a schedule that is missing.
 */
export function lateReason({ day, deadline }: Due, zone: string, evidence: Evidence): LateReason {
  const { attempt, down } = evidence
  const moves = evidence.moves.filter(({ at }) => Date.parse(at) <= deadline.getTime())
  const live = moves.at(-1)
  const before = moves.findLast(({ load }) => load !== null && holdsDay(load, day, zone))?.load ?? null
  if (before !== null && live !== undefined) {
    return { kind: 'rolled-back', load: before.id, to: live.load?.id ?? null, at: live.at }
  }
  const paused = pausedReason(evidence)
  if (attempt !== null) return (attempt.isAsleep ? paused : null) ?? attemptReason(attempt, live?.load ?? null, zone)
  const late = live?.load == null ? null : lateSource(live.load, day.until, zone)
  return late ?? paused ?? (down === null ? null : { kind: 'down', ...down }) ?? scheduleReason(evidence, deadline)
}

function pausedReason({ pausedBy }: Evidence): LateReason | null {
  if (pausedBy === null) return null
  const { id, who, ended, started } = pausedBy
  return { kind: 'paused', run: id, by: who.name, at: ended ?? started }
}

function attemptReason({ run, started, end, error }: LoadAttempt, live: LoadRecord | null, zone: string): LateReason {
  switch (end) {
    case 'running':
      return { kind: 'running', run, since: started }
    case 'failed':
      return { kind: 'failed', run, error }
    case 'held':
    case 'cancelled':
      return { kind: end, run }
    case 'complete':
      return live === null ? { kind: 'failed', run, error: 'It published nothing.' } : sourceReason(live, zone)
  }
}

/** A load that began after the day, by whichever way it became live, and still lacks it. */
function lateSource(live: LoadRecord, until: number, zone: string): LateReason | null {
  return Date.parse(live.started) >= until ? sourceReason(live, zone) : null
}

function sourceReason(live: LoadRecord, zone: string): LateReason {
  const until = sourceUntil(live, zone)
  return { kind: 'source-late', load: live.id, until: until === null ? null : new Date(until).toISOString() }
}

function scheduleReason({ schedules }: Evidence, deadline: Date): LateReason {
  const active = schedules.filter(({ isActive }) => isActive)
  const [first] = active.toSorted((a, b) => (a.next ?? '~').localeCompare(b.next ?? '~'))
  const [off] = schedules
  if (first === undefined)
    return off === undefined ? { kind: 'no-schedule' } : { kind: 'schedule-off', schedule: off.id }
  if (first.next !== null && first.next <= deadline.toISOString()) return { kind: 'not-run', schedule: first.id }
  return first.next === null ? { kind: 'no-schedule' } : { kind: 'schedule-later', schedule: first.id, at: first.next }
}
