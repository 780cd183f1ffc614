import type { ConversationsSelect, InputBlock, ModalView, PlainTextInput, StaticSelect, Timepicker } from '@slack/types'
import type { Form, FormField } from '../../core/command/form.ts'
import { cleanLine } from '../../core/format.ts'
import { formModal } from '../action-ids.ts'
import { plainText, sections } from './blocks.ts'

// https://docs.slack.dev/reference/views/modal-views and …/block-kit/block-elements
const maxTitle = 24
const maxLabel = 200
const maxPlaceholder = 150
const maxOptions = 100
const maxOption = 75
const maxText = 3_000

/** The modal that fills in a command's arguments; `where` comes back with its submission. */
export function presentForm(form: Form, where: string): ModalView {
  return {
    type: 'modal',
    callback_id: formModal.callbackId,
    private_metadata: where,
    title: plainText(cleanLine(form.title), maxTitle),
    submit: plainText(cleanLine(form.act), maxTitle),
    close: plainText('Not now', maxTitle),
    blocks: [...sections(`${form.summary}.`), ...form.fields.map(inputOf)],
  }
}

/** Most fields may be left empty: arguments have defaults, and a command refuses what it misses. */
function inputOf(field: FormField): InputBlock {
  return {
    type: 'input',
    block_id: `${formModal.blockPrefix}${field.name}`,
    optional: !field.required,
    label: plainText(field.label, maxLabel),
    hint: plainText(cleanLine(field.about), maxLabel),
    element: elementOf(field),
  }
}

function elementOf({
  kind,
  values,
  accepts,
  value,
  fallback,
}: FormField): StaticSelect | PlainTextInput | ConversationsSelect | Timepicker {
  const action_id = formModal.actionId
  switch (kind) {
    case 'choice': {
      const options = values.slice(0, maxOptions).map((each) => ({ text: plainText(each, maxOption), value: each }))
      const initial = options.find((option) => option.value === (value ?? fallback))
      const placeholder = plainText('Choose…', maxPlaceholder)
      return {
        type: 'static_select',
        action_id,
        options,
        placeholder,
        ...(initial === undefined ? {} : { initial_option: initial }),
      }
    }
    case 'channel':
      return {
        type: 'conversations_select',
        action_id,
        placeholder: plainText('Choose a channel…', maxPlaceholder),
        default_to_current_conversation: true,
        filter: { include: ['public', 'private'], exclude_bot_users: true },
      }
    case 'time': {
      const initial = value === undefined ? {} : { initial_time: value }
      return { type: 'timepicker', action_id, placeholder: plainText('Choose a time…', maxPlaceholder), ...initial }
    }
    case 'text':
    case 'zone': {
      const usual = fallback === undefined ? '' : `; ${fallback} if left empty`
      const placeholder = plainText(`${accepts}${usual}`, maxPlaceholder)
      const initial = value === undefined ? {} : { initial_value: value.slice(0, maxText) }
      return { type: 'plain_text_input', action_id, placeholder, ...initial }
    }
  }
}
