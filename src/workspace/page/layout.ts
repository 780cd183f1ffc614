import { bot, directChannelOf, type Persona } from '../people.ts'
import type { Channel, Message, State } from '../state.ts'
import { type Html, html } from './html.ts'
import type { Renderer } from './render.ts'

/** What one page shows: who looks, at which channel, with which thread beside it. */
export interface Place {
  readonly viewer: Persona
  readonly channel: Channel
  readonly thread: string | undefined
}

const shownMessages = 100
const inviteHint = html`${bot.realName} is not in this channel. Type <code>/invite @${bot.realName}</code> to add it.`
const emptyHint = html`Nothing here yet. Type <code>/sparkify help</code> to see what the bot can do.`
const cutHint = html`Only the newest ${shownMessages} messages are shown.`

const composer = (label: string, channel: string, thread = '') => html`
<form class="composer" data-channel="${channel}" data-thread="${thread}">
<textarea rows="1" aria-label="${label}" placeholder="${label}" enterkeyhint="send" maxlength="40000"></textarea>
<button class="button primary">Send</button></form>`

function sidebar(state: State, { viewer, channel }: Place): Html {
  const item = (each: Channel, label: string) => {
    const href = `/?${new URLSearchParams({ as: viewer.id, in: each.id })}`
    const last = state.messages(each.id, viewer.id).at(-1)?.ts
    const current = each === channel && html` aria-current="page"`
    return html`<li><a href="${href}" data-channel="${each.id}" data-last="${last}"${current}>${label}</a></li>`
  }
  const channels = state.channels().filter((each) => each.partner === undefined)
  const direct = state.channels().filter((each) => each.id === directChannelOf(viewer.id))
  const people = state.personas.map((each) => {
    const selected = each === viewer && html` selected`
    return html`<option value="${each.id}"${selected}>${each.realName}, ${each.part}</option>`
  })
  return html`<nav class="sidebar" aria-label="Workspace"><h1>Sparkify <small>local workspace</small></h1>
<h2>Channels</h2><ul>${channels.map((each) => item(each, `# ${each.name}`))}</ul>
<h2>Direct messages</h2><ul>${direct.map((each) => item(each, `✦ ${bot.realName}`))}</ul>
<label class="who">You are <select data-persona aria-label="You are">${people}</select></label></nav>`
}

/** The whole document for one place. `version` tells the script whether anything has changed since. */
export function pageOf(state: State, renderer: Renderer, place: Place, version: string, banner?: string): Html {
  const { viewer, channel, thread } = place
  const name = channel.partner === undefined ? `#${channel.name}` : bot.realName
  const all = state.messages(channel.id, viewer.id)
  const top = all.filter((message) => message.thread_ts === undefined)
  const parent = all.find((message) => message.ts === thread)
  const view = state.viewOf(viewer.id)
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
  const close = `/?${new URLSearchParams({ as: viewer.id, in: channel.id })}`
  const side =
    parent &&
    html`<aside class="thread" aria-label="Thread"><header><h2>Thread</h2>
<a class="button" href="${close}" aria-label="Close thread">Close</a></header>
${list(parent.ts, 'Thread', beside)}${composer(`Reply, or @${bot.realName} …`, channel.id, parent.ts)}</aside>`
  const hint = !channel.hasBot ? inviteHint : top.length === 0 ? emptyHint : top.length > shownMessages && cutHint
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name} · Sparkify</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page/style.css"><script type="module" src="/page/client.js"></script></head>
<body data-as="${viewer.id}" data-version="${version}"><a class="skip" href="#composer">Skip to the message box</a>
${sidebar(state, place)}<main><header><h2>${name}</h2><p>${channel.topic}</p></header>
${banner && html`<p class="banner">${banner}</p>`}<p class="connection" role="status" hidden></p>
<p class="skip" aria-live="polite"></p>
${list('main', `Messages in ${name}`, messages)}<p class="hint">${hint}</p>
<div id="composer">${composer(`Message ${name}, or /sparkify …`, channel.id)}</div></main>${side}
${view && renderer.modal(view, viewer)}</body></html>`
}
