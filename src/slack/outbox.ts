import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Clock } from '../core/ports/clock.ts'
import type { Post } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { SlackClients } from './clients.ts'
import { type Accepted, descend } from './ladder.ts'
import type { CsvFile, Ladder, Message } from './message.ts'
import { call, upload } from './methods.ts'
import { externallyShared, SlackBusy, SlackRefused } from './refused.ts'
import type { SharedChannels } from './shared-channels.ts'

/** Where a message goes: a conversation (or a person's id, which means their direct messages), and a thread in it. */
export interface Target {
  readonly channel: string
  readonly thread?: string | undefined
}

/**
 * Everything that the bot says in a conversation. Each method waits as long as Slack asks it to, steps down the ladder where
 * Slack refuses what a message holds, and throws `SlackRefused` or the client's errors for the rest: `externally_shared` where another
 * organization reads along. An earlier message there is replaced by a note instead of being edited.
 */
export interface Outbox {
  post(to: Target, ladder: Ladder): Promise<Accepted<Post>>
  edit(post: Post, ladder: Ladder): Promise<Accepted<void>>
  /** One try, soon or not at all: an edit that the next one replaces. Throws `SlackBusy` too. */
  editOnce(post: Post, ladder: Ladder, rung: number): Promise<Accepted<void>>
  upload(to: Target & { readonly thread: string }, file: CsvFile): Promise<void>
}

// About one message a second in a channel (https://docs.slack.dev/apis/web-api/rate-limits).
const postEveryMs = 1000

// With the client's own half a minute each time, an outage of about an hour.
const persistentTries = 60
const persistentPauseMs = 30_000

const posted = z.object({ channel: z.string(), ts: z.string() })

export interface OutboxParts {
  readonly clients: SlackClients
  readonly shared: Pick<SharedChannels, 'isClosed'>
  readonly clock: Clock
  readonly log: Log
  /** Ends all waiting. */
  readonly closing: AbortSignal
}

/** The outbox of one bot. Messages to one channel go out in order, a second apart. */
export function createOutbox({ clients, shared, clock, log, closing }: OutboxParts): Outbox {
  const turns = new Map<string, Promise<void>>()

  const patiently = async <T>(send: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await send()
      } catch (error) {
        if (!(error instanceof SlackBusy)) throw error
        log.warn({ waitMs: error.retryAfterMs }, error.message)
        await clock.sleep(error.retryAfterMs, closing)
      }
    }
  }

  /** For what can be said twice without harm: goes on through an outage of Slack. */
  const persistently = async <T>(send: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await patiently(send)
      } catch (error) {
        if (error instanceof SlackRefused || tries === persistentTries) throw error
        log.warn({ err: error, tries }, 'Slack cannot be reached; trying again')
        await clock.sleep(persistentPauseMs, closing)
      }
    }
  }

  const inTurn = <T>(channel: string, send: () => Promise<T>): Promise<T> => {
    const before = turns.get(channel) ?? Promise.resolve()
    const mine = before.then(send)
    const pause = (): Promise<void> => clock.sleep(postEveryMs, closing).catch(() => undefined)
    const turn = mine.then(pause, pause).then(() => {
      if (turns.get(channel) === turn) turns.delete(channel)
    })
    turns.set(channel, turn)
    return mine
  }

  const requireOpen = async (channel: string): Promise<void> => {
    if (await shared.isClosed(channel)) throw new SlackRefused('a post', externallyShared)
  }

  /** What was posted before the channel became shared does not stay there with its buttons. */
  const requireStillOpen = async (post: Post): Promise<void> => {
    if (!(await shared.isClosed(post.channel))) return
    await update(clients.quick, post, notShownHere)
    throw new SlackRefused('an edit', externallyShared)
  }

  return {
    post({ channel, thread }, ladder) {
      return inTurn(channel, async () => {
        await patiently(() => requireOpen(channel))
        const { result, rung } = await descend(
          ladder,
          ({ text, blocks }) => {
            const content = blocks.length === 0 ? { text } : { text, blocks }
            const args = { channel, ...content, ...(thread === undefined ? {} : { thread_ts: thread }), ...quiet }
            return patiently(() => call(clients.patient, 'chat.postMessage', args, posted))
          },
          log,
        )
        return { result: { channel: result.channel, ts: result.ts }, rung }
      })
    },
    async edit(post, ladder) {
      await persistently(() => requireStillOpen(post))
      return descend(ladder, (message) => persistently(() => update(clients.patient, post, message)), log)
    },
    async editOnce(post, ladder, rung) {
      await requireStillOpen(post)
      return descend(ladder, (message) => update(clients.quick, post, message), log, rung)
    },
    async upload({ channel, thread }, file) {
      await inTurn(channel, async () => {
        await patiently(() => requireOpen(channel))
        await patiently(() => upload(clients.patient, { channel, thread }, file))
      })
    },
  }
}

const notShownHere: Message = {
  text: 'This channel is shared with another organization, so I show nothing here.',
  blocks: [],
}

// Links in song titles and locations must not grow previews.
const quiet = { unfurl_links: false, unfurl_media: false }

async function update(client: WebClient, post: Post, message: Message): Promise<void> {
  // An empty list takes away the blocks of a richer form before it.
  await call(client, 'chat.update', { channel: post.channel, ts: post.ts, ...message }, z.object({}))
}
