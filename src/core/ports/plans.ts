import { z } from 'zod'
import { type Asker, askerSchema } from '../people.ts'
import type { Place } from '../place.ts'
import type { Denial } from './audit.ts'
import type { NewMessage } from './outbox.ts'
import type { ArgumentValues, Post } from './runs.ts'

export const reasonSchema = z.object({ kind: z.enum(['destroys', 'costly', 'budget']), words: z.string() })
/** Why a plan needs approval; `words` are a sentence, which may read differently a minute later. */
export type Reason = z.infer<typeof reasonSchema>

const by = { by: askerSchema, at: z.string() }
const denialSchema = z.discriminatedUnion('kind', [
  /** Approved, but no run came of it: `why` is a sentence. */
  z.object({ kind: z.literal('failed'), ...by, why: z.string() }),
  /** `why`: the reason that was given. */
  z.object({ kind: z.literal('rejected'), ...by, why: z.string().exactOptional() }),
  z.object({ kind: z.literal('withdrawn'), ...by }),
  z.object({ kind: z.literal('expired'), at: z.string() }),
])
/** Why nothing came of a plan, and when. */
export type PlanDenial = z.infer<typeof denialSchema>

export const planEndSchema = z.discriminatedUnion('kind', [
  /** Its run was inserted with it. */
  z.object({ kind: z.literal('approved'), ...by }),
  /** It would have been another one by then, which was asked in its place. */
  z.object({ kind: z.literal('replaced'), ...by }),
  ...denialSchema.options,
])
/** What became of a plan, and when. Times are ISO 8601 in UTC. */
export type PlanEnd = z.infer<typeof planEndSchema>

/** What will happen, for a person to confirm. `typed`: the word that must be typed. Facts are shown in this order. */
export const planDraftSchema = z.object({
  title: z.string(),
  facts: z.array(z.string()).readonly(),
  /** The button, worded as the act: "Spin up for $0.54 an hour". */
  act: z.string(),
  typed: z.string().exactOptional(),
  /** Whether it destroys. */
  danger: z.boolean(),
  /** The most that it can cost by itself, in US dollars; null where that is not known, left out where it costs nothing. */
  mostUsd: z.number().nullable().exactOptional(),
})
export type PlanDraft = z.infer<typeof planDraftSchema>

/**
 * A plan that somebody has asked for, with the reasons for which it needs approval, if any. A `card` is posted where everybody sees it, in
 * the message `post`; any other plan is between the bot and its asker. `end` is null while it can be confirmed.
 */
export interface PlanRecord {
  readonly id: string
  readonly command: string
  /** What was given for each argument. Null where an earlier version kept the line alone. */
  readonly args: ArgumentValues | null
  readonly line: string
  readonly asker: Asker
  readonly place: Place
  readonly draft: PlanDraft
  readonly expires: string
  readonly reasons: readonly Reason[]
  readonly card: boolean
  readonly post: Post | null
  readonly end: PlanEnd | null
}

export type NewPlan = Omit<PlanRecord, 'post' | 'end'>

/** What becomes of a plan, and the messages about it; it is settled once. */
export interface Settlement {
  readonly plan: string
  readonly end: PlanEnd
  readonly messages: readonly NewMessage[]
}

export interface PlanStore {
  /**
   * Keeps a plan, and inserts the message of its card with it; where it `replaces` another one, it settles that as well. False, and nothing
   * is kept, where that was settled already.
   */
  save(plan: NewPlan, messages: readonly NewMessage[], replaces: Settlement | null): Promise<boolean>
  get(id: string): Promise<PlanRecord | null>
  /** Settles a plan, and enters a denial in the audit log with it. True once, for who came first. */
  settle(settlement: Settlement, denial: Denial | null): Promise<boolean>
  /** Cards that were posted and can be settled now, those that expire first at the beginning. */
  waiting(now: Date): Promise<readonly PlanRecord[]>
  /** Cards that nobody settled in time, also where their message is not known because a process died when it had posted it. */
  overdue(now: Date): Promise<readonly PlanRecord[]>
}
