import { includesRole, type Role } from '../../core/people.ts'
import type { PostedMessage } from '../journal.ts'
import { affiliationOf, bot, directChannelOf, type Persona } from '../personas.ts'
import type { WorkspaceChannel, WorkspaceState } from '../workspace-state.ts'
import { type Html, html } from './html.ts'
import { homeTabHtml, hrefOf, messageHtml, modalHtml, type PageReader, pageReaderOf } from './message-html.ts'

/** A command that the page suggests while one types. */
export interface CommandHint {
  /** As it is typed: `/sparkify top-songs`. */
  readonly text: string
  readonly summary: string
  /** The role that it needs. */
  readonly role: Role
}

/** What one page shows: a person's view of a channel, perhaps with a thread next to it, or of the app's Home tab. */
interface Location {
  readonly viewer: Persona
  readonly channel: WorkspaceChannel
  readonly thread: string | undefined
  /** The tab of the app, in the viewer's direct messages with it; undefined anywhere else. */
  readonly tab: 'home' | 'messages' | undefined
}

/** The location that an address names: `as` a person, `in` a channel, with a `thread` or a `tab`. Undefined in an empty workspace. */
export function locationOf(state: WorkspaceState, wanted: URLSearchParams): Location | undefined {
  const viewer = state.personas.find((each) => each.id === wanted.get('as')) ?? state.personas[0]
  if (viewer === undefined) return undefined
  const named = state.channel(wanted.get('in') ?? '')
  // Direct messages belong to one person: a change of person there leads to that person's own.
  const own = named?.partner === undefined ? named : state.channel(directChannelOf(viewer.id))
  const channel = own?.has(viewer.id) ? own : channelsOf(state, viewer)[0]
  const appTab = wanted.get('tab') === 'home' ? 'home' : 'messages'
  const tab = channel?.partner === undefined ? undefined : appTab
  return channel && { viewer, channel, thread: wanted.get('thread') ?? undefined, tab }
}

/** What a page shows that is not state of the workspace. The script compares `version` to see whether anything has changed. */
interface PageFrame {
  readonly version: string
  readonly banner: string | undefined
  readonly hints: readonly CommandHint[]
  readonly now: Date
}

/** The whole document for one location. */
export function pageHtml(state: WorkspaceState, location: Location, { version, banner, hints, now }: PageFrame): Html {
  const { viewer, channel, tab } = location
  const reader = pageReaderOf(state, viewer, now)
  const { main, beside } =
    tab === 'home'
      ? { main: html`${homeTabHtml(state.homeTab(viewer.id), reader)}${progressLine}` }
      : conversation(state, location, reader, hints)
  const view = state.viewOf(viewer.id)
  const name = nameOf(channel)
  const below = tab === undefined ? html`<p>${topicOf(channel)}</p>` : tabs(state, location)
  const skip = tab !== 'home' && html`<a class="unseen skip" href="#composer">Skip to the message box</a>`
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name} · Sparkify</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page/style.css"><script type="module" src="/page/client.js"></script></head>
<body inert data-as="${viewer.id}" data-bot="${bot.name}" data-version="${version}" data-tab="${tab}">${skip}
${sidebar(state, location)}<main><header><h1>${name}</h1>${below}</header>
${banner && html`<p class="banner">${banner}</p>`}<p class="connection" role="status" hidden></p>
<p class="unseen" aria-live="polite"></p>
${main}</main>${beside}${view && modalHtml(view, reader)}</body></html>`
}

function nameOf({ partner, name }: WorkspaceChannel): string {
  return partner === undefined ? `#${name}` : bot.realName
}

function topicOf({ topic, shared }: WorkspaceChannel): string {
  if (shared === undefined) return topic
  return `${shared.pending === true ? 'Invited to share' : 'Shared'} with ${shared.with.name} · ${topic}`
}

/** The channels that a person is in. */
function channelsOf(state: WorkspaceState, { id }: Persona): readonly WorkspaceChannel[] {
  return state.channels().filter((each) => each.partner === undefined && each.has(id))
}

function labelOf({ name, kind, shared }: WorkspaceChannel): string {
  return `${kind === 'public' ? '#' : '🔒'} ${name}${shared === undefined ? '' : ' ⇄'}`
}

const current = (isCurrent: boolean) => isCurrent && html` aria-current="page"`

function sidebar(state: WorkspaceState, { viewer, channel }: Location): Html {
  const item = (each: WorkspaceChannel, label: string, tab?: 'home') => {
    const last = state.messages(each.id, viewer.id).at(-1)?.ts
    return html`<li><a href="${hrefOf(viewer, each.id, tab && { tab })}" data-channel="${each.id}" data-last="${last}"${current(each === channel)}>${label}</a></li>`
  }
  const direct = state.channels().filter((each) => each.id === directChannelOf(viewer.id))
  const people = state.personas.map((each) => {
    const selected = each === viewer && html` selected`
    return html`<option value="${each.id}"${selected}>${each.realName}, ${affiliationOf(each)}</option>`
  })
  return html`<nav class="sidebar" aria-label="Workspace"><p class="brand">Sparkify <small>local workspace</small></p>
<h2>Channels</h2><ul>${channelsOf(state, viewer).map((each) => item(each, labelOf(each)))}</ul>
<h2>Apps</h2><ul>${direct.map((each) => item(each, `✦ ${bot.realName}`, 'home'))}</ul>
<label class="who">You are <select data-persona disabled>${people}</select></label></nav>`
}

