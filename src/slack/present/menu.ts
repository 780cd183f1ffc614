import type { ActionsBlock, StaticSelect } from '@slack/types'
import { cleanLine, list } from '../../core/format.ts'
import type { MenuReply } from '../../core/reply.ts'
import { menuOf } from '../action-ids.ts'
import type { Block } from '../outbound/fallbacks.ts'
import { plainText } from './blocks.ts'
import { pieces } from './cut.ts'
import type { Grid } from './grid.ts'
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

function selectOf(groups: MenuReply['groups'], { label, form }: NonNullable<MenuReply['choose']>): ActionsBlock {
  return {
    type: 'actions',
    elements: [
      select(
        groups.flatMap((group) => group.items),
        label,
        form,
      ),
    ],
  }
}

type Item = Pick<MenuReply['groups'][number]['items'][number], 'name' | 'line'>

function select(items: readonly Item[], label: string, form: boolean | undefined): StaticSelect {
  const short = items.filter(({ line }) => line.length <= maxValue)
  return {
    type: 'static_select',
    action_id: menuOf(form === true ? 'form' : 'run'),
    placeholder: plainText(label, maxHeader),
    options: short.slice(0, maxOptions).map(({ name, line }) => ({ text: plainText(name, maxOption), value: line })),
  }
}

/** What can be done with the rows of a table, where its rows can have no buttons: a menu, or two where some open a form. */
export function rowMenus({ rows, actions }: Grid): readonly ActionsBlock[] {
  const items = actions.flatMap((action, at) => {
    const [id, what] = rows[at] ?? []
    const row = [id?.text, what?.text].filter((text) => text !== undefined).join(' · ')
    return action === null ? [] : [{ name: `${action.label}: ${row}`, line: action.line, form: action.form === true }]
  })
  const elements = [false, true].flatMap((form) => {
    const own = items.filter((item) => item.form === form)
    return own.length === 0 ? [] : [select(own, form ? 'Fill in for a row…' : 'Choose a row…', form)]
  })
  return elements.length === 0 ? [] : [{ type: 'actions', elements }]
}

/** The characters that menus add to a message. */
export function charactersOfMenus(menus: readonly ActionsBlock[]): number {
  return JSON.stringify(menus).length
}
