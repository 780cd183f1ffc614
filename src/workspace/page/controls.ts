import type { Confirm, Element, InputBlock, InputElement, Option } from '../block-kit.ts'
import type { WorkspaceChannel } from '../workspace-state.ts'
import { type Html, html } from './html.ts'

/** The question before an action is sent: a dialog that the page's script shows. */
function confirmTemplate({ title, text, confirm, deny, style = 'primary' }: Confirm): Html {
  return html`<template><dialog class="dialog confirm"><form method="dialog"><h2>${title?.text ?? 'Are you sure?'}</h2>
<p>${text.text}</p><footer><button class="button" value="no">${deny?.text ?? 'Cancel'}</button>
<button class="button ${style}" value="yes">${confirm?.text ?? 'Yes'}</button></footer></form></dialog></template>`
}

function optionsHtml(options: readonly Option[], chosen: string): readonly Html[] {
  return options.map(
    ({ text, value }) => html`<option value="${value}"${value === chosen && html` selected`}>${text.text}</option>`,
  )
}

function selectable(element: Extract<InputElement, { type: 'static_select' }>): Html {
  const options = optionsHtml(element.options, element.initial_option?.value ?? '')
  return html`<option value="">${element.placeholder?.text ?? 'Choose…'}</option>${options}`
}

function pressable(element: Element, ids: Html): Html {
  switch (element.type) {
    case 'static_select':
      return html`<select class="button" ${ids} aria-label="${element.placeholder?.text ?? 'Choose'}">${selectable(element)}</select>`
    case 'overflow':
      // A select that always shows its dots: the browser's own menu works with keys and on phones.
      return html`<select class="button overflow" ${ids} aria-label="More actions" title="More actions"><option value="" hidden>⋯</option>
${optionsHtml(element.options, '')}</select>`
    case 'timepicker':
      return html`<input type="time" class="button" ${ids} aria-label="${element.placeholder?.text ?? 'Select a time'}" value="${element.initial_time}">`
    case 'button': {
      const { style = '', value = '', text, accessibility_label: spoken } = element
      return html`<button type="button" class="button ${style}" ${ids} value="${value}"${spoken && html` aria-label="${spoken}"`}>${text.text}</button>`
    }
  }
}

/** A button, select, menu or time picker, with the ids that the bot gave it. */
export function control(element: Element, blockId: string): Html {
  const ids = html`data-block-id="${blockId}" data-action-id="${element.action_id ?? ''}"`
  return html`${pressable(element, ids)}${element.confirm && confirmTemplate(element.confirm)}`
}

/** The channels that can be chosen, and the one in which the person was when the view opened. */
export interface ChannelChoice {
  readonly channels: readonly WorkspaceChannel[]
  readonly current: string | undefined
}

function inputOf(element: InputElement, ids: Html, { channels, current }: ChannelChoice): Html {
  switch (element.type) {
    case 'conversations_select': {
      const chosen = element.default_to_current_conversation ? current : undefined
      const options = channels.map(
        ({ id, name }) => html`<option value="${id}"${id === chosen && html` selected`}># ${name}</option>`,
      )
      return html`<select ${ids}><option value="">${element.placeholder?.text ?? 'Choose…'}</option>${options}</select>`
    }
    case 'static_select':
      return html`<select ${ids}>${selectable(element)}</select>`
    case 'timepicker':
      return html`<input type="time" ${ids} value="${element.initial_time}">`
    case 'plain_text_input': {
      const { placeholder, initial_value = '' } = element
      return html`<input type="text" autocomplete="off" ${ids} placeholder="${placeholder?.text ?? ''}" maxlength="3000" value="${initial_value}">`
    }
  }
}

/** An input with its label, its hint and a place for an error. */
export function field(
  { block_id = '', element, label, hint, optional = false }: InputBlock,
  choice: ChannelChoice,
): Html {
  const id = `field-${block_id}`
  const ids = html`id="${id}" data-block-id="${block_id}" data-action-id="${element.action_id ?? ''}" aria-describedby="${id}-help"`
  return html`<div class="field"><label for="${id}">${label.text}${optional && html` <small>optional</small>`}</label>
${inputOf(element, ids, choice)}<p id="${id}-help" class="help"><span class="error" role="alert"></span> ${hint?.text}</p></div>`
}
