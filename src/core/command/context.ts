import type { z } from 'zod'
import type { Answer } from '../answer.ts'
import type { Deps } from '../deps.ts'
import type { OpsError } from '../errors.ts'
import type { Person } from '../people.ts'
import type { Place } from '../place.ts'
import type { Approval, CancelOutcome, Origin, RunId, RunRecord } from '../ports/runs.ts'
import type { Step } from '../step.ts'
import type { Catalog, Request } from './catalog.ts'

/** What a command knows while it is planned: who asks, where, and everything it may use. */
export interface Context {
  readonly who: Person
  readonly place: Place
  readonly deps: Deps
  readonly catalog: Catalog
}

/**
 * What came of a child run: it is done; another run holds the warehouse, so it was not begun; it failed, or found red checks; or it is
 * left to another process, as its parent then is.
 */
export type ChildResult =
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'busy'; readonly error: OpsError }
  | { readonly kind: 'failed'; readonly error: OpsError }
  | { readonly kind: 'left' }

/** What a command knows while it runs. */
export interface RunContext extends Context {
  /** Its number, which also names the load that it begins. */
  readonly runId: RunId
  /** What called this run, and through which door this attempt of it came. */
  readonly origin: Origin
  readonly door: RunRecord['door']
  /** The plan that was read before it, and who said yes; null where nothing had to be confirmed. */
  readonly approval: Approval | null
  readonly signal: AbortSignal
  /**
   * Runs steps in order, those of a nested list side by side, each stored before and after. Steps that an earlier attempt
   * finished are not begun again. Throws what the failing step threw.
   */
  perform(steps: readonly (Step | readonly Step[])[]): Promise<void>
  /** What a finished step left under its id. Throws when it left nothing of that shape (a bug). */
  output<S extends z.ZodType>(id: string, schema: S): z.output<S>
  /** Runs a child of this run, which is a schedule's: once, however often it is asked. `at` is its place among the lines. Never throws. */
  runChild(request: Request, at: number): Promise<ChildResult>
  /** Runs a step that puts back what this run has done outside, also where somebody has stopped the run. Throws what it threw. */
  compensate(step: Step): Promise<void>
  /** Stops a run of this or another process. */
  cancel(id: RunId): Promise<CancelOutcome>
}
