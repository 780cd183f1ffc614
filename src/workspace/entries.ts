import { z } from 'zod'
import { type Home, homeSchema, messageBlockSchema } from './block-kit.ts'

const fileSchema = z.object({ id: z.string(), name: z.string(), title: z.string(), size: z.number() })
/** A file that was shared, `size` in bytes, which `files.ts` keeps. */
export type SharedFile = z.infer<typeof fileSchema>

const messageSchema = z.object({
  channel: z.string(),
  ts: z.string(),
  user: z.string(),
  text: z.string(),
  // A block that this version would refuse leaves the message's text, so an old journal can always be opened.
  blocks: z.array(messageBlockSchema).optional().catch(undefined),
  thread_ts: z.string().optional(),
  files: z.array(fileSchema).optional(),
  metadata: z.unknown().optional(),
  viewer: z.string().optional(),
})
/** A message as it stands. `viewer` is the only person who sees it; such messages are never stored, as in Slack. */
export type Message = z.infer<typeof messageSchema>

const ofHomeTab = { id: z.string(), user: z.string(), hash: z.string() }
/** Someone's Home tab as it was last published. The `id` stays, the `hash` is new each time. */
export interface HomeTab {
  readonly id: string
  readonly user: string
  readonly hash: string
  readonly home: Home
}

/** One line of the workspace's journal. */
export const entrySchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('message'), message: messageSchema }),
  z.object({ op: z.literal('removed'), channel: z.string(), ts: z.string() }),
  z.object({ op: z.literal('joined'), channel: z.string() }),
  // A home that this version would refuse is as good as none: the app publishes it anew when it is next looked at.
  z.object({ op: z.literal('home'), ...ofHomeTab, home: homeSchema.optional().catch(undefined) }),
])
/** What is appended to the journal. */
export type Entry = z.input<typeof entrySchema>
