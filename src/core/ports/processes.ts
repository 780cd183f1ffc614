/** A living process on this ledger. `bot` is the one that hears Slack and the clock; there is at most one a home. */
export interface ProcessRecord {
  readonly id: string
  readonly kind: 'bot' | 'terminal'
  readonly pid: number
  readonly host: string
  readonly started: string
  readonly heartbeat: string
}

export interface ProcessStore {
  /** Announces a process. Another bot that is alive is answered instead, and nothing is written. */
  enter(
    process: ProcessRecord,
  ): Promise<{ readonly kind: 'entered' } | { readonly kind: 'occupied'; readonly by: ProcessRecord }>
  /** False for a process that was taken for gone and replaced, because it slept for longer than others wait. */
  beat(id: string, now: Date): Promise<boolean>
  leave(id: string): Promise<void>
  bot(now: Date): Promise<ProcessRecord | null>
}
