/** What became of a heartbeat; `none` where no monitor is configured. */
export type Beat = 'delivered' | 'failed' | 'none'

/** An outside monitor, which raises the alarm when no good night is reported. */
export interface Heartbeat {
  /** Reports a good night. Does not throw when that fails. */
  beat(): Promise<Beat>
}
