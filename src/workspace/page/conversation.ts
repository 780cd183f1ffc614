import type { Message } from '../entries.ts'
import { bot } from '../people.ts'
import type { State } from '../state.ts'
import { type Html, html } from './html.ts'
import { type Content, hrefOf, type Place } from './layout.ts'
import type { Renderer } from './render.ts'

const shownMessages = 100
const inviteHint = html`${bot.realName} is not in this channel. Type <code>/invite @${bot.realName}</code> to add it.`
const emptyHint = html`Nothing here yet. Type <code>/sparkify help</code> to see what the bot can do.`
const cutHint = html`Only the newest ${shownMessages} messages are shown.`

const composer = (label: string, channel: string, thread = '') => html`
<form class="composer" data-channel="${channel}" data-thread="${thread}">
<textarea rows="1" aria-label="${label}" placeholder="${label}" enterkeyhint="send" maxlength="40000" readonly></textarea>
<button class="button primary">Send</button></form>`

/** The messages of a channel with a box to type in, and beside them a thread, if the place has one. */
export function conversationOf(state: State, renderer: Renderer, { viewer, channel, thread }: Place): Content {
  const name = channel.partner === undefined ? `#${channel.name}` : bot.realName
  const all = state.messages(channel.id, viewer.id)
  const top = all.filter((message) => message.thread_ts === undefined)
  const parent = all.find((message) => message.ts === thread)
  const replies = new Map<string, Message[]>()
  for (const message of all) {
    const { thread_ts } = message
    if (thread_ts !== undefined) replies.set(thread_ts, [...(replies.get(thread_ts) ?? []), message])
  }
  const list = (key: string, label: string, messages: readonly Html[]) => html`
<div class="messages" data-list="${key}" role="log" aria-live="off" aria-label="${label}" tabindex="0">${messages}</div>`
  const inThread = parent === undefined ? [] : [parent, ...(replies.get(parent.ts) ?? [])]
  const beside = inThread.map((message) => renderer.message(message, viewer, undefined))
  const main = top.slice(-shownMessages)
  const messages = main.map((message) => renderer.message(message, viewer, replies.get(message.ts)?.length ?? 0))
  const hint = !channel.hasBot ? inviteHint : top.length === 0 ? emptyHint : top.length > shownMessages && cutHint
  return {
    main: html`${list('main', `Messages in ${name}`, messages)}<p class="hint">${hint}</p>
<div id="composer">${composer(`Message ${name}, or /sparkify …`, channel.id)}</div>`,
    beside:
      parent &&
      html`<aside class="thread" aria-label="Thread"><header><h2>Thread</h2>
<a class="button" href="${hrefOf(viewer, channel.id)}" aria-label="Close thread">Close</a></header>
${list(parent.ts, 'Thread', beside)}${composer(`Reply, or @${bot.realName} …`, channel.id, parent.ts)}</aside>`,
  }
}
