import type { Answer } from '../../core/answer.ts'
import { clean, cleanLine, list } from '../../core/format.ts'
import type { ChartReply, FailureReply, FileReply, Reply, TableReply, TextReply } from '../../core/reply.ts'
import type { Attached, Presented } from '../outbound/fallbacks.ts'
import { boldLine, preformatted, presentNext, sections, smallPrint } from './blocks.ts'
import { needsPicture, type PictureState, presentChart } from './chart.ts'
import { cut, pieces } from './cut.ts'
import { presentMenu } from './menu.ts'
import { codeBlock, maxCalled, mentions } from './mrkdwn.ts'
import { inOrder, paginate } from './pages.ts'
import { fallbacksOf, levelOf, type PresentedPart, simplePart, type View } from './parts.ts'
import { presentPlan } from './plan.ts'
import { presentSteps, runHead } from './run.ts'
import { type FileFrom, presentFile, presentTable, type Whole } from './table.ts'

/**
 * What became of the uploads of an answer. `refused`: of files that Slack did not take, by their number, why, in place of where they are.
 * `drawn`: the ids of pictures in Slack by the place of their chart in the replies, null for one that is not to be had.
 */
interface UploadOutcome {
  readonly refused?: ReadonlyMap<number, string>
  readonly drawn?: ReadonlyMap<number, string | null>
}

/**
 * An answer as Slack shows it: the main message with its levels, what found no room in it and its details for the thread, and a CSV file
 * for each table, with the level from which on it is cut; what only its asker sees has neither thread nor files. A run of several
 * steps keeps the block that presentRun gave it. A chart that needs a picture is left out until that is drawn.
 */
export function presentAnswer(answer: Answer, view: View, { refused, drawn }: UploadOutcome = {}): Presented {
  const { run, audience, lead, replies, details = [] } = answer
  const head = headOf(answer, view)
  const aloud = audience === 'channel'
  const marked = head === null || (run?.state !== 'error' && answer.title === undefined)
  // A file cannot be shown to one person in a channel, but in direct messages a query's answer can be asked for again.
  const whole: Whole = aloud ? 'attached' : answer.asked === undefined ? 'nowhere' : 'on request'
  const stateOf = (at: number): PictureState => {
    const file = drawn?.get(at)
    if (file === undefined) return { kind: view.drawsPictures === true ? 'awaited' : 'none' }
    return file === null ? { kind: 'none' } : { kind: 'drawn', file }
  }
  let files = 0
  const present = (of: readonly Reply[], pictureOf: (at: number) => PictureState) =>
    of.flatMap((reply, at) => {
      if (reply.kind === 'chart' && repeats(reply, of)) return []
      const how = { slash: view.slash, marked, whole, picture: pictureOf(at) }
      const shown = presentReply(reply, how)
      const why = shown === null || shown.file === null ? undefined : refused?.get(files++)
      if (shown === null || why === undefined) return shown ?? []
      const without = presentReply(reply, { ...how, whole: { refused: why } })
      return without === null ? [] : { ...without, file: shown.file }
    })
  const presented = present(replies, stateOf)
  const detailed = present(details, () => ({ kind: 'none' }))
  const body = presented.map(({ part }) => part)
  const next = presentNext(answer.next, view.slash)
  const tail = next === null ? [] : [next]
  // The headline, which a message in words alone begins with, states what was found as well.
  const finding = lead === undefined ? [] : [simplePart(cut(cleanLine(lead), 80), sections(lead), '')]
  const { main, thread: more } = paginate([...(head === null ? [] : [head]), ...finding, ...body], tail)
  const thread = [...more, ...inOrder(detailed.map(({ part }) => part))]
  const pages = [[...main, ...tail], ...thread]
  const follows = [
    ...(more.length === 0 ? [] : [whatFollows(`More ${aloud ? 'in the thread' : 'follows'}: ${namesOf(more.flat())}`)]),
    ...(more.length > 0 || detailed.length === 0 ? [] : [whatFollows(`Details ${aloud ? 'in the thread' : 'follow'}`)]),
  ]
  const stated = replies.some(statesOutcome) || answer.title === answer.headline
  return {
    main: fallbacksOf(answer.headline, [...main, ...follows, ...tail], { stated }),
    thread: thread.map((page) => fallbacksOf(namesOf(page), page, { stated: true })),
    pictures: replies.flatMap((reply, at) =>
      reply.kind === 'chart' && !repeats(reply, replies) && needsPicture(reply) && stateOf(at).kind === 'awaited'
        ? [at]
        : [],
    ),
    files: [...presented, ...detailed].flatMap(({ part, file }) =>
      file === null ? [] : [attached(part, file, pages)],
    ),
  }
}

