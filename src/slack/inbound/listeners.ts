import type { App as BoltApp } from '@slack/bolt'
import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import {
  actionOf,
  confirmAction,
  dismissAction,
  formAction,
  formModal,
  moreAction,
  reasonModal,
  runAction,
  typeAction,
  typedModal,
} from '../action-ids.ts'
import type { HomePublisher } from '../app-home/publisher.ts'
import { commandText } from './command-text.ts'
import type { FormDialogs } from './form-dialog.ts'
import type { Gate } from './gate.ts'
import { pressSchema } from './payload.ts'
import type { InboundRequest, RequestHandler } from './request-handler.ts'
import type { TypedDialogs } from './typed-dialog.ts'

interface ListenerParts {
  readonly gate: Gate
  readonly handler: RequestHandler
  readonly homes: HomePublisher
  readonly forms: FormDialogs
  readonly typedDialogs: TypedDialogs
  readonly botUserId: string
  /** The slash command as people type it (`/sparkify`, `/sparkify-dev`): the manifest names it, so the bot learns it from the first one. */
  readonly slash: { readonly name: string; learn(name: string): void }
}

/** https://docs.slack.dev/reference/events/app_mention, …/message.im */
const messageSchema = z.object({ event: z.object({ text: z.string().nullish() }) })

/** https://docs.slack.dev/reference/events/app_home_opened */
const openedSchema = z.object({ event: z.object({ tab: z.string().nullish() }) })

const knownModals: readonly string[] = [typedModal, reasonModal, formModal].map(({ callbackId }) => callbackId)

/** Registers a listener for each kind of payload that passes the gate. The dialogs register their own submissions. */
export function registerListeners(bolt: BoltApp, parts: ListenerParts): void {
  const { gate, handler, homes, botUserId, slash } = parts

  bolt.command(/^\/.+/, async ({ body, command: { command, text = '' } }) => {
    slash.learn(command)
    await handler.handleLine(commandText(text, { botUserId, slash: command }), gate.requestOf(body))
  })

  const handleMessage = async (body: object): Promise<void> => {
    const { text } = messageSchema.parse(body).event
    await handler.handleLine(commandText(text ?? '', { botUserId, slash: slash.name }), gate.requestOf(body))
  }
  bolt.event('app_mention', async ({ body }) => handleMessage(body))
  bolt.event('message', async ({ body }) => handleMessage(body))

  bolt.event('app_home_opened', async ({ body }) => {
    if (openedSchema.parse(body).event.tab === 'home') homes.entered(gate.requestOf(body).who)
  })

  bolt.action({ type: 'block_actions' }, async ({ body }) => {
    const press = pressSchema.parse(body)
    const inbound = gate.requestOf(body)
    if (press.view?.type === 'home') homes.pressed(inbound.who)
    await handlePress(press, inbound, parts)
  })

  // A dialog of another version of the bot just closes; unacknowledged it would show an error after three seconds.
  bolt.view(/.*/, async ({ ack, body }) => {
    if (!knownModals.includes(body.view.callback_id)) await ack()
  })
}

async function handlePress(
  { trigger_id, actions: [action] }: z.infer<typeof pressSchema>,
  inbound: InboundRequest,
  { handler, forms, typedDialogs }: ListenerParts,
): Promise<void> {
  const given = action.value ?? action.selected_option?.value ?? ''
  const chosen = /^(\S+) (.*)$/s.exec(given)
  const isChosen = actionOf(action.action_id) === moreAction && chosen !== null
  const [does, value] = isChosen ? [chosen[1] ?? '', chosen[2] ?? ''] : [action.action_id, given]
  switch (actionOf(does)) {
    case runAction:
      return handler.handleLine(value, inbound)
    case formAction:
      return forms.open(value, trigger_id, inbound)
    case confirmAction:
      return handler.confirm(value, undefined, inbound)
    case typeAction:
      return typedDialogs.open(value, trigger_id, inbound)
    case dismissAction:
      return typedDialogs.dismiss(value, trigger_id, inbound)
    case moreAction:
    case null:
      return handler.refuse(unknownButton, inbound)
  }
}

const unknownButton = new OpsError(
  'expired',
  'This button belongs to another version of the bot. Nothing was done.',
  'Type the command again to get new buttons.',
  { fixCommand: 'help' },
)
