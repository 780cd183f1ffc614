import { bot, directChannelOf, type Persona, standingOf } from '../people.ts'
import type { Channel, State } from '../state.ts'
import { type Html, html } from './html.ts'

/** What one page shows: who looks, at which channel, with which thread beside it, or at the app's Home tab. */
export interface Place {
  readonly viewer: Persona
  readonly channel: Channel
  readonly thread: string | undefined
  /** Which of the app's tabs it is, in the viewer's direct messages with it; undefined anywhere else. */
  readonly tab: 'home' | 'messages' | undefined
}

/** What a page consists of beside its frame. */
export interface Content {
  readonly main: Html
  readonly beside?: Html | undefined
}

/** The address of a place. */
export function hrefOf(viewer: Persona, channel: string, tab?: 'home'): string {
  return `/?${new URLSearchParams({ as: viewer.id, in: channel, ...(tab && { tab }) })}`
}

/** The channels that a person sees: those they are in. */
export function channelsOf(state: State, { id }: Persona): readonly Channel[] {
  return state.channels().filter((each) => each.partner === undefined && each.has(id))
}

function labelOf({ name, kind, shared }: Channel): string {
  return `${kind === 'public' ? '#' : '🔒'} ${name}${shared === undefined ? '' : ' ⇄'}`
}

function topicOf({ topic, shared }: Channel): string {
  if (shared === undefined) return topic
  return `${shared.pending === true ? 'To be shared' : 'Shared'} with ${shared.with.name} · ${topic}`
}

function sidebar(state: State, { viewer, channel }: Place): Html {
  const item = (each: Channel, label: string, tab?: 'home') => {
    const last = state.messages(each.id, viewer.id).at(-1)?.ts
    const current = each === channel && html` aria-current="page"`
    return html`<li><a href="${hrefOf(viewer, each.id, tab)}" data-channel="${each.id}" data-last="${last}"${current}>${label}</a></li>`
  }
  const channels = channelsOf(state, viewer)
  const direct = state.channels().filter((each) => each.id === directChannelOf(viewer.id))
  const people = state.personas.map((each) => {
    const selected = each === viewer && html` selected`
    return html`<option value="${each.id}"${selected}>${each.realName}, ${standingOf(each)}</option>`
  })
  return html`<nav class="sidebar" aria-label="Workspace"><h1>Sparkify <small>local workspace</small></h1>
<h2>Channels</h2><ul>${channels.map((each) => item(each, labelOf(each)))}</ul>
<h2>Apps</h2><ul>${direct.map((each) => item(each, `✦ ${bot.realName}`, 'home'))}</ul>
<label class="who">You are <select data-persona disabled aria-label="You are">${people}</select></label></nav>`
}

function tabs(state: State, { viewer, channel, tab }: Place): Html {
  const last = state.messages(channel.id, viewer.id).at(-1)?.ts
  const current = (each: string) => each === tab && html` aria-current="page"`
  return html`<nav class="tabs" aria-label="${bot.realName}"><a href="${hrefOf(viewer, channel.id, 'home')}"${current('home')}>Home</a>
<a href="${hrefOf(viewer, channel.id)}" data-channel="${channel.id}" data-last="${last}"${current('messages')}>Messages</a></nav>`
}

/** The whole document for one place. `version` tells the script whether anything has changed since. */
export function pageOf(
  state: State,
  place: Place,
  { main, beside }: Content,
  modal: Html | undefined,
  version: string,
  banner: string | undefined,
): Html {
  const { viewer, channel, tab } = place
  const name = channel.partner === undefined ? `#${channel.name}` : bot.realName
  const below = tab === undefined ? html`<p>${topicOf(channel)}</p>` : tabs(state, place)
  const skip = tab === 'home' ? html`` : html`<a class="unseen skip" href="#composer">Skip to the message box</a>`
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name} · Sparkify</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page/style.css"><script type="module" src="/page/client.js"></script></head>
<body inert data-as="${viewer.id}" data-version="${version}" data-tab="${tab}">${skip}
${sidebar(state, place)}<main><header><h2>${name}</h2>${below}</header>
${banner && html`<p class="banner">${banner}</p>`}<p class="connection" role="status" hidden></p>
<p class="unseen" aria-live="polite"></p>
${main}</main>${beside}${modal}</body></html>`
}
