import { z } from 'zod'
import type { Element, InputElement } from './block-kit.ts'
import { ApiError, contentOf, validOr } from './content.ts'
import type { Deliver } from './deliveries.ts'
import type { Origin, ResponseUrls, Triggers } from './grants.ts'
import { jsonOf } from './http.ts'
import { wireMessage, wireView } from './methods.ts'
import { bot, slackbot, team } from './people.ts'
import type { Message, State } from './state.ts'
import { escapeTyped } from './typed.ts'
import { check } from './validate.ts'

const words = z.string().max(40_000)
const entered = z.array(z.object({ block_id: words, action_id: words, value: words })).max(200)
const who = { as: words, copies: z.int().positive().optional() }

/** What people do, as the page sends it: `as` is who does it, `copies` how often the delivery travels, as Slack's may. */
export const deeds = {
  say: z.object({ ...who, channel: words, text: words, thread_ts: words.optional() }),
  /** `value` is the option chosen in a select; `entered` is what stands in every input and select around. */
  press: z.object({
    ...who,
    channel: words,
    ts: words,
    block_id: words,
    action_id: words,
    value: words.optional(),
    entered: entered.default([]),
  }),
  submit: z.object({ ...who, view_id: words, entered }),
  dismiss: z.object({ ...who, view_id: words }),
}
type Deed<K extends keyof typeof deeds> = z.input<(typeof deeds)[K]>
type Entered = z.infer<typeof entered>

/** What came of it: what the person is told, if anything, and messages by `block_id` of a modal. */
export interface Outcome {
  readonly told?: string
  readonly errors?: Readonly<Record<string, string>>
}

/** What people can do in the workspace; each is what a click or an Enter in Slack's client does. */
export interface Interactions {
  /** Sends a message or, from a slash on, a command. */
  say(deed: Deed<'say'>): Promise<Outcome>
  /** Presses a button or chooses in a select. */
  press(deed: Deed<'press'>): Promise<Outcome>
  /** Submits a modal, which stays open when the app or an input's own rules refuse it. */
  submit(deed: Deed<'submit'>): Promise<Outcome>
  /** Closes a modal without submitting it. */
  dismiss(deed: Deed<'dismiss'>): Promise<Outcome>
  /** Does what an app posted to a response URL, or acknowledged a command with. Throws `ApiError`. */
  respond(origin: Origin, payload: unknown): void
}

const responseSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
})

const viewAnswerSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('clear') }),
])

