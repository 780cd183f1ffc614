import type { TextObject } from '../block-elements.ts'
import type { AnyBlock, BlockOf } from '../block-kit.ts'
import { type Choice, control, field } from './controls.ts'
import { type Html, html } from './html.ts'
import { richTextOf } from './mrkdwn.ts'
import type { ReadOnly } from './read-only.ts'
import { tableOf } from './tables.ts'

/** Makes markup of one block for a reader in time zone `tz`. Throws what the library throws. */
export type BlockRenderer = (block: AnyBlock, tz: string, choice: Choice) => Html

const marks = { complete: '✓', in_progress: '●', pending: '○', error: '✗' } as const

/** The renderer of every block that this workspace takes. */
export function createBlockRenderer(readOnly: ReadOnly): BlockRenderer {
  const task = (card: BlockOf<'task_card'>, tz: string): Html => html`<li class="task ${card.status}">
<span class="mark" role="img" aria-label="${card.status.replace('_', ' ')}">${marks[card.status]}</span><div><span class="task-title">${card.title}</span>
${card.details && readOnly(card.details, tz)}${card.output && readOnly(card.output, tz)}</div></li>`

  return (each, tz, choice) => {
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
      case 'input':
        return field(each, choice)
      case 'image':
        // This page fetches nothing from elsewhere: what stands for the picture in Slack's screen readers stands for it here.
        return html`<figure class="image">${each.title && html`<figcaption>${each.title.text}</figcaption>`}<div>Image: ${each.alt_text}</div></figure>`
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
}
