import { randomBytes } from 'node:crypto'
import type { Deed, Outcome } from './deeds.ts'
import { outcomeOf } from './deeds.ts'
import type { Deliver } from './deliveries.ts'
import type { Message } from './entries.ts'
import { app, personaOf } from './interact.ts'
import { bot, directChannelOf, team, teamOf } from './people.ts'
import type { State } from './state.ts'
import { wireHome } from './wire.ts'

/** The events that the workspace has, by the names under which an app subscribes to them. */
export const servedEvents = ['app_mention', 'message.im', 'app_home_opened'] as const
type EventName = (typeof servedEvents)[number]

/** What the app is told of without being asked. */
export interface Events {
  /** A message: the app hears plain words in its direct messages, elsewhere those that mention it. */
  said(message: Message, copies: number | undefined): Promise<Outcome>
  /** Somebody entered one of the app's own tabs. */
  opened(deed: Deed<'enter'>): Promise<Outcome>
}

/** The events to which the app has `subscribed`; `now` is in ms. */
export function createEvents(deps: {
  readonly state: State
  readonly deliver: Deliver
  readonly subscribed: readonly EventName[]
  readonly now: () => number
}): Events {
  const { state, deliver, subscribed, now } = deps
  const tell = async (
    name: EventName,
    id: string,
    event: Readonly<Record<string, unknown>> & { readonly event_ts: string },
    isShared: boolean,
    copies: number | undefined,
  ): Promise<Outcome> => {
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
    return outcomeOf(await deliver(envelope, copies))
  }

  return {
    async said({ user, text, ts, thread_ts, channel }, copies) {
      const thread = thread_ts === undefined ? {} : { thread_ts }
      const { id: of } = teamOf(personaOf(state, user))
      const { partner, shared } = state.channel(channel) ?? {}
      // In shared channels Slack says of whom a message is (https://docs.slack.dev/apis/slack-connect).
      const isShared = shared !== undefined && shared.pending !== true
      const teams = { team: of, ...(isShared ? { user_team: of, source_team: of } : {}) }
      const said = { user, text, ts, channel, event_ts: ts, ...teams, ...thread }
      const id = ts.replace('.', '')
      if (partner !== undefined)
        return tell('message.im', id, { type: 'message', channel_type: 'im', ...said }, false, copies)
      if (!text.includes(`<@${bot.id}>`)) return {}
      return tell('app_mention', id, { type: 'app_mention', ...said }, isShared, copies)
    },

    async opened({ as, tab, copies }) {
      const { id: user } = personaOf(state, as)
      const home = tab === 'home' ? state.homeTab(user) : undefined
      const opened = {
        type: 'app_home_opened',
        user,
        channel: directChannelOf(user),
        tab,
        ...(home && { view: wireHome(home) }),
        event_ts: (now() / 1000).toFixed(6),
      }
      return tell('app_home_opened', randomBytes(5).toString('hex').toUpperCase(), opened, false, copies)
    },
  }
}
