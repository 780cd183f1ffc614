import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'
import { call } from './methods.ts'
import type { SlackPlace } from './place.ts'
import { isPlaceRefusal } from './refused.ts'

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
export async function whyNotHere(client: WebClient, { channel }: SlackPlace, log: Log): Promise<string | null> {
  // A person's id, which stands for their direct messages; and a name, which Slack takes for posting only.
  if (/^([UW]|#)/.test(channel)) return null
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

/** What to do about it, in a sentence of its own. */
export function cureFor(why: string, where: SlackPlace, botName: string): string {
  const there = nameOf(where)
  if (why === 'is_archived') return `Use another channel than ${there}, which is archived.`
  if (why.startsWith('restricted_action')) return `Ask an admin of the workspace to let @${botName} post in ${there}.`
  if (where.direct) return 'Use a channel that I am in, or a direct message with me: that one is between other people.'
  return `Type /invite @${botName} in ${there}.`
}

/** The refusal of a run whose messages could not be posted. */
export function cannotPost(why: string, where: SlackPlace, botName: string): OpsError {
  return new OpsError(
    'slack',
    `I cannot post in ${nameOf(where)} (${why}), so nobody would see it. Nothing was done.`,
    `${cureFor(why, where, botName)} Then say it again.`,
  )
}

// What Slack sends in place of the names of private conversations.
const nameless = /^(privategroup|directmessage|mpdm-.*)$/

function nameOf({ channelName }: SlackPlace): string {
  return channelName === undefined || nameless.test(channelName) ? 'this conversation' : `#${channelName}`
}
