import type { RunState } from '../answer.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { PlanDraft } from './plans.ts'
import type { Origin, RunId } from './runs.ts'

/**
 * What became of words that never became a run: refused for want of a role, or a plan that an approver rejected, its asker took back,
 * nobody approved in time, or that was approved and could not be done.
 */
export type Denied = 'refused' | 'rejected' | 'withdrawn' | 'expired' | 'failed'

/** Something to enter in the audit log that has no run. `why` is a sentence, `plan` what was to be approved. */
export interface Denial {
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly what: Denied
  /** Who did it: the one who was refused, who rejected, who took it back, who approved what failed; whose plan expired. */
  readonly who: Asker
  readonly command: string
  readonly line: string
  readonly place: Place
  readonly plan: PlanDraft | null
  readonly why: string
}

/** One entry of the audit log. It is complete by itself: what it holds of a run was copied at the run's end. */
export interface AuditEntry {
  /** Entries are numbered without gaps, in the order they were made. */
  readonly id: number
  /** When the run ended, or when it was denied. ISO 8601 in UTC. */
  readonly at: string
  readonly what: 'run' | Denied
  readonly run: RunId | null
  /** Which attempt of that run; null where there was none. */
  readonly attempt: number | null
  readonly who: Asker
  readonly command: string
  readonly line: string
  readonly place: Place
  readonly origin: Origin
  readonly plan: PlanDraft | null
  readonly approvedBy: Asker | null
  readonly costUsd: number | null
  /** How the run ended; null where there was none. */
  readonly result: Exclude<RunState, 'running'> | null
  /** The outcome in a sentence, without rows of the warehouse: those expire. */
  readonly headline: string
}

/** Times are ISO 8601 in UTC, `since` inclusive, `until` exclusive. */
export interface AuditFilter {
  /** How many entries at most, the newest ones. */
  readonly limit: number
  /** Somebody's id, or their name without regard to case. */
  readonly person?: string
  readonly command?: string
  readonly since?: string
  readonly until?: string
}

/** Whether the audit log is what it should be. */
interface AuditState {
  readonly entries: number
  /** Entries that were there once, and attempts of runs that ended without one; both are 0 unless the ledger was changed by hand. */
  readonly lost: number
  readonly unrecorded: number
  /** Whether the ledger still refuses to change or remove an entry. */
  readonly guarded: boolean
}

/**
 * The append-only record of who did what. Each attempt of a run enters it in the statement that ends it, so no process can forget to; the ledger refuses
 * to change an entry or to remove one.
 */
export interface AuditStore {
  add(denial: Denial): Promise<void>
  /** Oldest first; `total` counts all that the filter lets through. */
  list(filter: AuditFilter): Promise<{ readonly entries: readonly AuditEntry[]; readonly total: number }>
  /** The entries with a higher number than this, at most so many, in the order of their numbers. */
  after(id: number, limit: number): Promise<readonly AuditEntry[]>
  state(): Promise<AuditState>
}
