import { z } from 'zod'
import { replySchema, stepViewSchema, suggestionSchema } from './reply.ts'

export type { Suggestion } from './reply.ts'

/** `running` until the end; a run ends once. */
export const runStateSchema = z.enum(['running', 'complete', 'error', 'cancelled'])
export type RunState = z.infer<typeof runStateSchema>

/** A run as its reader sees it. Times are ISO 8601 in UTC. */
const runViewSchema = z.object({
  id: z.number(),
  command: z.string(),
  line: z.string(),
  who: z.string(),
  state: runStateSchema,
  started: z.string(),
  ended: z.string().nullable(),
  /** From 2 for a run that was tried again, or lost its process. */
  attempt: z.number().exactOptional(),
  steps: z.array(stepViewSchema),
})
export type RunView = z.infer<typeof runViewSchema>

const boundValues = z.record(z.string(), z.union([z.string(), z.number()]))

/** What a query asked of the warehouse: engine, load, and the statement with its bound values; those of the period it is compared with. */
const askedSchema = z.object({
  engine: z.string(),
  load: z.number(),
  sql: z.string(),
  values: boundValues,
  before: boundValues.exactOptional(),
})
export type AskedQuestion = z.infer<typeof askedSchema>

/** A question whose rows an answer holds: its command, and when it was answered. ISO 8601 in UTC. */
const rowsOfSchema = z.object({ command: z.string(), ended: z.string() })
export type RowsOf = z.infer<typeof rowsOfSchema>

/**
 * Why a command failed. `reason` is the message without the sentence on what stayed untouched, `cure` a command line that helps, `leaveOut` how
 * many unreadable rows a load would have to leave out; `saysBill`: the message names what is still billed.
 */
const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  ask: z.array(z.string()).exactOptional(),
  reason: z.string().exactOptional(),
  cure: z.string().exactOptional(),
  leaveOut: z.int().exactOptional(),
  saysBill: z.literal(true).exactOptional(),
})
export type Failure = z.infer<typeof failureSchema>

/**
 * What an answer found, for what is decided by it: how many rows, the names of the checks that were run and are not green, and what its headline
 * is about, as a `Fact` is.
 */
const factsSchema = z.object({
  rows: z.int().exactOptional(),
  red: z.array(z.string()).exactOptional(),
  about: z.array(z.string()).exactOptional(),
})
export type Facts = z.infer<typeof factsSchema>

/**
 * The answer to one command line; `--json` prints it as it is. `headline` is the outcome in one sentence (for notifications and screen
 * readers), `title` the first line of its message (by default who asked what), `lead` what a query found, shown above its
 * rows, `audience` who sees it (`nobody`: a schedule with nothing to post),
 * `details` what follows where there is room for it (in Slack: the thread), `brief` the same in a few replies, for a digest of several answers,
 * `failure` why there is none, `facts` what decisions read, `run` is null where none was started, `exit` the status a terminal ends with. `asked` is
 * the query behind the rows; `rowsOf` names the queries where it shows stored rows: of an earlier answer, or of a schedule's lines.
 */
export const answerSchema = z.object({
  ok: z.boolean(),
  exit: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
  headline: z.string(),
  title: z.string().optional(),
  lead: z.string().exactOptional(),
  audience: z.enum(['asker', 'channel', 'nobody']),
  run: runViewSchema.nullable(),
  replies: z.array(replySchema),
  failure: failureSchema.optional(),
  facts: factsSchema.optional(),
  details: z.array(replySchema).optional(),
  brief: z.array(replySchema).optional(),
  next: z.array(suggestionSchema),
  asked: askedSchema.optional(),
  rowsOf: z.array(rowsOfSchema).optional(),
})
export type Answer = z.infer<typeof answerSchema>
