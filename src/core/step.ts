/**
 * What a step lends to work outside: a key that names it for ever (ClientToken), a place to keep handles of outside work
 * before waiting on them, a way to say how far it is, and the signal that cancels it.
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

/** What a step leaves behind: a line for its reader, and whatever later steps or the final answer need, as JSON. */
export interface StepResult {
  readonly detail?: string
  /** Why there was nothing to do. */
  readonly skipped?: string
  readonly output?: unknown
}

/** A named, idempotent part of a long run: it looks first, and acts if needed, because it may be begun again after a crash. */
export interface Step {
  /** Names it among the steps of its run for ever: a stored step is found by it, whatever its title reads by then. */
  readonly id: string
  readonly title: string
  /** The command line that it runs, where it runs one. */
  readonly request?: string
  run(work: Work): Promise<StepResult>
}
