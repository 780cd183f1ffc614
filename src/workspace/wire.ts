import type { HomeTab, Message } from './entries.ts'
import { bot, team } from './people.ts'
import type { View } from './state.ts'

/** A message as Slack sends it over the wire. */
export function wireMessage({ channel: _, viewer: __, ...message }: Message): Record<string, unknown> {
  const author = message.user === bot.id ? { bot_id: bot.botId, app_id: bot.appId } : {}
  return { type: 'message', team: team.id, ...author, ...message }
}

function ofView(id: string): Record<string, unknown> {
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

/** An open modal as Slack sends it over the wire. */
export function wireModal({ id, modal }: View): Record<string, unknown> {
  return { ...ofView(id), hash: `${id}.1`, ...modal }
}

/** A Home tab as Slack sends it over the wire (https://docs.slack.dev/reference/events/app_home_opened). */
export function wireHome({ id, hash, home }: HomeTab): Record<string, unknown> {
  // A Home tab has no title; Slack sends this one all the same.
  const title = { type: 'plain_text', text: 'View Title', emoji: true }
  return { ...ofView(id), title, hash, ...home }
}
