import type { Button, HomeView, SectionBlock } from '@slack/types'
import { clean, cleanLine } from '../../core/format.ts'
import type { Home, HomeButton, HomeEntry, Words } from '../../core/home/home-view.ts'
import { formAction, runAction } from '../action-ids.ts'
import type { Block } from '../outbound/fallbacks.ts'
import { button, buttonRow, plainText, sections, smallPrint } from './blocks.ts'
import { cut } from './cut.ts'
import { mrkdwn } from './mrkdwn.ts'
import type { View } from './parts.ts'
import { stepLines } from './run.ts'

// https://docs.slack.dev/reference/views/home-tab-views and …/block-kit/blocks
const maxBlocks = 100
const maxHeader = 150
const maxText = 3_000

const maxTitle = 150
const maxWords = 400

/** A Home tab in its richest form, and in one that Slack can hardly refuse: words alone. */
export type HomeFallbacks = readonly [HomeView, HomeView]

/** A Home as Slack shows it. A Home tab may hold neither plans nor charts, so steps are lines. */
export function presentHome(home: Home, { slash }: View): HomeFallbacks {
  const rich: readonly Block[] = [
    { type: 'header', text: plainText(cleanLine(home.headline), maxHeader) },
    ...home.sections.flatMap(({ title, entries }) => [...heading(title), ...entries.flatMap(entryBlocks)]),
    { type: 'divider' },
    ...smallPrint(home.note),
  ]
  const words: readonly Block[] = [
    ...sections(home.headline),
    ...home.sections.flatMap(({ title, entries }) =>
      sections([title, ...entries.flatMap(entryLines)].filter((line) => line !== '').join('\n')),
    ),
    ...smallPrint(`${home.note}\nThe buttons could not be shown. Type ${slash} help to see all commands.`),
  ]
  return [viewOf(rich), viewOf(words)]
}

function viewOf(blocks: readonly Block[]): HomeView {
  const more = smallPrint('The rest does not fit here.')
  return {
    type: 'home',
    blocks: blocks.length <= maxBlocks ? [...blocks] : [...blocks.slice(0, maxBlocks - 1), ...more],
  }
}

function heading(title: string): readonly Block[] {
  return title === '' ? [] : [{ type: 'divider' }, { type: 'header', text: plainText(cleanLine(title), maxHeader) }]
}

function entryBlocks({ title, words, steps, next, note }: HomeEntry): readonly Block[] {
  const text = textOf(title, words)
  const buttons = next.map(buttonOf)
  const [only] = buttons
  const beside = text !== '' && steps.length === 0 && buttons.length === 1 ? only : undefined
  return [
    ...(text === '' ? [] : [section(text, beside)]),
    ...sections(stepLines(steps)),
    ...(buttons.length === 0 || beside !== undefined ? [] : [buttonRow(buttons)]),
    ...smallPrint(note),
  ]
}

function section(text: string, accessory: Button | undefined): SectionBlock {
  const words = { type: 'mrkdwn', text, verbatim: true } as const
  return { type: 'section', text: words, ...(accessory === undefined ? {} : { accessory }) }
}

/** The title in bold, the words below it, cut at the end where they are too long. */
function textOf(title: string, words: Words): string {
  let text = title === '' ? '' : `*${mrkdwn(cut(cleanLine(title), maxTitle))}*\n`
  for (const [at, word] of words.entries()) {
    const piece = `${at === 0 ? '' : ' '}${markupOf(word)}`
    if (text.length + piece.length > maxText) break
    text += piece
  }
  return text.trim()
}

function markupOf(word: Words[number]): string {
  if (typeof word === 'string') return mrkdwn(cut(clean(word), maxWords))
  return /^[CGD][A-Z0-9]{2,}$/.test(word.id) ? `<#${word.id}>` : mrkdwn(cut(clean(word.name), maxWords))
}

function plainOf(word: Words[number]): string {
  return typeof word === 'string' ? word : word.name
}

function buttonOf({ label, line, form, sure }: HomeButton, at: number): Button {
  const id = `${form === true ? formAction : runAction}-${at + 1}`
  if (sure === undefined) return button(id, label, line)
  const confirm = {
    title: plainText('Are you sure?', 100),
    text: plainText(sure, 300),
    confirm: plainText(cleanLine(label), 30),
    deny: plainText('Not now', 30),
  }
  return button(id, label, line, { confirm })
}

function entryLines({ title, words, steps, note }: HomeEntry): readonly string[] {
  return [title, words.map(plainOf).join(' '), stepLines(steps), note]
}
