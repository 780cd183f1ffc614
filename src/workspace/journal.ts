import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'
import { type HomeView, homeViewSchema, messageBlockSchema } from './block-kit.ts'

const fileSchema = z.object({ id: z.string(), name: z.string(), title: z.string(), size: z.number() })
/** A shared file, `size` in bytes, which `uploads.ts` keeps. */
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
  viewer: z.string().optional(),
  answers: z.string().optional(),
})
/**
 * A message. `viewer` is the only person who sees it, and `answers` the command or button that it answers; such messages are never stored, as
 * in Slack.
 */
export type PostedMessage = z.infer<typeof messageSchema>

const homeTabFields = { id: z.string(), user: z.string(), hash: z.string() }
/** Someone's Home tab as it was last published. The `id` stays, the `hash` is new each time. */
export interface PublishedHome {
  readonly id: string
  readonly user: string
  readonly hash: string
  readonly home: HomeView
}

/** One line of the workspace's journal. */
const entrySchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('message'), message: messageSchema }),
  z.object({ op: z.literal('removed'), channel: z.string(), ts: z.string() }),
  z.object({ op: z.literal('joined'), channel: z.string() }),
  // A Home tab that this version would refuse counts as none: the app publishes it again when it is next opened.
  z.object({ op: z.literal('home'), ...homeTabFields, home: homeViewSchema.optional().catch(undefined) }),
])
type Entry = z.input<typeof entrySchema>

/** An append-only file of JSON lines. Appending is synchronous, so an entry survives a `kill -9` right after it. */
export interface Journal {
  /** All entries so far, oldest first. An incomplete last line, which a kill in the middle of a write leaves, is dropped. */
  read(): readonly z.output<typeof entrySchema>[]
  append(entry: Entry): void
  /** Replaces the file by these entries, in one rename. */
  compact(entries: readonly Entry[]): void
}

const inMemory: Journal = { read: () => [], append: () => undefined, compact: () => undefined }

/** The journal in `home` (made if missing), or one that keeps nothing. Reading throws `storage` for a line that is not an entry. */
export function openJournal(home: string | undefined): Journal {
  if (home === undefined) return inMemory
  mkdirSync(home, { recursive: true })
  const path = join(home, 'workspace.jsonl')
  return {
    read() {
      if (!existsSync(path)) return []
      const lines = readFileSync(path, 'utf8').split('\n')
      lines.pop()
      return lines.map((line, at) => {
        try {
          return entrySchema.parse(JSON.parse(line))
        } catch (cause) {
          const fault = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause)
          const remedy = 'Remove the line, or the file to start with an empty workspace.'
          throw new OpsError('storage', `${path}, line ${at + 1}: ${fault}`, remedy, { cause })
        }
      })
    },
    append: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
    compact(entries) {
      writeFileSync(`${path}.new`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      renameSync(`${path}.new`, path)
    },
  }
}
