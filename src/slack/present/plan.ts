import type { ConfirmationDialog, KnownBlock } from '@slack/types'
import { withChannelNames } from '../../core/channel.ts'
import type { PlanChange, PlanReply } from '../../core/reply.ts'
import { cleanLine, moment } from '../../core/words.ts'
import { confirmAction, dismissAction, typeAction } from '../action-ids.ts'
import { boldLine, plainText, sections } from './blocks.ts'
import { button, buttonRow } from './buttons.ts'
import { cut } from './cut.ts'
import { dateToken, maxCalled, mentions, mrkdwn } from './mrkdwn.ts'
import type { Part } from './part.ts'

/**
 * What will happen, why it needs approval, until when and by whom it may be confirmed, and the two buttons. A card that somebody else must
 * approve calls those who may.
 */
export function presentPlan(plan: PlanReply, slash: string): Part {
  const title = cut(cleanLine(plan.title), 300)
  const { changes = [], reasons = [], card } = plan
  const told = [
    changes.length === 0 ? '' : ['It changed since it was asked:', ...changes.map(changeLine)].join('\n'),
    plan.facts.map(cleanLine).join('\n'),
    reasons.map((reason) => `⚠ ${cleanLine(reason)}`).join('\n'),
  ].filter((text) => text !== '')
  const call = card?.second === true ? callOf(card) : ''
  const blocks: KnownBlock[] = [
    boldLine(title),
    ...told.flatMap(sections),
    ...(call === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: call, verbatim: true } } as const]),
    { type: 'context', elements: [{ type: 'mrkdwn', text: validity(plan), verbatim: true }] },
    buttonRow([actButton(plan), button(dismissAction, card?.second === true ? 'Reject' : 'Not now', plan.id)]),
  ]
  const again = `Its buttons could not be shown. Say ${slash} ${cut(cleanLine(plan.line), 300)} again for new ones.`
  const words = [mrkdwn(title), ...told.flatMap((text) => mrkdwn(text).split('\n')), call, mrkdwn(again)]
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
  return `${called} ${mrkdwn(`Somebody else than ${cut(cleanLine(asker), 80)} must approve this.`)}`.trim()
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
  const until = dateToken(expires, '{time}', Number.isNaN(Date.parse(expires)) ? expires : moment(new Date(expires)))
  const asker = card === undefined ? '' : mrkdwn(cut(cleanLine(card.asker), 80))
  const asked = card === undefined ? '' : `${asker} asked: ${mrkdwn(cut(cleanLine(withChannelNames(line)), 300))}. `
  const by = card === undefined || card.second ? '' : `, by ${asker} or an approver`
  const withdraw = card?.second === true ? ` ${asker} can withdraw it with Reject.` : ''
  const word = typed === undefined ? '' : ` You will be asked to type “${mrkdwn(cut(cleanLine(typed), 100))}”.`
  const act = card?.second === true ? 'approved' : 'confirmed'
  return `${asked}Nothing is done yet. Can be ${act} once, until ${until}${by}.${withdraw}${word}`
}
