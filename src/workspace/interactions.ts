import { z } from 'zod'
import { type Ack, type Deliver, type Events, resultOf } from './deliveries.ts'
import { ApiError, parseJson } from './http.ts'
import type { PostedMessage } from './journal.ts'
import {
  app,
  controlsIn,
  escapeTyped,
  homePayload,
  messagePayload,
  modalPayload,
  statePayload,
  valuePayload,
} from './payloads.ts'
import { bot, slackbot, teamOf } from './personas.ts'
import { type ResponseOrigin, respond, type Tokens, type Trigger } from './responses.ts'
import type { ActionResult, HomePress, MessagePress, UserAction, Users } from './user-actions.ts'
import type { WorkspaceState } from './workspace-state.ts'

const submissionSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('clear') }),
])

/** An app's answer to a submitted modal, where an empty one closes it; undefined where Slack would not understand it. */
function submissionAnswer(body: string): z.infer<typeof submissionSchema> | undefined {
  try {
    return body.trim() === '' ? { response_action: 'clear' } : submissionSchema.parse(parseJson(body))
  } catch (error) {
    if (error instanceof ApiError || error instanceof z.ZodError) return undefined
    throw error
  }
}

// Slack's own words.
const submissionFailed: ActionResult = { notice: 'We had some trouble connecting. Try again?' }

