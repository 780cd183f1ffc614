import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../core/ports/clock.ts'
import type { PostedMessage } from './journal.ts'
import { app, homePayload } from './payloads.ts'
import { bot, directChannelOf, team, teamOf } from './personas.ts'
import type { ActionResult, UserAction } from './user-actions.ts'
import type { WorkspaceState } from './workspace-state.ts'

/** How long Slack waits for a 200 (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response). */
const ackMs = 3_000

/** The result of a delivery: the app's answer, or Slack's name for the failure. */
export type Ack =
  | { readonly kind: 'acked'; readonly body: string }
  | { readonly kind: 'failed'; readonly error: 'operation_timeout' | 'dispatch_failed' }

/**
 * Sends form fields, as slash commands and `payload=…` travel, or an event as JSON; `copies` sends the very same request again, as
 * Slack sometimes does.
 */
export type Deliver = (what: URLSearchParams | Readonly<Record<string, unknown>>, copies?: number) => Promise<Ack>

/** Deliveries to `target()`, signed with HMAC v0 (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function createDeliver(
  target: () => string | undefined,
  signingSecret: string,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Deliver {
  const post = async (url: string, body: string, type: string): Promise<Ack> => {
    const timestamp = String(Math.floor(clock.now().getTime() / 1000))
    const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
    const headers = {
      'content-type': type,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    }
    const late = new AbortController()
    const answered = new AbortController()
    clock.sleep(ackMs, answered.signal).then(
      () => late.abort(),
      () => undefined,
    )
    try {
      const response = await fetch(url, { method: 'POST', body, headers, signal: late.signal })
      const text = await response.text()
      return response.status === 200 ? { kind: 'acked', body: text } : { kind: 'failed', error: 'dispatch_failed' }
    } catch {
      return { kind: 'failed', error: late.signal.aborted ? 'operation_timeout' : 'dispatch_failed' }
    } finally {
      answered.abort()
    }
  }
  return async (what, copies = 1) => {
    const url = target()
    if (url === undefined) return { kind: 'failed', error: 'dispatch_failed' }
    const form = what instanceof URLSearchParams
    const send = () =>
      post(
        url,
        form ? what.toString() : JSON.stringify(what),
        form ? 'application/x-www-form-urlencoded' : 'application/json',
      )
    const [first, ...others] = [send(), ...Array.from({ length: copies - 1 }, send)]
    await Promise.all(others)
    return first
  }
}

/** The notice that a user gets of a delivery: none, unless the app did not accept it. */
export function resultOf(ack: Ack): ActionResult {
  return ack.kind === 'acked' ? {} : { notice: `${bot.realName} did not answer (${ack.error}).` }
}

/** The events that the workspace sends, by the names under which an app subscribes to them. */
export const servedEvents = ['app_mention', 'message.im', 'app_home_opened'] as const
type EventName = (typeof servedEvents)[number]

/** Events of the Events API (https://docs.slack.dev/apis/events-api). */
export interface Events {
  /** A message was sent. The app gets all messages of its direct messages, elsewhere those that mention it. */
  messageSent(message: PostedMessage, copies: number | undefined): Promise<ActionResult>
  /** Somebody opened one of the app's own tabs. */
  tabOpened(action: UserAction<'openTab'>): Promise<ActionResult>
}

/** The events to which the app has `subscribed`; `now` is in ms. */
export function createEvents(deps: {
  readonly state: WorkspaceState
  readonly deliver: Deliver
  readonly subscribed: readonly EventName[]
  readonly now: () => number
}): Events {
  const { state, deliver, subscribed, now } = deps
  const send = async (
    name: EventName,
    id: string,
    event: Readonly<Record<string, unknown>> & { readonly event_ts: string },
    isShared: boolean,
    copies: number | undefined,
  ): Promise<ActionResult> => {
    if (!subscribed.includes(name)) return {}
    const envelope = {
      ...app,
      type: 'event_callback',
      team_id: team.id,
      event,
      event_id: `Ev${id}`,
      event_time: Math.floor(Number(event.event_ts)),
      is_ext_shared_channel: isShared,
      authorizations: [{ enterprise_id: null, team_id: team.id, user_id: bot.id, is_bot: true }],
    }
    return resultOf(await deliver(envelope, copies))
  }

  return {
    async messageSent({ user, text, ts, thread_ts, channel }, copies) {
      const thread = thread_ts === undefined ? {} : { thread_ts }
      const { id: authorTeam } = teamOf(state.persona(user))
      const { partner, shared } = state.channel(channel) ?? {}
      // In shared channels Slack names the author's team (https://docs.slack.dev/apis/slack-connect).
      const isShared = shared !== undefined && shared.pending !== true
      const teams = { team: authorTeam, ...(isShared ? { user_team: authorTeam, source_team: authorTeam } : {}) }
      const message = { user, text, ts, channel, event_ts: ts, ...teams, ...thread }
      const id = ts.replace('.', '')
      if (partner !== undefined)
        return send('message.im', id, { type: 'message', channel_type: 'im', ...message }, false, copies)
      if (!text.includes(`<@${bot.id}>`)) return {}
      return send('app_mention', id, { type: 'app_mention', ...message }, isShared, copies)
    },

    async tabOpened({ as, tab, copies }) {
      const { id: user } = state.persona(as)
      const home = tab === 'home' ? state.homeTab(user) : undefined
      const event = {
        type: 'app_home_opened',
        user,
        channel: directChannelOf(user),
        tab,
        ...(home && { view: homePayload(home) }),
        event_ts: (now() / 1000).toFixed(6),
      }
      return send('app_home_opened', randomBytes(5).toString('hex').toUpperCase(), event, false, copies)
    },
  }
}
