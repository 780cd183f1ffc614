import type { Confirm, Element, InputBlock, InputElement, ShownBlock } from '../block-kit.ts'
import type { Channel, View } from '../state.ts'
import { type Html, html } from './html.ts'

/** What is asked before an action is sent: a dialog that the page's script shows, out of the way until then. */
function confirmTemplate({ title, text, confirm, deny, style = 'primary' }: Confirm): Html {
  return html`<template><dialog class="dialog confirm"><form method="dialog"><h2>${title?.text ?? 'Are you sure?'}</h2>
<p>${text.text}</p><footer><button class="button" value="no">${deny?.text ?? 'Cancel'}</button>
<button class="button ${style}" value="yes">${confirm?.text ?? 'Yes'}</button></footer></form></dialog></template>`
}

function optionsOf(element: Extract<InputElement, { type: 'static_select' }>): Html {
  const chosen = element.initial_option?.value ?? ''
  const empty = { text: { text: element.placeholder?.text ?? 'Choose…' }, value: '' }
  const options = [empty, ...element.options].map(
    ({ text, value }) => html`<option value="${value}"${value === chosen && html` selected`}>${text.text}</option>`,
  )
  return html`${options}`
}

/** A button or select that works: it carries the ids that the bot gave it. */
export function control(element: Element, blockId: string): Html {
  const ids = html`data-block-id="${blockId}" data-action-id="${element.action_id ?? ''}"`
  const confirm = element.confirm && confirmTemplate(element.confirm)
  if (element.type === 'static_select')
    return html`<select class="button" ${ids} aria-label="${element.placeholder?.text ?? 'Choose'}">${optionsOf(element)}</select>${confirm}`
  const { accessibility_label: label, url, style = '', value = '', text } = element
  const more = html`${label && html` aria-label="${label}"`}${url && html` data-url="${url}"`}`
  return html`<button type="button" class="button ${style}" ${ids} value="${value}"${more}>${text.text}</button>${confirm}`
}

function inputOf(element: InputElement, ids: Html, channels: readonly Channel[]): Html {
  if (element.type === 'conversations_select') {
    const options = channels.map(({ id, name }) => html`<option value="${id}"># ${name}</option>`)
    return html`<select ${ids}><option value="">${element.placeholder?.text ?? 'Choose…'}</option>${options}</select>`
  }
  if (element.type === 'static_select') return html`<select ${ids}>${optionsOf(element)}</select>`
  const { placeholder, max_length = 3000, initial_value = '', multiline } = element
  const common = html`${ids} placeholder="${placeholder?.text ?? ''}" maxlength="${max_length}"`
  if (multiline) return html`<textarea ${common} rows="4">${initial_value}</textarea>`
  return html`<input type="text" autocomplete="off" ${common} value="${initial_value}">`
}

function field(
  { block_id = '', element, label, hint, optional = false }: InputBlock,
  channels: readonly Channel[],
): Html {
  const id = `field-${block_id}`
  const ids = html`id="${id}" data-block-id="${block_id}" data-action-id="${element.action_id ?? ''}" aria-describedby="${id}-help"`
  return html`<div class="field"><label for="${id}">${label.text}${optional && html` <small>optional</small>`}</label>
${inputOf(element, ids, channels)}<p id="${id}-help" class="help"><span class="error" role="alert"></span> ${hint?.text}</p></div>`
}

/** A modal as the dialog that the page's script shows; `shown` renders its blocks other than inputs, `channels` can be chosen in it. */
export function modalDialog(
  { id, modal }: View,
  shown: (block: ShownBlock) => Html,
  channels: readonly Channel[],
): Html {
  const { title, submit, close, blocks } = modal
  const body = blocks.map((block) => (block.type === 'input' ? field(block, channels) : shown(block)))
  return html`<dialog class="dialog modal" data-view="${id}" aria-labelledby="title-${id}"><form>
<h2 id="title-${id}">${title.text}</h2><div class="modal-body">${body}</div><p class="error" role="alert"></p>
<footer><button type="button" class="button" data-dismiss>${close?.text ?? 'Cancel'}</button>
${submit && html`<button type="submit" class="button primary">${submit.text}</button>`}</footer></form></dialog>`
}
