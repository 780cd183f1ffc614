import { createHash } from 'node:crypto'

/** How long a plan may be confirmed: long enough to fetch a colleague, too short to be forgotten. */
export const planMinutes = 10

/** What will happen, for a person to confirm. `typed`: the word that must be typed. Facts are shown in this order. */
export interface PlanDraft {
  readonly title: string
  readonly facts: readonly string[]
  /** The button, worded as the act: "Spin up for $0.54 an hour". */
  readonly act: string
  readonly typed?: string
  readonly danger: boolean
}

/** Equal for plans that say the same, so that a click can be compared with what was read. */
export function fingerprint(plan: PlanDraft): string {
  return createHash('sha256')
    .update(JSON.stringify([plan.title, plan.facts, plan.act]))
    .digest('hex')
    .slice(0, 16)
}
