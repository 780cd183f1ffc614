import type { z } from 'zod'
import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import type { OpsError } from '../errors.ts'
import type { Person } from '../people.ts'
import type { Place } from '../place.ts'
import type { Approval, CancelOutcome, Origin, RunId, RunRecord } from '../ports/runs.ts'
import type { Step } from '../step.ts'
import type { Catalog, Request } from './catalog.ts'

/** What a command gets for its plan: who asks, where, and all that it may use. */
export interface Context {
  readonly who: Person
  readonly place: Place
  readonly deps: Deps
  readonly catalog: Catalog
  /** Aborted when it is cancelled, or when the process ends. */
  readonly signal: AbortSignal
}

/**
 * The result of a child run: done; not begun, because another run holds the warehouse; failed, or with red checks; or left to another process, as
 * its parent is.
 */
export type ChildResult =
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'busy'; readonly error: OpsError }
  | { readonly kind: 'failed'; readonly error: OpsError }
  | { readonly kind: 'left' }

/** What a command gets to run. */
export interface RunContext extends Context {
  /** Its number, which also names the load that it begins. */
  readonly runId: RunId
  /** What started this run, and the door of this attempt. */
  readonly origin: Origin
  readonly door: RunRecord['door']
  /** The confirmed plan and who confirmed it; null where none was needed. */
  readonly approval: Approval | null
  /**
   * Runs steps in order, those of a nested list side by side, each stored before and after. Steps that an earlier attempt
   * finished are not begun again. Throws what the failing step threw.
   */
  perform(steps: readonly (Step | readonly Step[])[]): Promise<void>
  /** The output of a finished step. Throws where it has none of that shape (a bug). */
  output<S extends z.ZodType>(id: string, schema: S): z.output<S>
  /** Runs a line of a schedule as a child of this run: once, however often it is called. `at` is its position. Never throws. */
  runChild(request: Request, at: number): Promise<ChildResult>
  /** Runs a step that reverts an outside effect of this run, also after a cancel. Throws what it threw. */
  compensate(step: Step): Promise<void>
  /** Stops a run of this or another process. */
  cancel(id: RunId): Promise<CancelOutcome>
}
