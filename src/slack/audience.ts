import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import type { Asker } from '../core/people.ts'
import type { Log } from '../core/ports/log.ts'
import type { SlackClients } from './clients.ts'
import { descend } from './ladder.ts'
import type { Ladder } from './message.ts'
import { call } from './methods.ts'
import type { Outbox, Target } from './outbox.ts'
import type { SlackPlace } from './place.ts'
import type { ResponseUrl } from './response-url.ts'

/** Whom to reach, where they are looking, and the response URL they brought along, if any. */
export interface Reader {
  readonly who: Asker
  readonly place: SlackPlace
  readonly responseUrl?: ResponseUrl | undefined
}

/** Says something to one person. Throws the last way's error when none of them works. */
export type TellAsker = (reader: Reader, ladder: Ladder) => Promise<void>

/**
 * The ways to one person, in this order: the response URL, which works where the bot is no member; an ephemeral message, or an
 * ordinary one where nobody else reads along; and their direct messages, because what is meant for one person must not be lost.
 */
export function createTellAsker(clients: SlackClients, outbox: Outbox, log: Log): TellAsker {
  return async ({ who, place, responseUrl }, ladder) => {
    const { channel, thread } = place
    const ephemeral = async (): Promise<void> => {
      const to = { channel, user: who.id, ...(thread === undefined ? {} : { thread_ts: thread }) }
      const send = ({ text, blocks }: Ladder[number]) =>
        call(
          clients.quick,
          'chat.postEphemeral',
          { ...to, text, ...(blocks.length === 0 ? {} : { blocks }) },
          z.object({}),
        )
      await descend(ladder, send, log)
    }
    const post = async (to: Target): Promise<void> => {
      await outbox.post(to, ladder)
    }
    const here = place.direct ? () => post(place) : ephemeral
    const ways = [...(responseUrl?.isOpen === true ? [() => responseUrl.say(ladder)] : []), here]
    for (const way of ways) {
      try {
        return await way()
      } catch (error) {
        log.warn({ err: error, channel, user: who.id }, `one way to a person failed: ${messageOf(error)}`)
      }
    }
    await post({ channel: who.id })
  }
}