/** What users do in this workspace, delivered to the app. `url` makes an address of a path; `commands` are the app's slash commands. */
export function createUsers(deps: {
  readonly state: WorkspaceState
  readonly triggers: Tokens<Trigger>
  readonly responseUrls: Tokens<ResponseOrigin>
  readonly deliver: Deliver
  readonly events: Events
  readonly url: (path: string) => string
  readonly commands: readonly string[]
  readonly now: () => number
}): Users {
  const { state, triggers, responseUrls, deliver, events, url, commands, now } = deps
  const responseUrl = (origin: ResponseOrigin) => url(`/response/${responseUrls.issue(origin)}`)
  const actionTs = () => (now() / 1000).toFixed(6)
  const notify = (viewer: string, channel: string, text: string): ActionResult => {
    state.add({ channel, user: slackbot.id, viewer, text })
    return { notice: text }
  }

  /** Delivers an interaction (https://docs.slack.dev/reference/interaction-payloads): what all of them carry, and these fields. */
  const interact = (
    type: 'block_actions' | 'view_submission',
    { as, copies }: { readonly as: string; readonly copies?: number | undefined },
    channel: string | undefined,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<Ack> => {
    const person = state.persona(as)
    const { id, name } = person
    const { id: team_id, domain } = teamOf(person)
    const payload = {
      type,
      ...app,
      team: { id: team_id, domain },
      enterprise: null,
      is_enterprise_install: false,
      user: { id, username: name, name, team_id },
      trigger_id: triggers.issue({ user: id, channel }),
      ...fields,
    }
    return deliver(new URLSearchParams({ payload: JSON.stringify(payload) }), copies)
  }

  const runCommand = async ({ as, channel, text, copies }: UserAction<'send'>, name: string): Promise<ActionResult> => {
    const origin = { user: as, channel, request: text.trim() }
    const failed = (error: string) => notify(as, channel, `${name} failed with the error "${error}"`)
    const person = state.persona(as)
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
      respond(state, origin, ack.body.startsWith('{') ? parseJson(ack.body) : { text: ack.body })
      return {}
    } catch (error) {
      if (error instanceof ApiError) return failed('invalid_command_response')
      throw error
    }
  }

  const deliverMessage = async (message: PostedMessage, copies: number | undefined): Promise<ActionResult> => {
    const isMention = message.text.includes(`<@${bot.id}>`)
    if (!isMention || state.channel(message.channel)?.hasBot) return events.messageSent(message, copies)
    const missing = `You mentioned @${bot.realName}, who is not in this channel: /invite @${bot.realName}`
    return notify(message.user, message.channel, missing)
  }

  const pressOnMessage = async (press: MessagePress): Promise<ActionResult> => {
    const { as, channel, ts, block_id, action_id, value, form = [] } = press
    const message = state.find(channel, ts)
    const controls = controlsIn(message?.blocks ?? [])
    const pressed = controls.find((each) => each.block_id === block_id && each.element.action_id === action_id)
    if (message === undefined || pressed === undefined || (message.viewer ?? as) !== as)
      return { notice: 'This message has changed. Check it, then click again.' }
    const is_ephemeral = message.viewer !== undefined
    const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }
    const action = valuePayload(pressed.element, value)
    const request = pressed.element.type === 'button' ? pressed.element.text.text : (value ?? '')
    const fields = {
      container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral, ...thread },
      channel: { id: channel, name: state.channel(channel)?.name },
      // Slack leaves the message out of actions on messages that only one person sees.
      ...(is_ephemeral ? {} : { message: messagePayload(message) }),
      state: statePayload(controls, form),
      response_url: responseUrl({ user: as, channel, request, ts }),
      actions: [{ action_id, block_id, ...action, action_ts: actionTs() }],
    }
    return resultOf(await interact('block_actions', press, channel, fields))
  }

  const pressInHome = async (press: HomePress): Promise<ActionResult> => {
    const { as, view_id, block_id, action_id, value, form = [] } = press
    const tab = state.homeTab(as)
    const controls = tab?.id === view_id ? controlsIn(tab.home.blocks) : []
    const pressed = controls.find((each) => each.block_id === block_id && each.element.action_id === action_id)
    if (tab === undefined || pressed === undefined)
      return { notice: 'This page has changed. Check it, then click again.' }
    // No channel, no message and no response URL: a Home tab changes by being published again.
    const fields = {
      container: { type: 'view', view_id },
      view: { ...homePayload(tab), state: statePayload(controls, form) },
      actions: [{ action_id, block_id, ...valuePayload(pressed.element, value), action_ts: actionTs() }],
    }
    return resultOf(await interact('block_actions', press, undefined, fields))
  }

  return {
    async send(action) {
      const { as, channel, text, thread_ts } = action
      const [, name] = /^(\/\S*)/.exec(text.trim()) ?? []
      if (state.channel(channel)?.has(as) === false) throw new ApiError('channel_not_found')
      if (text.trim() === '') return {}
      if (name === undefined) {
        const typed = escapeTyped(text.trim(), state, false)
        const user = state.persona(as).id
        const message = state.add({ channel, user, text: typed, ...(thread_ts && { thread_ts }) })
        return deliverMessage(message, action.copies)
      }
      if (name === '/invite' && new RegExp(`@(${bot.name}|${bot.id})\\b`, 'i').test(text)) {
        if (state.channel(channel)?.hasBot) return notify(as, channel, `${bot.realName} is already in this channel.`)
        state.join(channel)
        state.add({ channel, user: bot.id, text: `was added to the channel by <@${as}>.` })
        return {}
      }
      if (!commands.includes(name)) return notify(as, channel, `${name} is not a valid command.`)
      if (thread_ts) return notify(as, channel, `${name} is not supported in threads. Sorry!`)
      return runCommand(action, name)
    },

    press: async (press) => ('view_id' in press ? pressInHome(press) : pressOnMessage(press)),

    async submit(action) {
      const { as, view_id, form } = action
      const view = state.viewOf(as)
      if (view?.id !== view_id) return { notice: 'This dialog is no longer open.' }
      const errors: Record<string, string> = {}
      for (const block of view.modal.blocks) {
        if (block.type !== 'input') continue
        const { block_id = '', optional } = block
        const value = form.find((each) => each.block_id === block_id)?.value ?? ''
        if (value === '' && !optional) errors[block_id] = 'Please complete this required field.'
      }
      if (Object.keys(errors).length > 0) return { errors }
      const submitted = { ...modalPayload(view), state: statePayload(controlsIn(view.modal.blocks), form) }
      const ack = await interact('view_submission', action, view.channel, { view: submitted, response_urls: [] })
      const answer = ack.kind === 'failed' ? undefined : submissionAnswer(ack.body)
      if (answer === undefined) return submissionFailed
      if (answer.response_action === 'errors') return { errors: answer.errors }
      state.closeView(view)
      return {}
    },

    async dismiss({ as, view_id }) {
      const view = state.viewOf(as)
      if (view?.id === view_id) state.closeView(view)
      return {}
    },

    openTab: (action) => events.tabOpened(action),
  }
}
