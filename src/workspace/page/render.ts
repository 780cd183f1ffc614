import { setImmediate } from 'node:timers/promises'
import type { AnyBlock } from '../block-kit.ts'
import type { HomeTab, Message } from '../entries.ts'
import { bot, type Persona, standingOf } from '../people.ts'
import type { State, View } from '../state.ts'
import { createBlockRenderer } from './blocks.ts'
import { saidAt } from './dates.ts'
import { type Html, html } from './html.ts'
import { richTextOf } from './mrkdwn.ts'
import { displayName, type ReadOnly } from './read-only.ts'
import { remembered } from './remembered.ts'
import { homeList, modalDialog } from './views.ts'

/** Makes markup of messages, modals and Home tabs, as one person sees them. */
export interface Renderer {
  /** A message in the channel links to its thread with the number of its `replies`; in the thread itself it has none. */
  message(message: Message, viewer: Persona, replies: number | undefined): Html
  modal(view: View, viewer: Persona): Html
  home(tab: HomeTab | undefined, viewer: Persona): Html
  /** Renders these ahead, one at a time, so that nothing else in the process waits for a long page. */
  prepare(what: readonly Message[] | HomeTab, viewer: Persona): Promise<void>
}

/**
 * The renderer of this state. A message that the library cannot render shows its plain text instead, a block of a Home tab says
 * that it cannot be shown.
 */
export function createRenderer(state: State, readOnly: ReadOnly): Renderer {
  const block = createBlockRenderer(readOnly)
  const channels = state.channels().filter(({ partner, archived }) => partner === undefined && !archived)
  const nowhere = { channels, current: undefined }

  const body = (message: Message, tz: string): Html => {
    try {
      if (message.blocks !== undefined) return html`${message.blocks.map((each) => block(each, tz, nowhere))}`
      return message.text === '' ? html`` : readOnly(richTextOf({ type: 'mrkdwn', text: message.text }), tz)
    } catch {
      // Whatever the library stumbled over, the sentence that stands for the message can be read.
      return html`<p class="plain">${message.text}</p>`
    }
  }
  const inHome = (each: AnyBlock, tz: string): Html => {
    try {
      return block(each, tz, nowhere)
    } catch {
      return html`<p class="plain">This part cannot be shown here.</p>`
    }
  }
  // Rendering takes 1 to 7 ms for each message or block.
  const messages = remembered((message: Message, tz) => ({ said: saidAt(message.ts, tz), body: body(message, tz) }))
  const homeBlocks = remembered(inHome)

  const threadLink = (message: Message, viewer: Persona, replies: number): Html => {
    const href = `/?${new URLSearchParams({ as: viewer.id, in: message.channel, thread: message.ts })}`
    const words = replies === 0 ? 'Reply in thread' : replies === 1 ? '1 reply' : `${replies} replies`
    return html`<a class="replies ${replies === 0 ? 'none' : ''}" href="${href}">${words}</a>`
  }

  return {
    message(message, viewer, replies) {
      const name = displayName(state, message.user)
      const author = state.personas.find(({ id }) => id === message.user)
      const isVisitor = author !== undefined && (author.from ?? author.guest) !== undefined
      const { said, body } = messages.of(message, viewer.tz)
      const kind = message.user === bot.id ? 'bot' : message.viewer === undefined ? 'person' : 'notice'
      const files = (message.files ?? []).map(
        (
          file,
        ) => html`<a class="file" href="/files/${file.id}/${encodeURIComponent(file.name)}" download><b>${file.title}</b>
<small>${file.size.toLocaleString('en-US')} bytes</small></a>`,
      )
      return html`<article class="message ${kind} ${message.viewer === undefined ? '' : 'ephemeral'}" id="${replies === undefined ? 'thread' : 'channel'}-${message.ts}"
data-ts="${message.ts}" data-channel="${message.channel}" data-day="${said.day}" data-author="${message.user}" data-said="${name}: ${message.text}">
<span class="avatar" aria-hidden="true">${kind === 'bot' ? '✦' : name.slice(0, 1)}</span><div class="said">
<header><b>${name}</b>${kind === 'bot' && html` <small class="badge">app</small>`}${isVisitor && html` <small class="badge">${standingOf(author)}</small>`} <time datetime="${said.iso}">${said.time}</time>
${message.viewer !== undefined && html`<small class="only-you">Only visible to you</small>`}</header>
<div class="body">${body}${files}</div>
${replies !== undefined && message.viewer === undefined && threadLink(message, viewer, replies)}</div></article>`
    },
    async prepare(what, viewer) {
      const ahead = async <K extends object>(all: readonly K[], known: ReturnType<typeof remembered<K, unknown>>) => {
        for (const each of all) {
          if (known.has(each, viewer.tz)) continue
          known.of(each, viewer.tz)
          await setImmediate()
        }
      }
      await ('home' in what ? ahead<AnyBlock>(what.home.blocks, homeBlocks) : ahead(what, messages))
    },
    modal(view, viewer) {
      const choice = { channels, current: view.channel }
      return modalDialog(
        view,
        view.modal.blocks.map((each) => block(each, viewer.tz, choice)),
      )
    },
    home: (tab, viewer) => homeList(tab, (each) => homeBlocks.of(each, viewer.tz)),
  }
}