function tabs(state: WorkspaceState, { viewer, channel, tab }: Location): Html {
  const last = state.messages(channel.id, viewer.id).at(-1)?.ts
  return html`<nav class="tabs" aria-label="${bot.realName}"><a href="${hrefOf(viewer, channel.id, { tab: 'home' })}"${current(tab === 'home')}>Home</a>
<a href="${hrefOf(viewer, channel.id)}" data-channel="${channel.id}" data-last="${last}"${current(tab === 'messages')}>Messages</a></nav>`
}

const shownMessages = 100
const inviteHint = html`${bot.realName} is not in this channel. Type <code>/invite @${bot.realName}</code> to add it.`
const emptyHint = html`No messages yet. Type <code>/sparkify help</code> to see the commands.`
const cutHint = html`Only the newest ${shownMessages} messages are shown.`

/** The messages of a channel with a box to type in, and a thread next to it. */
function conversation(
  state: WorkspaceState,
  { viewer, channel, thread }: Location,
  reader: PageReader,
  hints: readonly CommandHint[],
) {
  const name = nameOf(channel)
  const all = state.messages(channel.id, viewer.id)
  const top = all.filter((message) => message.thread_ts === undefined)
  const parent = all.find((message) => message.ts === thread)
  const replies = new Map<string, PostedMessage[]>()
  for (const message of all) {
    const { thread_ts } = message
    if (thread_ts !== undefined) replies.set(thread_ts, [...(replies.get(thread_ts) ?? []), message])
  }
  const messages = top
    .slice(-shownMessages)
    .map((message) => messageHtml(message, reader, replies.get(message.ts)?.length ?? 0))
  const hint = !channel.hasBot ? inviteHint : top.length === 0 ? emptyHint : top.length > shownMessages && cutHint
  const mentions = mentionsFor(state, viewer)
  const invite = { text: `/invite @${bot.realName}`, summary: 'Adds the bot to this channel' }
  const commands = [...hints.filter(({ role }) => includesRole(viewer.role, role)), ...(channel.hasBot ? [] : [invite])]
  const inThread = parent === undefined ? [] : [parent, ...(replies.get(parent.ts) ?? [])]
  return {
    main: html`${messageList('main', `Messages in ${name}`, messages)}<p class="hint">${hint}</p>
<div id="composer">${composer(`Message ${name} or /sparkify`, channel, [...commands, ...mentions])}</div>`,
    beside:
      parent &&
      html`<aside class="thread" aria-label="Thread"><header><h2>Thread</h2>
<a class="button" href="${hrefOf(viewer, channel.id)}" aria-label="Close thread">Close</a></header>
${messageList(
  parent.ts,
  'Messages in the thread',
  inThread.map((message) => messageHtml(message, reader)),
)}${composer(`Reply or @${bot.realName}`, channel, mentions, parent.ts)}</aside>`,
  }
}

const progressLine = html`<p class="progress" role="status" hidden>${bot.realName} is working…</p>`

function messageList(key: string, label: string, messages: readonly Html[]): Html {
  return html`
<div class="messages" data-list="${key}" role="log" aria-live="off" aria-label="${label}" tabindex="0">${messages}</div>
<div class="below"><button type="button" class="button jump" data-jump hidden>Jump to latest ↓</button></div>${progressLine}`
}

/** Text that can be completed, and what it means. */
interface Completion {
  readonly text: string
  readonly summary: string
}

function mentionsFor(state: WorkspaceState, viewer: Persona): readonly Completion[] {
  const people = [bot, ...state.personas].map(({ name, realName }) => ({ text: `@${name}`, summary: realName }))
  const channels = channelsOf(state, viewer).map((each) => ({ text: `#${each.name}`, summary: topicOf(each) }))
  return [...people, ...channels]
}

/** A box to type in, with all of its suggestions: the page's script shows those that fit. */
function composer(label: string, channel: WorkspaceChannel, options: readonly Completion[], thread = ''): Html {
  const id = thread === '' ? 'suggestions' : 'thread-suggestions'
  const list = options.map(
    ({ text, summary }, n) => html`<li role="option" id="${id}-${n}" aria-selected="false" hidden
data-match="${text.toLowerCase().replaceAll('-', ' ')}" data-insert="${text} "><b>${text}</b> <small>${summary}</small></li>`,
  )
  return html`
<form class="composer" data-channel="${channel.id}" data-thread="${thread}"${channel.partner !== undefined && html` data-direct`}>
<ul role="listbox" class="suggestions" id="${id}" aria-label="Suggestions" hidden>${list}</ul>
<textarea rows="1" aria-label="${label}" placeholder="${label}" aria-autocomplete="list" aria-haspopup="listbox" aria-controls="${id}" enterkeyhint="send" maxlength="40000" readonly></textarea>
<button class="button primary">Send</button></form>`
}
