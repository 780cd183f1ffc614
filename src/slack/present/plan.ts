import type { ConfirmationDialog, KnownBlock, ModalView } from '@slack/types'
import { withChannelNames } from '../../core/channel.ts'
import { clean, cleanLine, moment } from '../../core/format.ts'
import type { Asker } from '../../core/people.ts'
import type { PlanRecord } from '../../core/ports/plans.ts'
import type { PlanChange, PlanReply } from '../../core/reply.ts'
import { confirmAction, dismissAction, reasonModal, typeAction, typedModal } from '../action-ids.ts'
import type { SlackMessage } from '../outbound/fallbacks.ts'
import { boldLine, button, buttonRow, plainText, sections } from './blocks.ts'
import { cut } from './cut.ts'
import { maxCalled, mentions, mrkdwn } from './mrkdwn.ts'
import type { PresentedPart } from './parts.ts'

/**
 * What will happen, why it needs approval, until when and by whom it may be confirmed, and the two buttons. A card that a second person must
 * approve mentions the approvers.
 */
export function presentPlan(plan: PlanReply, slash: string): PresentedPart {
  const title = cut(cleanLine(plan.title), 300)
  const { changes = [], reasons = [], card } = plan
  // What would be done comes first, then what is different from what was asked before.
  const paragraphs = [
    plan.facts.map(cleanLine).join('\n'),
    changes.length === 0 ? '' : ['Changed since it was requested:', ...changes.map(changeLine)].join('\n'),
    reasons.map((reason) => `⚠ ${cleanLine(reason)}`).join('\n'),
  ].filter((text) => text !== '')
  const call = card?.second === true ? callOf(card) : ''
  const blocks: KnownBlock[] = [
    boldLine(title),
    ...paragraphs.flatMap(sections),
    ...(call === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: call, verbatim: true } } as const]),
    { type: 'context', elements: [{ type: 'mrkdwn', text: validity(plan), verbatim: true }] },
    buttonRow([actButton(plan), button(dismissAction, card?.second === true ? 'Reject' : 'Not now', plan.id)]),
  ]
  const again = `The buttons could not be shown. Type ${slash} ${cut(cleanLine(plan.line), 300)} again to get new ones.`
  const words = [mrkdwn(title), ...paragraphs.flatMap((text) => mrkdwn(text).split('\n')), call, mrkdwn(again)]
  return {
    label: title,
    newest: blocks,
    older: blocks,
    oldest: blocks,
    words: words.filter((line) => line !== ''),
  }
}

function changeLine({ was, now }: PlanChange): string {
  if (was === null) return `• now also: ${cleanLine(now ?? '')}`
  return now === null ? `• no longer: ${cleanLine(was)}` : `• was: ${cleanLine(was)}\n   now: ${cleanLine(now)}`
}

function callOf({ asker, approvers }: NonNullable<PlanReply['card']>): string {
  const called = mentions(approvers.slice(0, maxCalled)).join(' ')
  return `${called} ${mrkdwn(`Someone other than ${cut(cleanLine(asker), 80)} must approve this.`)}`.trim()
}

function actButton(plan: PlanReply) {
  const style = plan.danger ? 'danger' : 'primary'
  if (plan.typed !== undefined) return button(typeAction, plan.act, plan.id, { style })
  return button(confirmAction, plan.act, plan.id, plan.danger ? { style, confirm: lastQuestion(plan) } : { style })
}

/** Slack's own dialog before a click that destroys (https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object). */
function lastQuestion({ title, facts, act }: PlanReply): ConfirmationDialog {
  return {
    title: plainText(title, 100),
    text: plainText(facts.join('\n'), 300),
    confirm: plainText(act, 30),
    deny: plainText('Not now', 30),
    style: 'danger',
  }
}

function validity({ expires, typed, line, card }: PlanReply): string {
  const until = mrkdwn(Number.isNaN(Date.parse(expires)) ? expires : moment(new Date(expires)))
  const asker = card === undefined ? '' : mrkdwn(cut(cleanLine(card.asker), 80))
  const asked = card === undefined ? '' : `${asker} asked: ${mrkdwn(cut(cleanLine(withChannelNames(line)), 300))}. `
  const who = card === undefined ? 'You' : card.second ? 'An approver' : `${asker} or an approver`
  const withdraw = card?.second === true ? ` ${asker} can withdraw it with Reject.` : ''
  const word = typed === undefined ? '' : ` You will be asked to type “${mrkdwn(cut(cleanLine(typed), 100))}”.`
  const act = card?.second === true ? 'approve' : 'confirm'
  return `${asked}Nothing has been done yet. ${who} can ${act} this once, until ${until}.${withdraw}${word}`
}

// What a card keeps of a plan that is over must leave room for what became of it.
const maxFacts = 6_000

