import type { RawNumberElement, RawTextElement, TableBlock } from '@slack/types'
import { clean, cleanLine, count, plural } from '../../core/format.ts'
import type { FileReply, Suggestion, TableReply } from '../../core/reply.ts'
import { csvOf, keptName } from '../../core/tables.ts'
import { formAction, runAction } from '../action-ids.ts'
import type { Block, CsvFile } from '../outbound/fallbacks.ts'
import { boldLine, button, preformatted, sections, smallPrint } from './blocks.ts'
import { cut } from './cut.ts'
import { type CutGrid, cutGrid, type Grid, type GridCell, gridOf } from './grid.ts'
import { charactersOfMenus, rowMenus } from './menu.ts'
import { codeBlock, mrkdwn } from './mrkdwn.ts'
import { type MessageForm, type PresentedPart, simplePart } from './parts.ts'
import { textTable } from './text-table.ts'

// Slack takes 10,000 characters of table and about 13,200 of message; the rest is for what is around it.
const maxCharacters = 9_000

// Both tables are held to 100 rows; in `table` the header counts as one of them.
const maxDataRows = 100
const maxTableRows = 99

const maxTextCharacters = 2_900
const maxWordsCharacters = 1_500

// A day of hours and all of `status` are read at once; a longer table in pages of ten.
const onePage = 24

/** A table in each form, and the whole of it as a file where a form had to cut and a file may be attached. */
export function presentTable(
  table: TableReply,
  whole: Whole,
): { readonly part: PresentedPart; readonly file: FileFrom | null } {
  const grid = gridOf(table)
  if (grid.rows.length === 0 || grid.columns.length === 0) return { part: emptyTable(grid), file: null }
  const newest = cutGrid(grid, maxDataRows, maxCharacters)
  const menus = rowMenus(grid)
  const older = cutGrid(grid, maxTableRows, maxCharacters - charactersOfMenus(menus))
  const oldest = textTable(grid, maxTextCharacters)
  const words = textTable(grid, maxWordsCharacters)
  const cuts = (shown: number, cellsCut: boolean): boolean => shown < grid.total || cellsCut || grid.leftOut > 0
  const shownIn = [
    ['newest', cuts(newest.rows.length, newest.cellsCut)],
    ['older', cuts(older.rows.length, older.cellsCut)],
    ['oldest', cuts(oldest.shown, oldest.cellsCut)],
    ['words', cuts(words.shown, words.cellsCut)],
  ] as const
  const from = shownIn.find(([, isCut]) => isCut)?.[0]
  const file = from === undefined || whole !== 'attached' ? null : { ...csvFile(table), from }
  const below = (shown: number, cellsCut: boolean): string =>
    rowsLine(table, grid, { shown, cellsCut, whole: cuts(shown, cellsCut) ? whole : 'nowhere' })
  return {
    file,
    part: {
      label: grid.title,
      newest: [dataTable(grid, newest), ...smallPrint(below(newest.rows.length, newest.cellsCut))],
      older: [
        boldLine(grid.title),
        plainTable(grid, older),
        ...smallPrint(below(older.rows.length, older.cellsCut)),
        ...menus,
      ],
      oldest: [
        boldLine(grid.title),
        ...(oldest.shown === 0 ? [] : [preformatted(oldest.text)]),
        ...smallPrint(below(oldest.shown, oldest.cellsCut)),
        ...menus,
      ],
      words: [
        mrkdwn(grid.title),
        ...(words.shown === 0 ? [] : [codeBlock(words.text)]),
        mrkdwn(below(words.shown, words.cellsCut)),
      ].filter((line) => line !== ''),
    },
  }
}

function emptyTable(grid: Grid): PresentedPart {
  return simplePart(grid.title, [boldLine(grid.title), ...smallPrint('No rows.')], `${grid.title}: no rows.`)
}

function dataTable({ title, columns, of }: Grid, { rows, actions }: CutGrid): Block {
  const hasActions = actions.length > 0
  return {
    type: 'data_table',
    caption: title,
    rows: [
      [...columns.map(({ name }) => rawText(name)), ...(hasActions ? [rawText('Action')] : [])],
      ...rows.map((row, at) => [...row.map(cellOf), ...(hasActions ? [actionCell(actions[at] ?? null, row, at)] : [])]),
    ],
    page_size: of === 'column' || rows.length <= onePage ? rows.length : 10,
  }
}

