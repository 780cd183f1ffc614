/** What will happen, for a person to confirm. `typed`: the word that must be typed. Facts are shown in this order. */
export interface PlanDraft {
  readonly title: string
  readonly facts: readonly string[]
  /** The button, worded as the act: "Spin up for $0.54 an hour". */
  readonly act: string
  readonly typed?: string
  /** Whether it destroys. */
  readonly danger: boolean
  /** The most that it can cost by itself, in US dollars; null where that is not known, left out where it costs nothing. */
  readonly mostUsd?: number | null
}
