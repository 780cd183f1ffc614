/** How a report was taken; `silent` where nobody is configured to hear it. */
export type Beat = 'heard' | 'unheard' | 'silent'

/** Somebody outside who raises the alarm when a good night is not reported. */
export interface Heartbeat {
  /** Reports one. Does not throw where the report does not get through. */
  beat(): Promise<Beat>
}
