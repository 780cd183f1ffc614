/**
 * What a step gets for outside work: a key that is always the same (ClientToken), a place to keep handles of outside work before waiting on
 * them, a way to report progress, and the signal that cancels it.
 */
export interface Work {
  readonly key: string
  readonly signal: AbortSignal
  /** The handle kept under `name` by an earlier attempt at this very step, if any. */
  handle(name: string): string | undefined
  keep(name: string, handle: string): Promise<void>
  /** Shown beside the step; not stored for long. */
  progress(detail: string): void
}

/** The result of a step: a line for its reader, and what later steps or the answer need, as JSON. */
export interface StepResult {
  readonly detail?: string
  /** Why there was nothing to do. */
  readonly skipped?: string
  readonly output?: unknown
}

/** A named, idempotent part of a long run: it checks first, and acts if needed, because it may begin again after a crash. */
export interface Step {
  /** A stored step is found by it, whatever its title is by then. */
  readonly id: string
  readonly title: string
  /** The command line that it runs, where it runs one. */
  readonly request?: string
  run(work: Work): Promise<StepResult>
}
