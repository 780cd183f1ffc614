/**
 * What a command does beside its `effect`. Core decides by these; it knows no command by its name.
 */
export interface Declarations {
  /** Makes a cluster run that did not: a `paused` one, or `any`, also one that does not exist yet. One command each (`sole`). */
  readonly wakes?: 'paused' | 'any'
  /** Pauses the cluster. One command (`sole`). */
  readonly sleeps?: true
  /** Extends the lease of a running cluster. */
  readonly extends?: true
  /** Builds a load and publishes it. */
  readonly loads?: true
  /** Runs the lines of a schedule. */
  readonly runsSchedule?: true
  /** Posts to a person what they follow. */
  readonly runsFollowed?: true
  /** Queries the warehouse; its answer is kept for a while. */
  readonly keeps?: true
  /** Shows the kept answer of an earlier run: its rows, or the file of them. */
  readonly repeats?: 'rows' | 'file'
  /** Answers an empty line. */
  readonly isDefault?: true
  /** `false`: a failed run of it is not run again. */
  readonly repeatable?: false
  /** `false`: cannot be a line of a schedule. */
  readonly schedulable?: false
}

/** Declarations that at most one command makes: core finds that command by them. */
export const sole = {
  resumes: ({ wakes }) => wakes === 'paused',
  creates: ({ wakes }) => wakes === 'any',
  pauses: ({ sleeps }) => sleeps === true,
  runsSchedule: ({ runsSchedule }) => runsSchedule === true,
  runsFollowed: ({ runsFollowed }) => runsFollowed === true,
  repeatsRows: ({ repeats }) => repeats === 'rows',
  isDefault: ({ isDefault }) => isDefault === true,
} as const satisfies Record<string, (command: Declarations) => boolean>

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
