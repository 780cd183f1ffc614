import type { Answer, Suggestion } from '../../answer.ts'
import type { RunContext } from '../../command/context.ts'
import type { Outcome } from '../../command/define.ts'
import { labelOf } from '../../command/line.ts'
import { duration, lasting } from '../../format.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { type ChartReply, type Reply, type StepsReply, type TextReply, text } from '../../reply.ts'
import { rowsIn, viewOf } from '../../runner/answers.ts'
import { latenessOf, runTitle } from './run-title.ts'

/** What an occurrence has to report: the answers of its lines, and what became of a warehouse that it woke. */
export interface DigestReport {
  readonly said: readonly LineAnswer[]
  readonly slept: string | null
}

/** One answer of those of all lines: that of the only one as it is, a digest of several. */
export async function digest(
  schedule: ScheduleRecord,
  { said, slept }: DigestReport,
  context: RunContext,
): Promise<Outcome> {
  const { deps, runId } = context
  const occurrence = await deps.ledger.runs.get(runId)
  if (occurrence === null) throw new Error(`run ${runId} is not in the ledger`)
  const reports = said.map((one) => ({ ...one, asks: isQuestion(one, context) }))
  return digestOfRun({ schedule, occurrence, reports, slept, now: deps.clock.now() })
}

/** Whether a line asked something of the warehouse. */
export function isQuestion({ answer }: LineAnswer, { catalog }: Pick<RunContext, 'catalog'>): boolean {
  return catalog.find(answer.run?.command ?? '')?.group === 'questions'
}

/** An occurrence that went well, with what it said. */
export interface FinishedRun {
  readonly schedule: ScheduleRecord
  readonly occurrence: RunRecord
  readonly reports: readonly LineReport[]
  readonly slept: string | null
  readonly now: Date
}

/** The digest of an occurrence, of what is known of it. */
export function digestOfRun(night: FinishedRun): Outcome {
  const { schedule, occurrence, reports, slept, now } = night
  const occasion = runTitle(schedule, occurrence, now)
  const took = lasting(new Date(occurrence.started), now)
  const late = latenessOf(schedule, occurrence, now)
  const around = (replies: readonly Reply[]): readonly Reply[] => [
    ...(late === null ? [] : [text(late, 'note')]),
    ...replies,
    ...(slept === null ? [] : [text(slept, 'note')]),
  ]
  const rowsOf = reports.flatMap(({ answer }) => rowsIn(answer))
  const [only, ...others] = reports
  if (only !== undefined && others.length === 0) {
    const { headline, lead, replies, details, next } = only.answer
    return {
      headline: `${occasion}: ${headline}`,
      title: `${occasion}: ${only.line} · schedule ${schedule.id} · ${took}`,
      ...(lead === undefined ? {} : { lead }),
      replies: around(replies),
      ...(details === undefined ? {} : { details }),
      next,
      rowsOf,
    }
  }
  const { headline, replies, details, next } = oneMessage(reports)
  return {
    headline: `${occasion}: ${headline}`,
    title: `${occasion} · schedule ${schedule.id} · ${took}`,
    replies: around(replies),
    details: [...details, stepTimes(occurrence)],
    next: [...next, { label: 'Details', line: `runs ${occurrence.id}` }],
    rowsOf,
  }
}

/** How long each line took. What it said stands above. */
export function stepTimes(occurrence: RunRecord): StepsReply {
  const steps = viewOf(occurrence).steps.map(({ title, state, ms }) => ({ title, state, ms }))
  return { kind: 'steps', title: 'Steps', steps }
}

/** A line of an occurrence, and the answer it had. */
export interface LineAnswer {
  readonly line: string
  readonly answer: Answer
}

/** What a line said, and whether it asked the warehouse something rather than did something. */
export interface LineReport extends LineAnswer {
  readonly asks: boolean
}

/** Several answers in one: what its reader should see at once, all the rest, and what to say next. */
export interface OneMessage {
  readonly headline: string
  readonly replies: readonly Reply[]
  readonly details: readonly Reply[]
  readonly next: readonly Suggestion[]
}

// One is left for the details of the whole.
const maxNext = 3

/**
 * Makes one message of what several lines said in brief: answers first, figures before their chart and before rows; then what was done;
 * then the small print, each fact once. It has one chart and one table, and says nothing twice; what it leaves out is in the details.
 */
