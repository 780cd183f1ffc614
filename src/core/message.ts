import { z } from 'zod'
import { answerSchema } from './answer.ts'
import { askerSchema } from './people.ts'
import { placeSchema } from './place.ts'

const conversationSchema = placeSchema.options[1]

/**
 * One way to the readers of a message. `conversation`: everybody there reads it, and `who` asked for it. `reader`: one person alone, in
 * that conversation or their direct messages. `admins`: each of them directly.
 */
const waySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('conversation'), place: conversationSchema, who: askerSchema }),
  z.object({ kind: z.literal('reader'), place: conversationSchema, who: askerSchema }),
  z.object({ kind: z.literal('admins'), besides: z.string().nullable() }),
])
export type Way = z.infer<typeof waySchema>

/** The ways in the order in which they are tried. */
export const waysSchema = z.tuple([waySchema], waySchema)

/** What follows an answer that was accepted: a page of it, a file with what a page had to cut, the picture of a chart among the replies, and the line that calls people. */
const partSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('page'), page: z.number() }),
  z.object({ kind: z.literal('file'), file: z.number() }),
  z.object({ kind: z.literal('picture'), reply: z.number() }),
  z.object({ kind: z.literal('mention') }),
])
export type Part = z.infer<typeof partSchema>

/**
 * The content of a message as data; it is rendered when it is sent. `run`: the stored answer of an attempt, or its progress. `schedule`: a change that
 * nobody asked for. `plan`: the end of a plan, on its card or to its asker. `part`: more of an earlier message. `heartbeat`: the report of a good
 * night to an outside monitor.
 */
export const contentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: z.number(), attempt: z.number() }),
  z.object({ kind: z.literal('answer'), answer: answerSchema }),
  z.object({
    kind: z.literal('schedule'),
    schedule: z.number(),
    change: z.enum(['suspended', 'inherited']),
    why: z.string(),
    remedy: z.string(),
  }),
  z.object({ kind: z.literal('plan'), plan: z.string(), to: z.enum(['card', 'asker']) }),
  z.object({ kind: z.literal('part'), of: z.string(), part: partSchema }),
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('heartbeat'), run: z.number() }),
])
export type Content = z.infer<typeof contentSchema>
