/**
 * What one look found. `red` stops the bot from working, `warn` limits it; `cure` says what to do about it. `not-checked` is what could
 * not be looked at, with the reason as its detail; `blockedBy` is the title of the line whose failure is that reason.
 */
export interface Finding {
  readonly state: 'green' | 'warn' | 'red' | 'not-checked'
  readonly detail: string
  readonly cure: string
  readonly blockedBy?: string
}

/** One thing that must be right for the bot to work. Never throws: what goes wrong is a finding. */
export interface Probe {
  readonly title: string
  /** The titles of the lines without which this one cannot be looked at: where one of them is red, it is not. */
  readonly needs?: readonly string[]
  look(signal: AbortSignal): Promise<Finding>
}
