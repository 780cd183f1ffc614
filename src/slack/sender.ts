import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import type { Asker } from '../core/people.ts'
import type { Post } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { SlackClients } from './clients.ts'
import { type Accepted, type CsvFile, descend, type Ladder, type Message } from './message.ts'
import { call, upload } from './methods.ts'
import { directlyTo, type SlackPlace } from './place.ts'
import { externallyShared, NotSent, SlackBusy, SlackRefused } from './refused.ts'
import type { ResponseUrl } from './response-url.ts'
import type { SharedChannels } from './shared-channels.ts'

/** Where a message goes: a conversation (or a person's id, which means their direct messages), and a thread in it. */
export interface Target {
  readonly channel: string
  readonly thread?: string | undefined
}

/**
 * Everything that the bot says in a conversation, each one try. Each method steps down the ladder where Slack refuses what a message
 * holds, and throws `SlackRefused`, `SlackBusy` or the client's errors for the rest: `externally_shared` where another organization reads
 * along. An earlier message there is replaced by a note instead of being edited.
 */
export interface Sender {
  post(to: Target, ladder: Ladder): Promise<Accepted<Post>>
  edit(post: Post, ladder: Ladder, rung?: number): Promise<Accepted<void>>
  /** Shows something to one person where they look. */
  whisper(place: SlackPlace, person: string, ladder: Ladder): Promise<Accepted<void>>
  /** Attaches a file to a thread; `begin` is called before the one call that would attach it twice. */
  upload(to: Target & { readonly thread: string }, file: CsvFile, begin: () => Promise<void>): Promise<void>
  /**
   * Tells one person why nothing was done, by the first way that works: the response URL, where they look, their direct messages. Not through
   * the outbox, because nothing is noted of strangers. Throws the last way's error.
   */
  tell(reader: Reader, ladder: Ladder): Promise<void>
}

/** Whom to reach, where they are looking, and the response URL they brought along, if any. */
export interface Reader {
  readonly who: Asker
  readonly place: SlackPlace
  readonly responseUrl?: ResponseUrl | undefined
}

const posted = z.object({ channel: z.string(), ts: z.string() })

// Links in song titles and locations must not grow previews.
const quiet = { unfurl_links: false, unfurl_media: false }

const notShownHere: Message = {
  text: 'This channel is shared with another organization, so I show nothing here.',
  blocks: [],
}

export function createSender({
  clients: { once },
  shared,
  log,
}: {
  readonly clients: SlackClients
  readonly shared: Pick<SharedChannels, 'isClosed'>
  readonly log: Log
}): Sender {
  const requireOpen = async (channel: string): Promise<void> => {
    const isClosed = await shared.isClosed(channel).catch((error: unknown) => {
      if (error instanceof SlackBusy) throw error
      throw new NotSent(`Slack did not say whether a channel is shared: ${messageOf(error)}`, { cause: error })
    })
    if (isClosed) throw new SlackRefused('a post', externallyShared)
  }
  const update = async (post: Post, message: Message): Promise<void> => {
    // An empty list takes away the blocks of a richer form before it.
    await call(once, 'chat.update', { channel: post.channel, ts: post.ts, ...message }, z.object({}))
  }
  const post = async ({ channel, thread }: Target, ladder: Ladder): Promise<Accepted<Post>> => {
    await requireOpen(channel)
    const inThread = thread === undefined ? {} : { thread_ts: thread }
    const send = (message: Message) =>
      call(once, 'chat.postMessage', { channel, ...contentOf(message), ...inThread, ...quiet }, posted)
    const { result, rung } = await descend(ladder, send, log)
    return { result: { channel: result.channel, ts: result.ts }, rung }
  }
  const whisper = ({ channel, thread }: SlackPlace, user: string, ladder: Ladder): Promise<Accepted<void>> => {
    const to = { channel, user, ...(thread === undefined ? {} : { thread_ts: thread }) }
    const send = async (message: Message): Promise<void> => {
      await call(once, 'chat.postEphemeral', { ...to, ...contentOf(message) }, z.object({}))
    }
    return descend(ladder, send, log)
  }
  return {
    post,
    whisper,
    async edit(post, ladder, rung) {
      // What was posted before the channel became shared does not stay there with its buttons.
      if (await shared.isClosed(post.channel)) {
        await update(post, notShownHere)
        throw new SlackRefused('an edit', externallyShared)
      }
      return descend(ladder, (message) => update(post, message), log, rung)
    },
    async upload(to, file, begin) {
      await requireOpen(to.channel)
      await upload(once, to, file, begin)
    },
    async tell({ who, place, responseUrl }, ladder) {
      const here = place.direct ? () => post(place, ladder) : () => whisper(place, who.id, ladder)
      const ways = [...(responseUrl?.isOpen === true ? [() => responseUrl.say(ladder)] : []), here]
      for (const way of ways) {
        try {
          await way()
          return
        } catch (error) {
          log.warn({ err: error, user: who.id }, `one way to a person failed: ${messageOf(error)}`)
        }
      }
      await post(directlyTo(who.id), ladder)
    },
  }
}

function contentOf({ text, blocks }: Message): Partial<Message> {
  return blocks.length === 0 ? { text } : { text, blocks }
}
