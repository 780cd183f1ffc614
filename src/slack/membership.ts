import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'
import { call } from './methods.ts'
import { isPlaceRefusal } from './refused.ts'

/** Where in Slack, as far as it bears on posting there. */
export interface Conversation {
  readonly channel: string
  readonly direct: boolean
}

const conversation = z.object({
  channel: z.object({
    is_archived: z.boolean().optional(),
    is_member: z.boolean().optional(),
    is_im: z.boolean().optional(),
    is_mpim: z.boolean().optional(),
  }),
})

/**
 * Why the bot cannot post in a conversation, in Slack's word, or null when it can. Costs one `conversations.info`. When Slack cannot
 * say, the answer is null: a question about the channel must not stop the work. Never throws.
 */
export async function whyNotHere(client: WebClient, { channel }: Conversation, log: Log): Promise<string | null> {
  try {
    const { channel: found } = await call(client, 'conversations.info', { channel }, conversation)
    if (found.is_archived === true) return 'is_archived'
    // Private conversations that the bot is not part of are not found at all.
    return found.is_im === true || found.is_mpim === true || found.is_member === true ? null : 'not_in_channel'
  } catch (error) {
    if (isPlaceRefusal(error)) return error.code
    log.warn({ err: error, channel }, `Slack did not say whether the bot is in a channel: ${messageOf(error)}`)
    return null
  }
}

/** What to do where the bot may not post, for a sentence of its own. */
export function cureFor(why: string, { direct }: Pick<Conversation, 'direct'>, botName: string): string {
  if (why === 'is_archived') return 'Use another channel: this one is archived.'
  if (why.startsWith('restricted_action'))
    return 'Ask an admin of the workspace to let me post here, or use another channel.'
  if (direct) return 'Use a channel that I am in, or a direct message with me: this one is between other people.'
  return `Type /invite @${botName} here.`
}

/** The refusal of a run whose messages could not be posted. */
export function cannotPost(why: string, where: Conversation, botName: string): OpsError {
  return new OpsError(
    'slack',
    `I cannot post here (${why}), so nobody would see the run. Nothing was done.`,
    `${cureFor(why, where, botName)} Then say it again.`,
  )
}
