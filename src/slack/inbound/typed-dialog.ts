import type { App as BoltApp } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import { OpsError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Ledger } from '../../core/ports/ledger.ts'
import type { Log } from '../../core/ports/log.ts'
import type { PlanRecord } from '../../core/ports/plans.ts'
import { reasonModal, typedModal } from '../action-ids.ts'
import { call } from '../api-methods.ts'
import type { ResponseUrl } from '../outbound/response-url.ts'
import { presentReasonModal, presentTypedModal } from '../present/index.ts'
import { SlackRefused } from '../slack-errors.ts'
import type { Gate } from './gate.ts'
import { submissionSchema } from './payload.ts'
import type { InboundRequest, RequestHandler } from './request-handler.ts'

/** The dialogs of plans, in which a word or a reason is typed. */
export interface TypedDialogs {
  /** Opens the dialog of a plan for somebody who may confirm it. Must come within three seconds of the press, when its trigger expires. */
  open(plan: string, trigger: string, inbound: InboundRequest): Promise<void>
  /** Withdraws a plan of this person's own; of somebody else's it opens the dialog that asks why it is rejected. As fast as `open`. */
  dismiss(plan: string, trigger: string, inbound: InboundRequest): Promise<void>
}

interface TypedDialogParts {
  readonly gate: Gate
  readonly handler: RequestHandler
  readonly client: WebClient
  readonly plans: Ledger['plans']
  readonly clock: Clock
  readonly log: Log
}

/** What a dialog of this process is about: where it was opened, and the word that is expected. */
interface Opened {
  readonly word: string
  readonly place: InboundRequest['place']
  readonly responseUrl: ResponseUrl | undefined
  readonly expires: number
}

/**
 * Opens dialogs and handles their submissions. A wrong word is answered in the dialog from memory, so that nothing is read before the
 * acknowledgement; core compares it again, also for dialogs that were opened before a restart.
 */
export function createTypedDialogs(
  bolt: BoltApp,
  { gate, handler, client, plans, clock, log }: TypedDialogParts,
): TypedDialogs {
  // Several people may have the dialog of one card open.
  const opened = new Map<string, Opened>()
  const keyOf = (plan: string, user: string): string => `${plan} ${user}`

  bolt.view(typedModal.callbackId, async ({ ack, body }) => {
    const { view } = submissionSchema.parse(body)
    const inbound = gate.requestOf(body)
    const id = view.private_metadata
    const key = keyOf(id, inbound.who.id)
    const typed = view.state.values[typedModal.blockId]?.[typedModal.actionId]?.value?.trim() ?? ''
    const dialog = opened.get(key)
    if (dialog !== undefined && typed !== dialog.word) {
      await ack({
        response_action: 'errors',
        errors: { [typedModal.blockId]: `Type ${dialog.word}, exactly. Nothing was done.` },
      })
      return
    }
    await ack()
    opened.delete(key)
    const place = dialog?.place ?? (await placeOfPlan(id)) ?? inbound.place
    await handler.confirm(id, typed, { ...inbound, place, responseUrl: dialog?.responseUrl })
  })

  bolt.view(reasonModal.callbackId, async ({ ack, body }) => {
    const { view } = submissionSchema.parse(body)
    await ack()
    const inbound = gate.requestOf(body)
    const id = view.private_metadata
    const why = view.state.values[reasonModal.blockId]?.[reasonModal.actionId]?.value ?? ''
    const dialog = opened.get(keyOf(id, inbound.who.id))
    const place = dialog?.place ?? (await placeOfPlan(id)) ?? inbound.place
    await handler.reject(id, why, { ...inbound, place, responseUrl: dialog?.responseUrl })
  })

  const show = async (view: ModalView, trigger_id: string, inbound: InboundRequest): Promise<void> => {
    try {
      await call(client, 'views.open', { trigger_id, view }, z.object({}))
    } catch (error) {
      // The dialog is open: this press was delivered twice.
      if (error instanceof SlackRefused && error.code === 'exchanged_trigger_id') return
      log.warn({ err: error }, 'a dialog could not be opened')
      await handler.refuse(
        new OpsError('slack', 'Slack did not open the dialog in time. Nothing was done.', 'Click the button again.'),
        inbound,
      )
    }
  }

  /** Keeps what a dialog is about until its plan expires. */
  const remember = (plan: PlanRecord, word: string, { who, place, responseUrl }: InboundRequest): void => {
    const now = clock.now().getTime()
    for (const [old, { expires }] of opened) if (expires < now) opened.delete(old)
    opened.set(keyOf(plan.id, who.id), { word, place, responseUrl, expires: Date.parse(plan.expires) })
  }

  const placeOfPlan = async (id: string): Promise<InboundRequest['place'] | null> => {
    const place = (await plans.get(id))?.place
    return place?.kind === 'slack' ? place : null
  }

  return {
    async open(id, trigger, inbound) {
      if (!(await handler.mayConfirm(id, inbound))) return
      const plan = await plans.get(id)
      // A button of this kind belongs to a plan that has a word; a plan without one can be confirmed at once.
      if (plan?.draft.typed === undefined) return handler.confirm(id, undefined, inbound)
      const { title, act, typed: word } = plan.draft
      remember(plan, word, inbound)
      await show(presentTypedModal({ id, title, act, typed: word }), trigger, inbound)
    },
    async dismiss(id, trigger, inbound) {
      const plan = await handler.withdrawOr(id, inbound)
      if (plan === null) return
      remember(plan, '', inbound)
      await show(presentReasonModal(plan), trigger, inbound)
    },
  }
}
