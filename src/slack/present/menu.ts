import type { ActionsBlock, StaticSelect } from '@slack/types'
import { cleanLine, list } from '../../core/format.ts'
import type { MenuReply } from '../../core/reply.ts'
import { menuOf } from '../action-ids.ts'
import type { Block } from '../outbound/fallbacks.ts'
import { plainText } from './blocks.ts'
import { pieces } from './cut.ts'
import { codeSpan, mrkdwn } from './mrkdwn.ts'
import type { PresentedPart } from './parts.ts'

// https://docs.slack.dev/reference/block-kit/blocks and …/composition-objects/option-object
const maxText = 3_000
const maxHeader = 150
const maxOptions = 100
const maxOption = 75
const maxValue = 150

/** Command lines under headings, one line each, and a select menu of all of them where they are to be chosen. */
export function presentMenu({ groups, choose }: MenuReply): PresentedPart {
  const listed = groups.map(({ title, items }) => ({
    title: cleanLine(title),
    lines: items.map(({ name, text }) => (text === '' ? codeSpan(name) : `${codeSpan(name)}  ${mrkdwn(text)}`)),
  }))
  const blocks: readonly Block[] = [
    ...listed.flatMap(({ title, lines }): readonly Block[] => [
      { type: 'header', text: plainText(title, maxHeader) },
      ...pieces(lines.join('\n'), maxText).map(
        (text) => ({ type: 'section', expand: true, text: { type: 'mrkdwn', text, verbatim: true } }) as const,
      ),
    ]),
    ...(choose === undefined ? [] : [selectOf(groups, choose)]),
  ]
  const words = listed.flatMap(({ title, lines }) => [mrkdwn(title), ...lines.map((line) => `• ${line}`)])
  return { label: list(listed.map(({ title }) => title)), newest: blocks, older: blocks, oldest: blocks, words }
}

function selectOf(groups: MenuReply['groups'], choose: NonNullable<MenuReply['choose']>): ActionsBlock {
  const items = groups.flatMap((group) => group.items).filter(({ line }) => line.length <= maxValue)
  const select: StaticSelect = {
    type: 'static_select',
    action_id: menuOf(choose.form === true ? 'form' : 'run'),
    placeholder: plainText(choose.label, maxHeader),
    options: items.slice(0, maxOptions).map(({ name, line }) => ({ text: plainText(name, maxOption), value: line })),
  }
  return { type: 'actions', elements: [select] }
}
