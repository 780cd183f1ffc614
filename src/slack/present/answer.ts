import type { Answer } from '../../core/answer.ts'
import type { FileReply, Reply, TableReply } from '../../core/reply.ts'
import { list } from '../../core/words.ts'
import type { Attached, Presented } from '../message.ts'
import { boldLine, smallPrint } from './blocks.ts'
import { presentNext } from './buttons.ts'
import { presentChart } from './chart.ts'
import { cut } from './cut.ts'
import { presentFailure } from './failure.ts'
import { type FileFrom, presentFile, type Whole } from './file.ts'
import { ladderOf, rungOf } from './ladder.ts'
import { inOrder, paginate } from './pages.ts'
import { type Part, simplePart } from './part.ts'
import { presentPlan } from './plan.ts'
import { runHead } from './run.ts'
import { presentSteps } from './steps.ts'
import { presentTable } from './table.ts'
import { presentText } from './text.ts'
import type { View } from './view.ts'

/**
 * An answer as Slack shows it: the main message with its rungs, what found no room in it and its details for the thread, and a CSV file
 * for each table, with the rung from which on it is cut; what only its asker sees has neither thread nor files. A run of several
 * steps keeps the block that presentRun gave it.
 */
export function presentAnswer(answer: Answer, view: View): Presented {
  const { run, audience, replies, details = [] } = answer
  const head = headOf(answer, view)
  const aloud = audience === 'channel'
  const marked = head === null || (run?.state !== 'error' && answer.title === undefined)
  // A file cannot be shown to one person in a channel, but in direct messages a query's answer can be asked for again.
  const whole = aloud ? 'attached' : answer.asked === undefined ? 'nowhere' : 'on request'
  const present = (reply: Reply) => presentReply(reply, { slash: view.slash, marked, whole })
  const [presented, detailed] = [replies.map(present), details.map(present)]
  const body = presented.map(({ part }) => part)
  const next = presentNext(answer.next, view.slash)
  const tail = next === null ? [] : [next]
  const { main, thread: more } = paginate(head === null ? body : [head, ...body], tail)
  const thread = [...more, ...inOrder(detailed.map(({ part }) => part))]
  const pages = [[...main, ...tail], ...thread]
  const follows = [
    ...(more.length === 0 ? [] : [whatFollows(`More ${aloud ? 'in the thread' : 'follows'}: ${namesOf(more.flat())}`)]),
    ...(more.length > 0 || detailed.length === 0 ? [] : [whatFollows(`Details ${aloud ? 'in the thread' : 'follow'}`)]),
  ]
  return {
    main: ladderOf(answer.headline, [...main, ...follows, ...tail]),
    thread: thread.map((page) => ladderOf(namesOf(page), page)),
    files: [...presented, ...detailed].flatMap(({ part, file }) =>
      file === null ? [] : [attached(part, file, pages)],
    ),
  }
}

function headOf({ run, audience, title, ok }: Answer, view: View): Part | null {
  if (title !== undefined) {
    const words = `${ok ? '' : '✗ '}${title}`
    return simplePart(words, [boldLine(words)])
  }
  const isSaid = run !== null && (run.steps.length > 0 || (audience === 'channel' && !view.direct))
  return isSaid ? runHead(run, view) : null
}

function attached(part: Part, { from, ...csv }: FileFrom, pages: readonly (readonly Part[])[]): Attached {
  const page = Math.max(
    0,
    pages.findIndex((parts) => parts.includes(part)),
  )
  return { ...csv, page, from: rungOf(pages[page] ?? [], from) }
}

function presentReply(
  reply: Reply,
  { slash, marked, whole }: { readonly slash: string; readonly marked: boolean; readonly whole: Whole },
): { readonly part: Part; readonly file: FileFrom | null } {
  if (reply.kind === 'table') return presentTable(reply, whole)
  if (reply.kind === 'file') return presentFile(reply, whole)
  return { part: presentOther(reply, slash, marked), file: null }
}

function presentOther(reply: Exclude<Reply, TableReply | FileReply>, slash: string, marked: boolean): Part {
  switch (reply.kind) {
    case 'text':
      return presentText(reply)
    case 'chart':
      return presentChart(reply)
    case 'steps':
      return presentSteps(reply)
    case 'plan':
      return presentPlan(reply, slash)
    case 'failure':
      return presentFailure(reply, { marked })
  }
}

function whatFollows(words: string): Part {
  return simplePart('More', smallPrint(words), words)
}

function namesOf(parts: readonly Part[]): string {
  return cut(list([...new Set(parts.map(({ label }) => label))]), 250)
}
