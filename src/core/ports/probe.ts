/**
 * What one check of the setup found. `red` stops the bot from working, `warn` limits it; `remedy` is what to do about it. `not-checked` is what
 * could not be checked, with the reason as its detail; `blockedBy` is the probe whose failure is that reason.
 */
export interface Finding {
  readonly state: 'green' | 'warn' | 'red' | 'not-checked'
  readonly detail: string
  readonly remedy: string
  readonly blockedBy?: Pick<Probe, 'id' | 'title'>
}

/** Checks one thing that must be right for the bot to work. Never throws: what goes wrong is a finding. */
export interface Probe {
  /** Unique among all probes: `slack-token`. */
  readonly id: string
  readonly title: string
  /** The ids of the probes without which this one cannot be checked: where one of them is red, it is not. */
  readonly needs: readonly string[]
  check(signal: AbortSignal): Promise<Finding>
}