export function oneMessage(reports: readonly LineReport[]): OneMessage {
  const [asked, done] = [reports.filter(({ asks }) => asks), reports.filter(({ asks }) => !asks)]
  const briefs = unique([...inOrder(asked, rankAsked), ...inOrder(done, rankDone)])
  const said = withoutRepeats(briefs.flatMap((reply) => (isWords(reply) ? [reply.text] : [])))
  const chart = chartOf(briefs)
  const table = briefs.find((reply) => reply.kind === 'table')
  const facts = factsOf(briefs, said)
  const replies = [
    ...briefs.filter((reply) => {
      if (reply.kind === 'text') return isWords(reply) && said.includes(reply.text)
      if (reply.kind === 'chart') return reply === chart
      return reply.kind !== 'table' || reply === table
    }),
    ...(facts.length === 0 ? [] : [text(facts.join(' · '), 'note')]),
  ]
  return {
    headline: withoutRepeats([...asked, ...done].map(({ answer }) => answer.headline)).join(' '),
    replies,
    details: reports.flatMap((one) => detailsOf(one, (reply) => isShown(reply, replies, [...facts, ...said]))),
    next: nextOf([...asked, ...done]),
  }
}

/** Of what was asked: figures, the chart that draws them, rows. Of what was done: what is marked as good or bad, then the rest. */
function inOrder(reports: readonly LineReport[], rank: (reply: Reply) => number): readonly Reply[] {
  const replies = reports.flatMap(({ answer }) => answer.brief ?? answer.replies)
  return replies.toSorted((one, other) => rank(one) - rank(other))
}

function rankAsked({ kind }: Reply): number {
  return kind === 'text' ? 0 : kind === 'chart' ? 1 : 2
}

function rankDone(reply: Reply): number {
  return reply.kind === 'text' && (reply.tone === 'good' || reply.tone === 'warning') ? 0 : 1
}

function isWords(reply: Reply): reply is TextReply {
  return reply.kind === 'text' && reply.tone !== 'note'
}

/** A course of time says what a table does not; a ranking draws the table beside it once more. */
function chartOf(replies: readonly Reply[]): ChartReply | undefined {
  const charts = replies.filter((reply) => reply.kind === 'chart')
  return charts.find(({ type }) => type === 'line' || type === 'area') ?? charts[0]
}

/** Sentences without those that another one holds; of equal ones the first. */
function withoutRepeats(sentences: readonly string[]): readonly string[] {
  const different = [...new Set(sentences)]
  return different.filter((one) => !different.some((other) => other !== one && other.includes(bare(one))))
}

function bare(sentence: string): string {
  return sentence.replace(/\.$/, '')
}

/** The facts of all small print, each once, without those that are run already. */
function factsOf(replies: readonly Reply[], said: readonly string[]): readonly string[] {
  const facts = replies.flatMap((reply) =>
    reply.kind === 'text' && reply.tone === 'note' ? reply.text.split(' · ') : [],
  )
  return [...new Set(facts)].filter((fact) => !said.some((words) => words.includes(fact)))
}

/** Of equal replies the first, and of words also where their tone differs. */
function unique(replies: readonly Reply[]): readonly Reply[] {
  const keys = replies.map((reply) => (isWords(reply) ? reply.text : JSON.stringify(reply)))
  return replies.filter((_, at) => keys.indexOf(keys[at] ?? '') === at)
}

function isShown(reply: Reply, shown: readonly Reply[], said: readonly string[]): boolean {
  if (reply.kind === 'text') {
    const facts = reply.tone === 'note' ? reply.text.split(' · ') : [reply.text]
    return facts.every((fact) => said.some((words) => words.includes(fact)))
  }
  const same = JSON.stringify(reply)
  return shown.some((other) => {
    // Of one drawing the longer form is left to the rows.
    if (reply.kind === 'chart' && other.kind === 'chart') return reply.title === other.title
    return JSON.stringify(other) === same
  })
}

/** The whole answer of a line behind its words, without what the message shows. */
function detailsOf({ line, answer }: LineReport, shown: (reply: Reply) => boolean): readonly Reply[] {
  const more = [...answer.replies, ...(answer.details ?? [])].filter((reply) => !shown(reply))
  if (more.length === 0) return []
  const { run } = answer
  const time =
    run === null || run.ended === null ? '' : `, ${duration(Date.parse(run.ended) - Date.parse(run.started))}`
  return [text(`${line}${run === null ? '' : ` (run ${run.id}${time})`}`), ...more]
}

/** The answers themselves, to be worked with although the warehouse may sleep by now; then what the others suggest. */
function nextOf(reports: readonly LineReport[]): readonly Suggestion[] {
  const all = reports.flatMap(({ asks, answer: { run, next } }): readonly Suggestion[] =>
    asks && run !== null ? [{ label: labelOf(run.line), line: `result ${run.id}` }] : next,
  )
  return all.filter(({ label }, at) => all.findIndex((other) => other.label === label) === at).slice(0, maxNext)
}