/** An app's answer to a submitted modal, where an empty one closes it; undefined when Slack would not understand it. */
function viewAnswerOf(body: string): z.infer<typeof viewAnswerSchema> | undefined {
  try {
    return body.trim() === '' ? { response_action: 'clear' } : viewAnswerSchema.parse(jsonOf(body))
  } catch (error) {
    if (error instanceof ApiError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** What was pressed or entered, as an action or an entry of `state.values` carries it. */
function given(element: Element | InputElement, value: string | undefined): Record<string, unknown> {
  const { type } = element
  if (type === 'button') return { type, text: element.text, ...(element.value && { value: element.value }) }
  if (type === 'plain_text_input') return { type, value: value || null }
  if (type === 'conversations_select') return { type, selected_conversation: value || null }
  return { type, selected_option: element.options.find((option) => option.value === value) ?? null }
}

interface Placed<E> {
  readonly block_id: string
  readonly element: E
}

function elementsOf(blocks: Message['blocks'] = []): Placed<Element>[] {
  return blocks.flatMap((block) => {
    const block_id = block.block_id ?? ''
    if (block.type === 'actions') return block.elements.map((element) => ({ block_id, element }))
    return block.type === 'section' && block.accessory ? [{ block_id, element: block.accessory }] : []
  })
}

function stateOf(elements: readonly Placed<Element | InputElement>[], all: Entered) {
  const values: Record<string, Record<string, unknown>> = {}
  for (const { block_id, element } of elements) {
    if (element.type === 'button') continue
    const { action_id = '' } = element
    const found = all.find((each) => each.block_id === block_id && each.action_id === action_id)
    values[block_id] = { ...values[block_id], [action_id]: given(element, found?.value) }
  }
  return { values }
}

/** The interactions of this workspace. `url` makes an address of a path; `commands` are the slash commands that the app has. */
export function createInteractions(deps: {
  readonly state: State
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly deliver: Deliver
  readonly url: (path: string) => string
  readonly commands: readonly string[]
  readonly now: () => number
}): Interactions {
  const { state, triggers, responseUrls, deliver, url, commands, now } = deps
  const app = { token: 'local-workspace', api_app_id: bot.appId }
  const personaOf = (id: string) => {
    const person = state.personas.find((each) => each.id === id)
    if (person === undefined) throw new ApiError('user_not_found')
    return person
  }
  const responseUrl = (origin: Origin) => url(`/response/${responseUrls.issue(origin)}`)
  const tell = (viewer: string, channel: string, text: string): Outcome => {
    state.add({ channel, user: slackbot.id, viewer, text })
    return { told: text }
  }
  const interaction = (type: string, as: string) => {
    const { id, name } = personaOf(as)
    const user = { id, username: name, name, team_id: team.id }
    return { type, ...app, team, enterprise: null, is_enterprise_install: false, user, trigger_id: triggers.issue(id) }
  }

  const respond = (origin: Origin, payload: unknown) => {
    const given = validOr(check(responseSchema, payload), 'invalid_payload')
    const { response_type, replace_original, delete_original, thread_ts, ...said } = given
    const original = origin.ts === undefined ? undefined : state.find(origin.channel, origin.ts)
    if (delete_original) return original && state.remove(original)
    const content = contentOf(said)
    if (replace_original && original !== undefined) {
      const { blocks: _, ...rest } = original
      return state.replace({ ...rest, ...content })
    }
    const viewer = response_type === 'in_channel' ? {} : { viewer: origin.user }
    state.add({ channel: origin.channel, user: bot.id, ...content, ...viewer, ...(thread_ts && { thread_ts }) })
  }

  const command = async ({ as, channel, text, copies }: Deed<'say'>, name: string): Promise<Outcome> => {
    const origin = { user: as, channel }
    const failed = (error: string) => tell(as, channel, `${name} failed with the error "${error}"`)
    const fields = {
      ...app,
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel,
      channel_name: state.channel(channel)?.name ?? '',
      user_id: as,
      user_name: personaOf(as).name,
      command: name,
      text: escapeTyped(text.trim().slice(name.length).trim(), state, true),
      is_enterprise_install: 'false',
      response_url: responseUrl(origin),
      trigger_id: triggers.issue(as),
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

  /** Tells the app of a message that it hears: plain words in its direct messages, elsewhere those that mention it. */
  const event = async ({ as, copies }: Deed<'say'>, message: Message): Promise<Outcome> => {
    const channel = state.channel(message.channel)
    const direct = channel?.partner !== undefined
    if (!direct && !message.text.includes(`<@${bot.id}>`)) return {}
    if (channel?.hasBot !== true) {
      return tell(
        as,
        message.channel,
        `You mentioned @${bot.realName}, who is not in this channel: /invite @${bot.realName}`,
      )
    }
    const { user, text, ts, thread_ts } = message
    const said = { user, text, ts, channel: channel.id, event_ts: ts, team: team.id, ...(thread_ts && { thread_ts }) }
    const ack = await deliver(
      {
        ...app,
        type: 'event_callback',
        team_id: team.id,
        event: direct ? { type: 'message', channel_type: 'im', ...said } : { type: 'app_mention', ...said },
        event_id: `Ev${ts.replace('.', '')}`,
        event_time: Math.floor(Number(ts)),
        authorizations: [{ enterprise_id: null, team_id: team.id, user_id: bot.id, is_bot: true }],
      },
      copies,
    )
    return ack.kind === 'acked' ? {} : { told: `${bot.realName} did not answer (${ack.error}).` }
  }

  return {
    respond,

    async say(deed) {
      const { as, channel, text, thread_ts } = deed
      const [, name] = /^(\/\S*)/.exec(text.trim()) ?? []
      if (text.trim() === '') return {}
      if (name === undefined) {
        const said = escapeTyped(text.trim(), state, false)
        const message = state.add({ channel, user: personaOf(as).id, text: said, ...(thread_ts && { thread_ts }) })
        return event(deed, message)
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

    async press({ as, channel, ts, block_id, action_id, value, entered = [], copies }) {
      const message = state.find(channel, ts)
      const elements = elementsOf(message?.blocks)
      const found = elements.find((each) => each.block_id === block_id && each.element.action_id === action_id)
      if (message === undefined || found === undefined || (message.viewer ?? as) !== as)
        return { told: 'This message has changed. Look again before you press.' }
      const is_ephemeral = message.viewer !== undefined
      const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }
      const payload = {
        ...interaction('block_actions', as),
        container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral, ...thread },
        channel: { id: channel, name: state.channel(channel)?.name },
        // Slack leaves the message out of actions on messages that only one person sees.
        ...(is_ephemeral ? {} : { message: wireMessage(message) }),
        state: stateOf(elements, entered),
        response_url: responseUrl({ user: as, channel, ts }),
        actions: [{ action_id, block_id, ...given(found.element, value), action_ts: (now() / 1000).toFixed(6) }],
      }
      const ack = await deliver(new URLSearchParams({ payload: JSON.stringify(payload) }), copies)
      return ack.kind === 'acked' ? {} : { told: `${bot.realName} did not answer (${ack.error}).` }
    },

    async submit({ as, view_id, entered, copies }) {
      const view = state.viewOf(as)
      if (view?.id !== view_id) return { told: 'This dialog is no longer open.' }
      const inputs = view.modal.blocks.flatMap((block) => (block.type === 'input' ? [block] : []))
      const errors: Record<string, string> = {}
      for (const { block_id = '', element, optional } of inputs) {
        const value = entered.find((each) => each.block_id === block_id)?.value ?? ''
        const least = element.type === 'plain_text_input' ? (element.min_length ?? 0) : 0
        if (value === '' && !optional) errors[block_id] = 'Please complete this required field.'
        else if (value !== '' && value.length < least) errors[block_id] = `Please enter at least ${least} characters.`
      }
      if (Object.keys(errors).length > 0) return { errors }
      const placed = inputs.map(({ block_id = '', element }) => ({ block_id, element }))
      const submitted = { ...wireView(view), state: stateOf(placed, entered) }
      const payload = { ...interaction('view_submission', as), view: submitted, response_urls: [] }
      const ack = await deliver(new URLSearchParams({ payload: JSON.stringify(payload) }), copies)
      const trouble = { told: 'We had some trouble connecting. Try again?' }
      if (ack.kind === 'failed') return trouble
      const answer = viewAnswerOf(ack.body)
      if (answer === undefined) return trouble
      if (answer.response_action === 'errors') return { errors: answer.errors }
      state.closeView(view)
      return {}
    },

    async dismiss({ as, view_id }) {
      const view = state.viewOf(as)
      if (view?.id === view_id) state.closeView(view)
      return {}
    },
  }
}
