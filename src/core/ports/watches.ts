import { z } from 'zod'
import { type Asker, askerSchema } from '../people.ts'
import type { Place } from '../place.ts'
import type { NewMessage } from './outbox.ts'

/** What an observation found: the day or time that it is about, in words, one sentence, and the facts behind it by their names. */
const findingSchema = z.object({
  when: z.string(),
  headline: z.string(),
  facts: z.array(z.tuple([z.string(), z.string()]).readonly()).readonly(),
})

export const observationSchema = z.discriminatedUnion('kind', [
  findingSchema.extend({ kind: z.enum(['red', 'green']) }),
  z.object({ kind: z.literal('unknown'), why: z.string() }),
])
/** Whether a watched condition is met (`red`) or not; `unknown` with the reason, a sentence. */
export type Observation = z.infer<typeof observationSchema>

const firingEndSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('green') }),
  z.object({ kind: z.literal('person'), by: askerSchema, how: z.enum(['paused', 'edited', 'removed']) }),
])
/** How a firing ended: a green observation, or a person who changed what is watched. */
export type FiringEnd = z.infer<typeof firingEndSchema>

/** A firing: its number, from 1, since when (`began`: the moment; `since`: the day or time of its first red observation), and the newest red one. */
const firingSchema = z.object({ number: z.number(), began: z.string(), since: z.string(), found: findingSchema })

export const lifeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ok') }),
  z.object({ kind: z.literal('firing'), firing: firingSchema }),
  z.object({ kind: z.literal('acknowledged'), firing: firingSchema, by: askerSchema, at: z.string() }),
  z.object({ kind: z.literal('snoozed'), firing: firingSchema, by: askerSchema, until: z.string() }),
  z.object({
    kind: z.literal('resolved'),
    firing: firingSchema,
    at: z.string(),
    end: firingEndSchema,
    /** What was found when it ended; null where a person ended it. */
    found: findingSchema.nullable(),
  }),
])
/**
 * The life of a watched condition. `ok`: it has never fired; `resolved`: its newest firing is over, and the next red observation begins
 * another. Times are ISO 8601 in UTC.
 */
export type Life = z.infer<typeof lifeSchema>

const alertConditionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('limit'), operator: z.enum(['<', '<=', '>', '>=']), limit: z.number() }),
  z.object({ kind: z.literal('changed'), percent: z.number() }),
  z.object({ kind: z.literal('unusual') }),
])
/** When a figure fires an alert: against a limit, by its change from the same day a week before, or outside of its usual band. */
export type AlertCondition = z.infer<typeof alertConditionSchema>

export const definitionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('alert'),
    line: z.string(),
    column: z.string(),
    condition: alertConditionSchema,
    days: z.number(),
  }),
  z.object({ kind: z.literal('check') }),
])
/**
 * What is watched. `alert`: a column of the answer to a query's line, which fires after `days` red days in a row. `check`: a check of loads,
 * whose file has the rest.
 */
type WatchDefinition = z.infer<typeof definitionSchema>

export const judgedPointSchema = z.object({
  load: z.number().nullable(),
  day: z.string().nullable(),
  value: z.number().nullable(),
  failed: z.literal(true).exactOptional(),
})
/**
 * What was judged last: by which load, which day (`YYYY-MM-DD`), and the figure; null where there is none. `failed`: that load could not be
 * asked, and day and figure are those of the one before.
 */
type JudgedPoint = z.infer<typeof judgedPointSchema>

/** A watched condition with its life. `subject` names it among its kind: a number, or the name of a check. */
export interface WatchRecord {
  readonly subject: string
  readonly definition: WatchDefinition
  readonly place: Place
  /** In whose name it is judged, and who is mentioned when it fires. */
  readonly owner: Asker
  readonly created: string
  readonly isPaused: boolean
  readonly life: Life
  readonly judged: JudgedPoint | null
  /** The newest observation; null before the first. */
  readonly seen: Observation | null
  /** Counts its changes. */
  readonly version: number
}

type WatchKind = WatchDefinition['kind']
export type AlertDefinition = Extract<WatchDefinition, { kind: 'alert' }>

/** What a condition is when it is first watched. */
export type NewWatch = Pick<WatchRecord, 'definition' | 'place' | 'owner' | 'created'>

/** What can be changed of a watched condition. Its kind stays. */
export type WatchChanges = Partial<
  Pick<WatchRecord, 'definition' | 'place' | 'owner' | 'isPaused' | 'life' | 'judged' | 'seen'>
>

/** Every change is one atomic batch with the messages that it makes true. */
export interface WatchStore {
  /** Of these kinds, in the order in which they were made. */
  list(kinds: readonly WatchKind[]): Promise<readonly WatchRecord[]>
  get(kind: WatchKind, subject: string): Promise<WatchRecord | null>
  /** Adds one under the next number of its kind, which no removed one had; null where there are `most` of that kind. */
  add(watch: NewWatch, most: number): Promise<WatchRecord | null>
  /** The one of that name, which is added where there is none; one that was removed is there again, as it was. */
  named(subject: string, watch: NewWatch): Promise<WatchRecord>
  /** Changes it and inserts the messages, unless it was changed or removed since it was read: then null, and nothing is done. */
  change(watch: WatchRecord, changes: WatchChanges, messages: readonly NewMessage[]): Promise<WatchRecord | null>
  /** Removes it and inserts the messages; false where it was changed or removed since it was read. */
  remove(watch: WatchRecord, messages: readonly NewMessage[]): Promise<boolean>
}
