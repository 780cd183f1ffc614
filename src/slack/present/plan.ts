import type { ConfirmationDialog, KnownBlock } from '@slack/types'
import { clean, cleanLine } from '../../core/clean.ts'
import type { PlanReply } from '../../core/reply.ts'
import { moment } from '../../core/words.ts'
import { confirmAction, dismissAction, typeAction } from '../action-ids.ts'
import type { Message } from '../message.ts'
import { boldLine, plainText, sections } from './blocks.ts'
import { button, buttonRow } from './buttons.ts'
import { cut } from './cut.ts'
import { dateToken, mrkdwn } from './mrkdwn.ts'
import type { Part } from './part.ts'

/** What will happen, until when it may be confirmed, and the two buttons: the act and "Not now". */
export function presentPlan(plan: PlanReply, slash: string): Part {
  const title = cut(cleanLine(plan.title), 300)
  const facts = plan.facts.map(cleanLine).join('\n')
  const blocks: KnownBlock[] = [
    boldLine(title),
    ...sections(facts),
    { type: 'context', elements: [{ type: 'mrkdwn', text: validity(plan), verbatim: true }] },
    buttonRow([actButton(plan), button(dismissAction, 'Not now', plan.id)]),
  ]
  const again = `Its buttons could not be shown. Say ${slash} ${cut(cleanLine(plan.line), 300)} again for new ones.`
  return {
    label: title,
    newest: blocks,
    older: blocks,
    oldest: blocks,
    words: [mrkdwn(title), ...mrkdwn(facts).split('\n'), mrkdwn(again)].filter((line) => line !== ''),
  }
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

function validity({ expires, typed }: PlanReply): string {
  const until = dateToken(expires, '{time}', Number.isNaN(Date.parse(expires)) ? expires : moment(new Date(expires)))
  const word = typed === undefined ? '' : ` You will be asked to type “${mrkdwn(cut(cleanLine(typed), 100))}”.`
  return `Nothing is done yet. Can be confirmed once, until ${until}.${word}`
}

/** What stands in place of a plan that was put away. */
export function presentDismissed(): Message {
  return message('Put away. Nothing was done.')
}

/** What stands in place of a plan that was used; `label` is what the pressed button said. */
export function presentPressed(label: string): Message {
  return message(`✓ Confirmed: ${cut(cleanLine(label), 75)}`)
}

function message(words: string): Message {
  return { text: mrkdwn(words), blocks: [...sections(clean(words))] }
}
