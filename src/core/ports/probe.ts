/** What one look found. `red` stops the bot from working, `warn` limits it; `cure` says what to do about it. */
export interface Finding {
  readonly state: 'green' | 'warn' | 'red'
  readonly detail: string
  readonly cure: string
}

/** One thing that must be right for the bot to work. Never throws: what goes wrong is a finding. */
export interface Probe {
  readonly title: string
  look(signal: AbortSignal): Promise<Finding>
}
