import { type AnyBlock, type Element, type InputElement, timeOfDay } from './block-kit.ts'
import type { PostedMessage, PublishedHome } from './journal.ts'
import { bot, team } from './personas.ts'
import type { FormState } from './user-actions.ts'
import type { OpenModal, WorkspaceState } from './workspace-state.ts'

/** How every payload names the app. */
export const app = { token: 'local-workspace', api_app_id: bot.appId } as const

/** A message as Slack sends it. */
export function messagePayload({
  channel: _,
  viewer: __,
  answers: ___,
  ...message
}: PostedMessage): Record<string, unknown> {
  const author = message.user === bot.id ? { bot_id: bot.botId, app_id: bot.appId } : {}
  return { type: 'message', team: team.id, ...author, ...message }
}

function viewPayload(id: string): Record<string, unknown> {
  const ids = { id, team_id: team.id, app_id: bot.appId, app_installed_team_id: team.id, bot_id: bot.botId }
  const fields = {
    private_metadata: '',
    callback_id: '',
    external_id: '',
    clear_on_close: false,
    notify_on_close: false,
  }
  const empty = { state: { values: {} }, root_view_id: id, previous_view_id: null, submit: null, close: null }
  return { ...ids, ...fields, ...empty }
}

/** An open modal as Slack sends it. */
export function modalPayload({ id, modal }: OpenModal): Record<string, unknown> {
  return { ...viewPayload(id), hash: `${id}.1`, ...modal }
}

/** A Home tab as Slack sends it (https://docs.slack.dev/reference/events/app_home_opened). */
export function homePayload({ id, hash, home }: PublishedHome): Record<string, unknown> {
  // A Home tab has no title; Slack sends this one all the same.
  const title = { type: 'plain_text', text: 'View Title', emoji: true }
  return { ...viewPayload(id), title, hash, ...home }
}

/** An interactive element and the id of its block. */
export interface Control {
  readonly block_id: string
  readonly element: Element | InputElement
}

/** Everything that can be pressed, chosen or filled in. */
export function controlsIn(blocks: readonly AnyBlock[]): readonly Control[] {
  return blocks.flatMap((block): Control[] => {
    const block_id = block.block_id ?? ''
    if (block.type === 'actions') return block.elements.map((element) => ({ block_id, element }))
    if (block.type === 'data_table') {
      return block.rows
        .flat()
        .flatMap((cell) => (cell.type === 'action_cell' ? [{ block_id, element: cell.element }] : []))
    }
    if (block.type === 'input') return [{ block_id, element: block.element }]
    return block.type === 'section' && block.accessory ? [{ block_id, element: block.accessory }] : []
  })
}

/** A value as an action or an entry of `state.values` carries it. */
export function valuePayload(element: Element | InputElement, value: string | undefined): Record<string, unknown> {
  const { type } = element
  switch (type) {
    case 'button':
      return { type, text: element.text, ...(element.value && { value: element.value }) }
    case 'plain_text_input':
      return { type, value: value || null }
    case 'conversations_select':
      return { type, selected_conversation: value || null }
    case 'timepicker':
      return { type, selected_time: timeOfDay.safeParse(value).data ?? null }
    case 'static_select':
    case 'overflow':
      return { type, selected_option: element.options.find((option) => option.value === value) ?? null }
  }
}

/** `state` of a payload: the values of the elements that keep one, which buttons and overflow menus do not. */
export function statePayload(
  controls: readonly Control[],
  form: FormState,
): { readonly values: Record<string, object> } {
  const values: Record<string, Record<string, unknown>> = {}
  for (const { block_id, element } of controls) {
    if (element.type === 'button' || element.type === 'overflow') continue
    const { action_id = '' } = element
    const found = form.find((each) => each.block_id === block_id && each.action_id === action_id)
    values[block_id] = { ...values[block_id], [action_id]: valuePayload(element, found?.value) }
  }
  return { values }
}

/**
 * Typed text as Slack's client sends it: `&`, `<`, `>` escaped; known `@people` and `#channels` as ids, links in angle brackets.
 * In slash commands people carry their name too (`should_escape`, https://docs.slack.dev/interactivity/implementing-slash-commands).
 */
export function escapeTyped(typed: string, state: WorkspaceState, inCommand: boolean): string {
  const people = [...state.personas, bot]
  return typed
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<=^|[\s(])@([\w.-]+)/g, (mention, name: string) => {
      if (['here', 'channel', 'everyone'].includes(name)) return `<!${name}>`
      const person = people.find((each) => each.name === name.toLowerCase())
      if (person === undefined) return mention
      return inCommand ? `<@${person.id}|${person.name}>` : `<@${person.id}>`
    })
    .replace(/(?<=^|[\s(])#([\w-]+)/g, (mention, name: string) => {
      const channel = state.channels().find((each) => each.partner === undefined && each.name === name.toLowerCase())
      return channel === undefined ? mention : `<#${channel.id}|${channel.name}>`
    })
    .replace(/https?:\/\/[^\s<>|]+/g, (link) => `<${link}>`)
}
