import { z } from 'zod'
import { messageOf } from '../../core/errors.ts'
import type { Asker } from '../../core/people.ts'
import { type Conversation, directMessagesOf } from '../../core/place.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Post } from '../../core/ports/ledger.ts'
import type { Log } from '../../core/ports/log.ts'
import { call, upload, uploadPicture } from '../api-methods.ts'
import type { SlackClients } from '../clients.ts'
import type { SharedChannels } from '../people/shared-channels.ts'
import { externallyShared, NotSent, SlackBusy, SlackRefused } from '../slack-errors.ts'
import {
  type Accepted,
  type CsvFile,
  type Fallbacks,
  messageFields,
  type SlackMessage,
  sendWithFallbacks,
} from './fallbacks.ts'
import type { ResponseUrl } from './response-url.ts'

/** A conversation (or a person's id, which means their direct messages), and a thread in it. */
export interface PostTarget {
  readonly channel: string
  readonly thread?: string | undefined
}

/**
 * Everything that the bot sends to a conversation, each one try. Each method sends the next fallback where Slack refuses what a message
 * holds, and throws `SlackRefused`, `SlackBusy` or the client's errors for the rest: `externally_shared` where another organization reads
 * along. An earlier message there is replaced by a note instead of being edited.
 */
export interface Sender {
  post(to: PostTarget, fallbacks: Fallbacks): Promise<Accepted<Post>>
  edit(post: Post, fallbacks: Fallbacks, level?: number): Promise<Accepted<void>>
  /** Posts a message that one person sees, in that conversation. */
  whisper(place: Conversation, person: string, fallbacks: Fallbacks): Promise<Accepted<void>>
  /** Uploads a picture for a message in that conversation, and returns the id of its file. */
  uploadPicture(channel: string, picture: Parameters<typeof uploadPicture>[1]): Promise<string>
  /** Attaches a file to a thread; `begin` is called before the one call that would attach it twice. */
  upload(to: PostTarget & { readonly thread: string }, file: CsvFile, begin: () => Promise<void>): Promise<void>
  /**
   * Sends one person the reason why nothing was done, by the first way that works: the response URL, the conversation, their direct messages.
   * Not through the outbox, because nothing is stored of strangers. Throws the last way's error.
   */
  reply(reader: MessageReader, fallbacks: Fallbacks): Promise<void>
}

/** A person, where they asked, and the response URL of their request, if any. */
interface MessageReader {
  readonly who: Asker
  readonly place: Conversation
  readonly responseUrl?: ResponseUrl | undefined
}

const posted = z.object({ channel: z.string(), ts: z.string() })

// Links in song titles and locations get no previews.
const quiet = { unfurl_links: false, unfurl_media: false }

const notShownHere: SlackMessage = {
  text: 'This channel is shared with another organization, so I post nothing here.',
  blocks: [],
}

export function createSender({
  clients: { once },
  shared,
  clock,
  log,
}: {
  readonly clients: SlackClients
  readonly shared: Pick<SharedChannels, 'isClosed'>
  readonly clock: Pick<Clock, 'elapsed'>
  readonly log: Log
}): Sender {
  const requireOpen = async (channel: string): Promise<void> => {
    const isClosed = await shared.isClosed(channel).catch((error: unknown) => {
      if (error instanceof SlackBusy) throw error
      throw new NotSent(`Slack did not return whether a channel is shared: ${messageOf(error)}`, { cause: error })
    })
    if (isClosed) throw new SlackRefused('a post', externallyShared)
  }
  // Slack limits all edits of an app together: what it asks one to wait, the others wait too.
  let editsFrom = 0
  const update = async (post: Post, message: SlackMessage): Promise<void> => {
    const wait = editsFrom - clock.elapsed()
    if (wait > 0) throw new SlackBusy('an edit', wait)
    try {
      // An empty list removes the blocks of the richer form before it.
      await call(once, 'chat.update', { channel: post.channel, ts: post.ts, ...message }, z.object({}))
    } catch (error) {
      if (error instanceof SlackBusy) editsFrom = clock.elapsed() + error.retryAfterMs
      throw error
    }
  }
  const post = async ({ channel, thread }: PostTarget, fallbacks: Fallbacks): Promise<Accepted<Post>> => {
    await requireOpen(channel)
    const inThread = thread === undefined ? {} : { thread_ts: thread }
    const send = (message: SlackMessage) =>
      call(once, 'chat.postMessage', { channel, ...messageFields(message), ...inThread, ...quiet }, posted)
    const { result, level } = await sendWithFallbacks(fallbacks, send, log)
    return { result: { channel: result.channel, ts: result.ts }, level }
  }
  const whisper = ({ channel, thread }: Conversation, user: string, fallbacks: Fallbacks): Promise<Accepted<void>> => {
    const to = { channel, user, ...(thread === undefined ? {} : { thread_ts: thread }) }
    const send = async (message: SlackMessage): Promise<void> => {
      await call(once, 'chat.postEphemeral', { ...to, ...messageFields(message) }, z.object({}))
    }
    return sendWithFallbacks(fallbacks, send, log)
  }
  return {
    post,
    whisper,
    async edit(post, fallbacks, level) {
      // A message from before the channel became shared must not keep its content and buttons.
      if (await shared.isClosed(post.channel)) {
        await update(post, notShownHere)
        throw new SlackRefused('an edit', externallyShared)
      }
      return sendWithFallbacks(fallbacks, (message) => update(post, message), log, level)
    },
    async uploadPicture(channel, picture) {
      await requireOpen(channel)
      return uploadPicture(once, picture)
    },
    async upload(to, file, begin) {
      await requireOpen(to.channel)
      await upload(once, to, file, begin)
    },
    async reply({ who, place, responseUrl }, fallbacks) {
      const here = place.direct ? () => post(place, fallbacks) : () => whisper(place, who.id, fallbacks)
      const ways = [...(responseUrl?.isOpen === true ? [() => responseUrl.say(fallbacks)] : []), here]
      for (const way of ways) {
        try {
          await way()
          return
        } catch (error) {
          log.warn({ err: error, user: who.id }, `one way to a person failed: ${messageOf(error)}`)
        }
      }
      await post(directMessagesOf(who.id), fallbacks)
    },
  }
}