/**
 * Replaces a plan that can no longer be confirmed: its end, and on a card, which everybody has read, also its content. Null: a plan that is
 * not in the ledger any more.
 */
export function presentEnded(plan: PlanRecord | null): SlackMessage {
  const words = clean(plan?.card === true ? cardWords(plan) : planWords(plan))
  if (plan === null || !plan.card) return { text: mrkdwn(words), blocks: [...sections(words)] }
  const title = cut(cleanLine(plan.draft.title), 300)
  const facts = cut(plan.draft.facts.map(cleanLine).join('\n'), maxFacts)
  const asked = `${nameOf(plan.asker)} asked: ${cut(cleanLine(withChannelNames(plan.line)), 300)}`
  return {
    text: mrkdwn(cut(words, 700)),
    blocks: [boldLine(title), ...sections(facts), ...sections(`${asked}\n${words}`)],
  }
}

function cardWords({ end, draft, asker }: PlanRecord): string {
  switch (end?.kind) {
    case 'approved': {
      const yes = end.by.id === asker.id ? 'Confirmed' : 'Approved'
      return `✓ ${yes} by ${nameOf(end.by)}: ${cut(cleanLine(draft.act), 75)}`
    }
    case 'failed':
      return `✗ Approved by ${nameOf(end.by)}, but not done: ${cut(cleanLine(end.why), 500)}`
    case 'replaced':
      return `○ The plan had changed when ${nameOf(end.by)} approved it. Nothing was done; a new card shows the change.`
    case 'rejected':
      return `✗ Rejected by ${nameOf(end.by)}${reasonOf(end.why)}. Nothing was done.`
    case 'withdrawn':
      return `○ Withdrawn by ${nameOf(end.by)}. Nothing was done.`
    default:
      return '○ Expired: nobody approved it in time. Nothing was done.'
  }
}

function reasonOf(why = ''): string {
  const words = why.trim() === '' ? '' : cut(cleanLine(why), 500).replace(/[.!\s]+$/, '')
  return words === '' ? '' : `: ${words}`
}

function nameOf({ name }: Asker): string {
  return cut(cleanLine(name), 80)
}

/** Only the asker reads it, and any reason follows in a message of its own. */
function planWords(plan: PlanRecord | null): string {
  switch (plan?.end?.kind) {
    case 'approved':
      return `✓ Confirmed: ${cut(cleanLine(plan.draft.act), 75)}`
    case 'failed':
      return `✗ Confirmed, but not done: ${cut(cleanLine(plan.draft.act), 75)}`
    case 'replaced':
      return '○ The plan had changed. Nothing was done; a new plan shows the change.'
    case 'rejected':
    case 'withdrawn':
      return 'Cancelled. Nothing was done.'
    default:
      return '○ Expired. Nothing was done.'
  }
}

/** What the modal needs to know of a plan that is confirmed by typing a word. */
export interface TypedPlan {
  readonly id: string
  readonly title: string
  readonly act: string
  /** The word to be typed. */
  readonly typed: string
}

// https://docs.slack.dev/reference/views/modal-views
const maxTitle = 24

/** The modal in which the word of a plan is typed; submitting it with that word carries the plan out. */
export function presentTypedModal({ id, title, act, typed }: TypedPlan): ModalView {
  return {
    type: 'modal',
    callback_id: typedModal.callbackId,
    private_metadata: id,
    title: plainText(cleanLine(title), maxTitle),
    submit: plainText(cleanLine(act), maxTitle),
    close: plainText('Not now', maxTitle),
    blocks: [
      {
        type: 'section',
        text: plainText(cleanLine(title), 3_000),
      },
      {
        type: 'input',
        block_id: typedModal.blockId,
        label: plainText(`Type “${cleanLine(typed)}” to confirm`, 200),
        element: { type: 'plain_text_input', action_id: typedModal.actionId, focus_on_load: true },
      },
    ],
  }
}

/** The modal in which an approver gives the reason for rejecting a card; its asker gets it. */
export function presentReasonModal({ id, draft, asker, line }: PlanRecord): ModalView {
  return {
    type: 'modal',
    callback_id: reasonModal.callbackId,
    private_metadata: id,
    title: plainText('Reject', maxTitle),
    submit: plainText('Reject', maxTitle),
    close: plainText('Back', maxTitle),
    blocks: [
      {
        type: 'section',
        text: plainText(
          `${cleanLine(draft.title)}\n${nameOf(asker)} asked: ${cleanLine(withChannelNames(line))}`,
          3_000,
        ),
      },
      {
        type: 'input',
        block_id: reasonModal.blockId,
        label: plainText('Why?', 200),
        hint: plainText(`${nameOf(asker)} gets your reason; it is shown on the card.`, 200),
        element: { type: 'plain_text_input', action_id: reasonModal.actionId, focus_on_load: true },
      },
    ],
  }
}
