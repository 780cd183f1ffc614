import { ApiError } from './content.ts'
import { type Deed, type Interactions, type MessagePress, type Outcome, outcomeOf } from './deeds.ts'
import type { Deliver } from './deliveries.ts'
import { given, placedIn, stateOf } from './entered.ts'
import type { Message } from './entries.ts'
import type { Events } from './events.ts'
import type { Origin, ResponseUrls, Triggers } from './grants.ts'
import { jsonOf } from './http.ts'
import { app, createInteract, personaOf } from './interact.ts'
import { bot, slackbot, teamOf } from './people.ts'
import type { Respond } from './responses.ts'
import type { State } from './state.ts'
import { escapeTyped } from './typed.ts'
import { createViews } from './views.ts'
import { wireMessage } from './wire.ts'

/** The interactions of this workspace. `url` makes an address of a path; `commands` are the slash commands that the app has. */
export function createInteractions(deps: {
  readonly state: State
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly deliver: Deliver
  readonly events: Events
  readonly respond: Respond
  readonly url: (path: string) => string
  readonly commands: readonly string[]
  readonly now: () => number
}): Interactions {
  const { state, triggers, responseUrls, deliver, events, respond, url, commands, now } = deps
  const interact = createInteract(deps)
  const views = createViews({ state, interact, now })
  const responseUrl = (origin: Origin) => url(`/response/${responseUrls.issue(origin)}`)
  const tell = (viewer: string, channel: string, text: string): Outcome => {
    state.add({ channel, user: slackbot.id, viewer, text })
    return { told: text }
  }

  const command = async ({ as, channel, text, copies }: Deed<'say'>, name: string): Promise<Outcome> => {
    const origin = { user: as, channel }
    const failed = (error: string) => tell(as, channel, `${name} failed with the error "${error}"`)
    const person = personaOf(state, as)
    const { id: team_id, domain: team_domain } = teamOf(person)
    const fields = {
      ...app,
      team_id,
      team_domain,
      channel_id: channel,
      channel_name: state.channel(channel)?.name ?? '',
      user_id: as,
      user_name: person.name,
      command: name,
      text: escapeTyped(text.trim().slice(name.length).trim(), state, true),
      is_enterprise_install: 'false',
      response_url: responseUrl(origin),
      trigger_id: triggers.issue({ user: as, channel }),
    }
    const ack = await deliver(new URLSearchParams(fields), copies)
    if (ack.kind === 'failed') return failed(ack.error)
    if (ack.body.trim() === '') return {}
    try {
      respond(origin, ack.body.startsWith('{') ? jsonOf(ack.body) : { text: ack.body })
      return {}
    } catch (error) {
      if (error instanceof ApiError) return failed('invalid_command_response')
      throw error
    }
  }

  const heard = async (message: Message, copies: number | undefined): Promise<Outcome> => {
    const mentioned = message.text.includes(`<@${bot.id}>`)
    if (!mentioned || state.channel(message.channel)?.hasBot) return events.said(message, copies)
    const missing = `You mentioned @${bot.realName}, who is not in this channel: /invite @${bot.realName}`
    return tell(message.user, message.channel, missing)
  }

  const pressOnMessage = async (deed: MessagePress): Promise<Outcome> => {
    const { as, channel, ts, block_id, action_id, value, entered = [], copies } = deed
    const message = state.find(channel, ts)
    const placed = placedIn(message?.blocks ?? [])
    const found = placed.find((each) => each.block_id === block_id && each.element.action_id === action_id)
    if (message === undefined || found === undefined || (message.viewer ?? as) !== as)
      return { told: 'This message has changed. Look again before you press.' }
    const is_ephemeral = message.viewer !== undefined
    const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }
    const fields = {
      container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral, ...thread },
      channel: { id: channel, name: state.channel(channel)?.name },
      // Slack leaves the message out of actions on messages that only one person sees.
      ...(is_ephemeral ? {} : { message: wireMessage(message) }),
      state: stateOf(placed, entered),
      response_url: responseUrl({ user: as, channel, ts }),
      actions: [{ action_id, block_id, ...given(found.element, value), action_ts: (now() / 1000).toFixed(6) }],
    }
    return outcomeOf(await interact('block_actions', { as, channel, copies }, fields))
  }

  return {
    ...views,

    async say(deed) {
      const { as, channel, text, thread_ts } = deed
      const [, name] = /^(\/\S*)/.exec(text.trim()) ?? []
      if (state.channel(channel)?.has(as) === false) throw new ApiError('channel_not_found')
      if (text.trim() === '') return {}
      if (name === undefined) {
        const said = escapeTyped(text.trim(), state, false)
        const user = personaOf(state, as).id
        return heard(state.add({ channel, user, text: said, ...(thread_ts && { thread_ts }) }), deed.copies)
      }
      if (name === '/invite' && new RegExp(`@(${bot.name}|${bot.id})\\b`, 'i').test(text)) {
        if (state.channel(channel)?.hasBot) return tell(as, channel, `${bot.realName} is already in this channel.`)
        state.join(channel)
        state.add({ channel, user: bot.id, text: `was added to the channel by <@${as}>.` })
        return {}
      }
      if (!commands.includes(name)) return tell(as, channel, `${name} is not a valid command.`)
      if (thread_ts) return tell(as, channel, `${name} is not supported in threads. Sorry!`)
      return command(deed, name)
    },

    press: async (deed) => ('view_id' in deed ? views.press(deed) : pressOnMessage(deed)),

    enter: (deed) => events.opened(deed),
  }
}
