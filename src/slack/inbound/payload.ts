import { z } from 'zod'
import { type Conversation, conversationOf, directMessagesOf } from '../../core/place.ts'
import type { Log } from '../../core/ports/log.ts'
import { createResponseUrl, type ResponseUrl } from '../outbound/response-url.ts'

/** A payload with a request of a person: who, where, and their workspace as the payload names it. */
export interface Payload {
  readonly kind: 'command' | 'message' | 'home' | 'interaction' | 'submission'
  readonly user: string
  /** The workspace or the organization that Slack names as theirs; null where it names none. */
  readonly team: string | null
  readonly place: Conversation
  /** The same when it is delivered twice. */
  readonly delivery: string
  readonly responseUrl: ResponseUrl | undefined
  /** Whether the payload itself marks the channel as shared with another organization. */
  readonly isShared: boolean
}

// Slack's ids have up to some 70 characters.
const id = z.string().min(1).max(500)
const maybe = z.string().nullish()

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
const commandSchema = z.object({
  command: id,
  user_id: id,
  channel_id: id,
  channel_name: maybe,
  team_id: maybe,
  text: maybe,
  trigger_id: id,
  response_url: maybe,
})

/** https://docs.slack.dev/reference/events; of people in shared channels, Slack names the workspaces. */
const eventSchema = z.object({
  event_id: id,
  // Bolt reads it, and throws for an entry that is no object.
  authorizations: z.array(z.object({})).nullish(),
  is_ext_shared_channel: z.boolean().nullish(),
  event: z.object({
    type: z.string(),
    user: id.nullish(),
    channel: id.nullish(),
    channel_type: maybe,
    ts: id.nullish(),
    thread_ts: id.nullish(),
    user_team: maybe,
    bot_id: maybe,
    subtype: maybe,
    text: maybe,
    tab: maybe,
    edited: z.unknown().optional(),
  }),
})

const handledEvent = z.object({ event: z.object({ type: z.enum(['app_mention', 'message', 'app_home_opened']) }) })

type Event = z.infer<typeof eventSchema>['event']

/** What a press of a button, or a choice from a menu, carries (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
export const pressSchema = z.object({
  trigger_id: id,
  actions: z
    .tuple([
      z.object({ action_id: z.string(), value: maybe, selected_option: z.object({ value: z.string() }).nullish() }),
    ])
    .rest(z.unknown()),
  view: z.object({ type: maybe }).nullish(),
})

/** What a submitted dialog carries (https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload). */
export const submissionSchema = z.object({
  view: z.object({
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: maybe,
            selected_option: z.object({ value: z.string() }).nullish(),
            selected_conversation: maybe,
            selected_time: maybe,
          }),
        ),
      ),
    }),
  }),
})

/** https://docs.slack.dev/reference/interaction-payloads */
const interaction = z.object({
  trigger_id: id,
  enterprise: z.object({ id: maybe }).nullish(),
  user: z.object({ id, team_id: maybe }),
  // Bolt expects an object wherever it is set.
  channel: z.object({ id, name: maybe }).optional(),
  container: z.object({ message_ts: id.nullish(), thread_ts: id.nullish() }).nullish(),
  response_url: maybe,
})
const interactionSchema = z.discriminatedUnion('type', [
  interaction.extend({ type: z.literal('block_actions'), ...pressSchema.shape }),
  interaction.extend({ type: z.literal('view_submission'), ...submissionSchema.shape }),
])
const handledInteraction = z.object({ type: z.enum(['block_actions', 'view_submission']) })

/** The bot's user, and the Web API's root where that is not Slack's. */
interface Own {
  readonly botUserId: string
  readonly apiUrl: string | undefined
  readonly log: Log
}

type ResponseUrlOf = (url: string | null | undefined) => ResponseUrl | undefined

/**
 * The request in this payload; null for edits, joins, messages of apps, closed dialogs, and other kinds. A payload of a handled kind that is not as
 * documented is logged.
 */
export function readPayload(body: object, { botUserId, apiUrl, log }: Own): Payload | null {
  const read = <T>(schema: z.ZodType<T>): T | null => {
    const parsed = schema.safeParse(body)
    if (parsed.success) return parsed.data
    log.warn({ why: z.prettifyError(parsed.error) }, 'a payload of Slack is not as documented; it is dropped')
    return null
  }
  const responseUrlOf: ResponseUrlOf = (url) =>
    url == null || url === '' ? undefined : createResponseUrl(url, apiUrl, log)
  if ('command' in body) return ofCommand(read(commandSchema), responseUrlOf)
  if ('event' in body) return handledEvent.safeParse(body).success ? ofEvent(read(eventSchema), botUserId) : null
  return handledInteraction.safeParse(body).success ? ofInteraction(read(interactionSchema), responseUrlOf) : null
}

function ofCommand(command: z.infer<typeof commandSchema> | null, responseUrlOf: ResponseUrlOf): Payload | null {
  if (command === null) return null
  return {
    kind: 'command',
    user: command.user_id,
    team: command.team_id || null,
    place: conversationOf(command.channel_id, command.channel_name ?? undefined),
    delivery: command.trigger_id,
    responseUrl: responseUrlOf(command.response_url),
    isShared: false,
  }
}

function ofEvent(envelope: z.infer<typeof eventSchema> | null, botUserId: string): Payload | null {
  if (envelope === null) return null
  const { event_id, event, is_ext_shared_channel } = envelope
  const { type, user, channel, ts, user_team } = event
  if (user == null || channel == null || user === botUserId) return null
  const of = {
    user,
    // `source_team` and the `team` of an interaction may be those of the channel's host.
    team: user_team || null,
    responseUrl: undefined,
    isShared: is_ext_shared_channel === true,
  }
  if (type === 'app_home_opened') return { ...of, kind: 'home', place: directMessagesOf(user), delivery: event_id }
  if (ts == null || !isRequest(event)) return null
  const place = conversationOf(channel, undefined, event.thread_ts ?? undefined)
  return {
    ...of,
    kind: 'message',
    // Outside direct messages the answer goes to a thread.
    place: place.direct ? place : { ...place, thread: place.thread ?? ts },
    // A mention in direct messages arrives as both events; the message has one `ts` (https://github.com/openclaw/openclaw/issues/32190).
    delivery: `message:${channel}:${ts}`,
  }
}

// What people type; edits, deletions, joins and the posts of apps have other subtypes (https://docs.slack.dev/reference/events/message).
const typedSubtypes = ['file_share', 'thread_broadcast', 'me_message']

/** Whether a person typed it to the bot: a mention or a direct message, not an edit. */
function isRequest({ type, channel_type, bot_id, subtype, edited }: Event): boolean {
  if (type !== 'app_mention' && !(type === 'message' && channel_type === 'im')) return false
  return bot_id == null && edited == null && (subtype == null || typedSubtypes.includes(subtype))
}

function ofInteraction(given: z.infer<typeof interactionSchema> | null, responseUrlOf: ResponseUrlOf): Payload | null {
  if (given === null) return null
  const { type, user, channel, container } = given
  const thread = container?.thread_ts === container?.message_ts ? undefined : (container?.thread_ts ?? undefined)
  return {
    kind: type === 'view_submission' ? 'submission' : 'interaction',
    user: user.id,
    team: user.team_id || null,
    // A button in a Home tab is in no conversation.
    place:
      channel === undefined ? directMessagesOf(user.id) : conversationOf(channel.id, channel.name ?? undefined, thread),
    delivery: given.trigger_id,
    responseUrl: responseUrlOf(given.response_url),
    isShared: false,
  }
}
