import { setImmediate } from 'node:timers/promises'
import type { Block, BlockOf, ShownBlock, TextObject } from '../block-kit.ts'
import { bot, type Persona } from '../people.ts'
import type { Message, State, View } from '../state.ts'
import { control, modalDialog } from './controls.ts'
import { saidAt } from './dates.ts'
import { type Html, html } from './html.ts'
import { richTextOf } from './mrkdwn.ts'
import { displayName, type ReadOnly } from './read-only.ts'
import { tableOf } from './tables.ts'

/** Makes markup of messages and modals, as one person sees them. */
export interface Renderer {
  /** A message in the channel links to its thread with the number of its `replies`; in the thread itself it has none. */
  message(message: Message, viewer: Persona, replies: number | undefined): Html
  modal(view: View, viewer: Persona): Html
  /** Renders these ahead, one at a time, so that nothing else in the process waits for a long page. */
  prepare(messages: readonly Message[], viewer: Persona): Promise<void>
}

const marks = { complete: '✓', in_progress: '●', pending: '○', error: '✗' } as const

/** The renderer of this state. A message that the library cannot render shows its plain text instead. */
export function createRenderer(state: State, readOnly: ReadOnly): Renderer {
  const task = (card: BlockOf<'task_card'>, tz: string): Html => html`<li class="task ${card.status}">
<span class="mark" role="img" aria-label="${card.status.replace('_', ' ')}">${marks[card.status]}</span><div><span class="task-title">${card.title}</span>
${card.details && readOnly(card.details, tz)}${card.output && readOnly(card.output, tz)}</div></li>`

  const block = (each: Block | ShownBlock, tz: string): Html => {
    const read = (text: TextObject) => readOnly(richTextOf(text), tz)
    const id = each.block_id ?? ''
    switch (each.type) {
      case 'section':
        return html`<div class="section"><div class="section-text">${each.text && read(each.text)}
${each.fields && html`<div class="fields">${each.fields.map((field) => html`<div>${read(field)}</div>`)}</div>`}</div>
${each.accessory && control(each.accessory, id)}</div>`
      case 'context':
        return html`<div class="context">${each.elements.map((element) => html`<div>${read(element)}</div>`)}</div>`
      case 'actions':
        return html`<div class="actions">${each.elements.map((element) => control(element, id))}</div>`
      case 'table':
      case 'data_table':
        return tableOf(each, (cell) => readOnly(cell, tz))
      case 'plan': {
        const tasks = each.tasks ?? []
        const done = tasks.filter((card) => card.status === 'complete').length
        return html`<details class="plan" data-key="${id}" open><summary><span>${each.title}</span> <small>${done} of ${tasks.length} steps</small></summary>
<ol>${tasks.map((card) => task(card, tz))}</ol></details>`
      }
      case 'task_card':
        return html`<ol class="plan">${task(each, tz)}</ol>`
      case 'header':
      case 'divider':
      case 'rich_text':
      case 'data_visualization':
        return readOnly(each, tz)
    }
  }

  const body = (message: Message, tz: string): Html => {
    try {
      if (message.blocks !== undefined) return html`${message.blocks.map((each) => block(each, tz))}`
      return message.text === '' ? html`` : readOnly(richTextOf({ type: 'mrkdwn', text: message.text }), tz)
    } catch {
      // Whatever the library stumbled over, the sentence that stands for the message can be read.
      return html`<p class="plain">${message.text}</p>`
    }
  }

  // Messages are replaced, never changed, so what was rendered once (1 to 7 ms) stands as long as the message does.
  const known = new WeakMap<Message, Map<string, ReturnType<typeof render>>>()
  const render = (message: Message, tz: string) => ({ said: saidAt(message.ts, tz), body: body(message, tz) })
  const rendered = (message: Message, tz: string) => {
    const zones = known.get(message) ?? new Map<string, ReturnType<typeof render>>()
    const made = zones.get(tz) ?? render(message, tz)
    known.set(message, zones.set(tz, made))
    return made
  }

  const threadLink = (message: Message, viewer: Persona, replies: number): Html => {
    const href = `/?${new URLSearchParams({ as: viewer.id, in: message.channel, thread: message.ts })}`
    const words = replies === 0 ? 'Reply in thread' : replies === 1 ? '1 reply' : `${replies} replies`
    return html`<a class="replies ${replies === 0 ? 'none' : ''}" href="${href}">${words}</a>`
  }

  return {
    message(message, viewer, replies) {
      const name = displayName(state, message.user)
      const { said, body } = rendered(message, viewer.tz)
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
<header><b>${name}</b>${kind === 'bot' && html` <small class="badge">app</small>`} <time datetime="${said.iso}">${said.time}</time>
${message.viewer !== undefined && html`<small class="only-you">Only visible to you</small>`}</header>
<div class="body">${body}${files}</div>
${replies !== undefined && message.viewer === undefined && threadLink(message, viewer, replies)}</div></article>`
    },
    async prepare(messages, viewer) {
      for (const message of messages) {
        if (known.get(message)?.has(viewer.tz)) continue
        rendered(message, viewer.tz)
        await setImmediate()
      }
    },
    modal(view, viewer) {
      const channels = state.channels().filter(({ partner, archived }) => partner === undefined && !archived)
      return modalDialog(view, (each) => block(each, viewer.tz), channels)
    },
  }
}