function headOf({ run, audience, title, ok }: Answer, view: View): PresentedPart | null {
  if (title !== undefined) {
    const words = `${ok ? '' : '✗ '}${title}`
    return simplePart(words, [boldLine(words)])
  }
  const isSaid = run !== null && (run.steps.length > 0 || (audience === 'channel' && !view.direct))
  return isSaid ? runHead(run, view) : null
}

function attached(
  part: PresentedPart,
  { from, ...csv }: FileFrom,
  pages: readonly (readonly PresentedPart[])[],
): Attached {
  const page = Math.max(
    0,
    pages.findIndex((parts) => parts.includes(part)),
  )
  return { ...csv, page, from: levelOf(pages[page] ?? [], from) }
}

function presentReply(
  reply: Reply,
  {
    slash,
    marked,
    whole,
    picture,
  }: { readonly slash: string; readonly marked: boolean; readonly whole: Whole; readonly picture: PictureState },
): { readonly part: PresentedPart; readonly file: FileFrom | null } | null {
  if (reply.kind === 'table') return presentTable(reply, whole)
  if (reply.kind === 'file') return presentFile(reply, whole)
  if (reply.kind !== 'chart') return { part: presentOther(reply, slash, marked), file: null }
  const part = presentChart(reply, picture)
  return part === null ? null : { part, file: null }
}

/** Bars and pies add nothing to a table that shows all of their figures. */
function repeats({ type, categories, series }: ChartReply, replies: readonly Reply[]): boolean {
  if (type !== 'bar' && type !== 'pie') return false
  return replies.some(
    (reply) =>
      reply.kind === 'table' &&
      reply.rows.length >= categories.length &&
      series.every(({ name }) => reply.columns.includes(name)),
  )
}

function presentOther(
  reply: Exclude<Reply, TableReply | FileReply | ChartReply>,
  slash: string,
  marked: boolean,
): PresentedPart {
  switch (reply.kind) {
    case 'text':
      return presentText(reply)
    case 'menu':
      return presentMenu(reply)
    case 'steps':
      return presentSteps(reply)
    case 'plan':
      return presentPlan(reply, slash)
    case 'failure':
      return presentFailure(reply, { marked })
  }
}

/** A failure is the headline itself, with its remedy. */
function statesOutcome({ kind }: Reply): boolean {
  return kind === 'failure'
}

function whatFollows(words: string): PresentedPart {
  return simplePart('More', smallPrint(words), words)
}

function namesOf(parts: readonly PresentedPart[]): string {
  return cut(list([...new Set(parts.map(({ label }) => label))]), 250)
}

/** What happened and what to do about it. The mark is left out where the run above carries it already. */
function presentFailure(failure: FailureReply, options: { readonly marked: boolean }): PresentedPart {
  const { message, remedy, ask = [] } = failure
  const words = [`${options.marked ? '✗ ' : ''}${clean(message)}`, clean(remedy)]
    .filter((line) => line !== '')
    .join('\n')
  const part = simplePart(cut(cleanLine(message), 80), sections(words), words)
  const helpers = mentions(ask.slice(0, maxCalled))
  if (helpers.length === 0) return part
  const help = `Ask ${helpers.join(', ')}.`
  const blocks = [...part.newest, { type: 'section', text: { type: 'mrkdwn', text: help, verbatim: true } } as const]
  return { ...part, newest: blocks, older: blocks, oldest: blocks, words: [...part.words, help] }
}

const marks = { plain: '', note: '', good: '✓ ', warning: '⚠ ' } as const

// Slack's limit of a text element is 3,000 characters; the words of a message have room for about as many.
const maxCode = 2_900

/** Words as they are: plain in a section, small print in a context, code in a box, with a mark where the tone has one. */
function presentText({ text, tone = 'plain' }: TextReply): PresentedPart {
  if (tone === 'code') return presentCode(text)
  const words = clean(text)
  const marked = words === '' ? '' : `${marks[tone]}${words}`
  return simplePart(cut(cleanLine(marked), 80), tone === 'note' ? smallPrint(marked) : sections(marked), marked)
}

function presentCode(text: string): PresentedPart {
  const boxes = pieces(clean(text), maxCode)
  const blocks = boxes.map(preformatted)
  return { ...simplePart('The text', blocks), words: boxes.map(codeBlock) }
}
