/**
 * What a command does beside its `effect`. Everything else in core asks for these: nothing there knows a command by its name.
 */
export interface Declarations {
  /** Makes a cluster run that did not: a `paused` one, or `any`, also one that does not exist yet. */
  readonly wakes?: 'paused' | 'any'
  /** Pauses the cluster. */
  readonly sleeps?: true
  /** Has a running cluster run longer. */
  readonly extends?: true
  /** Builds a load and publishes it. */
  readonly loads?: true
  /** Runs the lines of a schedule. */
  readonly runsSchedule?: true
  /** Asks the warehouse, and its answer is kept for a while. */
  readonly keeps?: true
  /** Shows what an earlier run has kept: its rows, or the file of them. */
  readonly repeats?: 'rows' | 'file'
  /** What an empty line means. */
  readonly isDefault?: true
  /** `false`: is for its moment, so a failed run of it is not run again. */
  readonly repeatable?: false
  /** `false`: no line of a schedule. */
  readonly schedulable?: false
}

/** Names of commands, by what they declare; for questions about stored runs, which name their command. */
export interface CommandsThat {
  readonly wake: readonly string[]
  readonly sleep: readonly string[]
  readonly extend: readonly string[]
  readonly load: readonly string[]
}

/** Sorts commands by what they declare. */
export function commandsThat(commands: readonly (Declarations & { readonly name: string })[]): CommandsThat {
  const named = (does: (command: Declarations) => boolean) => commands.filter(does).map(({ name }) => name)
  return {
    wake: named(({ wakes }) => wakes !== undefined),
    sleep: named(({ sleeps }) => sleeps === true),
    extend: named((command) => command.extends === true),
    load: named(({ loads }) => loads === true),
  }
}