function plainTable({ columns }: Grid, { rows }: CutGrid): TableBlock {
  return {
    type: 'table',
    rows: [columns.map(({ name }) => rawText(name)), ...rows.map((row) => row.map(cellOf))],
    column_settings: columns.map(({ numeric }) => ({ align: numeric ? 'right' : 'left', is_wrapped: !numeric })),
  }
}

function cellOf({ text, value }: GridCell): RawTextElement | RawNumberElement {
  return value === null ? rawText(text) : { type: 'raw_number', value, text }
}

/**
 * A button in a row; clients that do not show it show the line. @slack/types 3.2 does not know it
 * (https://docs.rs/slack-morphism/2.30.0/slack_morphism/prelude/struct.SlackDataTableActionCell.html), and `table` takes none.
 */
function actionCell(action: Suggestion | null, [id]: readonly GridCell[], at: number) {
  if (action === null) return rawText('–')
  const { label, line, form } = action
  // Buttons of one label are distinguished by their row.
  const spoken = id === undefined ? label : `${label} ${id.text}`
  const element = button(`${form === true ? formAction : runAction}-row-${at + 1}`, label, line, { spoken })
  return { type: 'action_cell', element, fallback: rawText(line) } as const
}

function rawText(text: string): RawTextElement {
  return { type: 'raw_text', text }
}

/** What is missing, empty where nothing is: "57 of 5,000 rows · 20 of 25 columns · long values are cut · the CSV file has all of it · times in UTC". */
function rowsLine(
  table: TableReply,
  grid: Grid,
  { shown, cellsCut, whole }: { readonly shown: number; readonly cellsCut: boolean; readonly whole: Whole },
): string {
  const inFile =
    table.rows.length < table.total ? `the ${keptName(table)} ${count(table.rows.length)} rows` : 'all of it'
  const files = {
    attached: `the CSV file has ${inFile}`,
    'on request': `ask in a direct message for a CSV file with ${inFile}`,
    nowhere: null,
  }
  const facts = [
    shown < grid.total
      ? `${grid.timeOrder === undefined ? '' : 'newest '}${count(shown)} of ${plural(grid.total, grid.of)}`
      : null,
    grid.leftOut > 0 ? `${count(grid.columns.length)} of ${count(table.columns.length)} columns` : null,
    cellsCut ? 'long values are cut' : null,
    typeof whole === 'object' ? whole.refused : files[whole],
    grid.hasTimes ? 'times in UTC' : null,
  ]
  return facts.filter((fact) => fact !== null).join(' · ')
}

/** Where the whole of something can be had as a file: attached, by asking elsewhere, nowhere, or why Slack did not take it, in sentences. */
export type Whole = 'attached' | 'on request' | 'nowhere' | { readonly refused: string }

/** A file, and the form of a message from which on it is needed. */
export interface FileFrom extends CsvFile {
  readonly from: MessageForm | 'words'
}

/** A file in the thread of a line that names its content. Slack attaches no file to a private answer, so a sentence replaces it. */
export function presentFile(
  { name, about, content }: FileReply,
  whole: Whole,
): { readonly part: PresentedPart; readonly file: FileFrom | null } {
  const attached = whole === 'attached'
  const where = attached
    ? 'The file follows in the thread.'
    : typeof whole === 'object'
      ? whole.refused
      : 'Slack cannot attach a file to a private answer. Ask in a direct message to get it.'
  const words = `${clean(about)}\n${where}`
  return {
    part: simplePart(cut(cleanLine(about), 80), sections(words), words),
    file: attached ? { filename: name, title: cut(cleanLine(about), 150), content, from: 'newest' } : null,
  }
}

/** A whole table as a file to be uploaded. */
function csvFile(table: TableReply): CsvFile {
  const { name, content } = csvOf(table)
  return { filename: name, title: cut(cleanLine(table.title), 150), content }
}
