import type { Answer, Suggestion } from '../../answer.ts'
import type { Outcome } from '../../command/define.ts'
import { labelOf } from '../../command/line.ts'
import { duration, lasting } from '../../format.ts'
import type { RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { type ChartReply, type Fact, type Reply, type StepsReply, stating, type TextReply, text } from '../../reply.ts'
import { rowsIn, viewOf } from '../../runner/answers.ts'
import { runTitle } from '../../runner/run-title.ts'
import { latenessOf } from './occurrence-steps.ts'

/** An occurrence whose lines are over, with their answers, and what became of a warehouse that it resumed, in a sentence. */
export interface FinishedRun {
  readonly schedule: ScheduleRecord
  readonly occurrence: RunRecord
  readonly reports: readonly LineReport[]
  readonly restored: string | null
  readonly now: Date
}

/** The answer of an occurrence that went well: that of its only line as it is, one message of several. */
export function digestOfRun(night: FinishedRun): Outcome {
  const { schedule, occurrence, reports, restored, now } = night
  const occasion = runTitle(schedule, occurrence, now)
  const took = lasting(new Date(occurrence.started), now)
  const late = latenessOf(schedule, occurrence, now)
  const around = (replies: readonly Reply[]): readonly Reply[] => [
    ...(late === null ? [] : [text(late, 'note')]),
    ...replies,
    ...(restored === null ? [] : [text(restored, 'note')]),
  ]
  const rowsOf = reports.flatMap(({ answer }) => rowsIn(answer))
  const named = schedule.personal ? '' : ` · schedule ${schedule.id}`
  const [only, ...others] = reports
  if (only !== undefined && others.length === 0) {
    const { headline, lead, replies, details, next } = only.answer
    return {
      headline: `${occasion}: ${headline}`,
      title: `${occasion}: ${only.line}${named} · ${took}`,
      ...(lead === undefined ? {} : { lead }),
      replies: around(replies),
      ...(details === undefined ? {} : { details }),
      next: schedule.personal
        ? [...next.slice(0, maxNext), { label: 'Stop following', line: `unfollow ${schedule.id}` }]
        : next,
      rowsOf,
    }
  }
  const { headline, replies, details, next } = oneMessage(reports)
  return {
    headline: `${occasion}: ${headline}`,
    title: `${occasion}${named} · ${took}`,
    replies: around(replies),
    details: [...details, stepTimes(occurrence)],
    next: [...next, schedule.personal ? stopOne : { label: 'Details', line: `runs ${occurrence.id}` }],
    rowsOf,
  }
}

/** The list of what somebody follows, with a button to stop each. */
const stopOne: Suggestion = { label: 'Stop one…', line: 'follow' }

/** How long each line took. */
export function stepTimes(occurrence: RunRecord): StepsReply {
  const steps = viewOf(occurrence).steps.map(({ title, state, ms }) => ({ title, state, ms }))
  return { kind: 'steps', title: 'Steps', steps }
}

/** A line of an occurrence, its answer, and whether it asked the warehouse something rather than did something. */
export interface LineReport {
  readonly line: string
  readonly answer: Answer
  readonly asks: boolean
}

/** Several answers in one: what its reader should see at once, all the rest, and the next commands. */
interface OneMessage {
  readonly headline: string
  readonly replies: readonly Reply[]
  readonly details: readonly Reply[]
  readonly next: readonly Suggestion[]
}

// One is left for the details of the whole.
const maxNext = 3

/**
 * Makes one message of the brief answers of several lines: questions first, figures before their chart and before rows; then what was done;
 * then the small print. It has one chart and one table, and states each fact once; what it leaves out is in the details.
 */
export function oneMessage(reports: readonly LineReport[]): OneMessage {
  const [asked, done] = [reports.filter(({ asks }) => asks), reports.filter(({ asks }) => !asks)]
  const briefs = unique([...inOrder(asked, rankAsked), ...inOrder(done, rankDone)])
  const words = withoutRepeats(briefs.filter(isWords), aboutOf)
  const chart = chartOf(briefs)
  const table = briefs.find((reply) => reply.kind === 'table')
  const stated = new Set(words.flatMap(aboutOf))
  const small = briefs.filter((reply) => reply.kind === 'text' && !isWords(reply)).flatMap(factsOf)
  const facts = [...new Map(small.map((fact) => [keyOf(fact), fact])).values()].filter(
    ({ about }) => !stated.has(about),
  )
  const shown: readonly Reply[] = [...words, ...briefs.filter((reply) => reply === chart || reply === table)]
  const replies = [
    ...briefs.filter((reply) => shown.includes(reply)),
    ...(facts.length === 0 ? [] : [stating(facts, ' · ', 'note')]),
  ]
  const known = new Set([...stated, ...[...words.flatMap(factsOf), ...facts].map(keyOf)])
  const isKnown = (reply: Reply): boolean =>
    reply.kind === 'text'
      ? factsOf(reply).every((fact) => known.has(fact.about) || known.has(keyOf(fact)))
      : replies.some((other) => JSON.stringify(other) === JSON.stringify(reply))
  const headlines = [...asked, ...done].map(({ answer: { headline, facts: found } }) => ({ headline, found }))
  return {
    headline: withoutRepeats(headlines, ({ found }) => found?.about ?? [])
      .map(({ headline }) => headline)
      .join(' '),
    replies,
    details: reports.flatMap((one) => detailsOf(one, chart, isKnown)),
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

/** What a text states; one without facts is a fact by itself. */
function factsOf(reply: Reply): readonly Fact[] {
  if (reply.kind !== 'text') return []
  return reply.facts ?? [{ about: '', text: reply.text }]
}

function keyOf({ about, text: words }: Fact): string {
  return JSON.stringify([about, words])
}

/** What a text says that it is about. */
function aboutOf({ facts = [] }: TextReply): readonly string[] {
  return facts.map(({ about }) => about)
}

/** A course of time shows what a table does not; a ranking repeats the table beside it. */
function chartOf(replies: readonly Reply[]): ChartReply | undefined {
  const charts = replies.filter((reply) => reply.kind === 'chart')
  return charts.find(({ type }) => type === 'line' || type === 'area') ?? charts[0]
}

/** All but those about nothing that another one is not about as well; of several about the same, the last, which knows most. */
function withoutRepeats<T>(all: readonly T[], about: (one: T) => readonly string[]): readonly T[] {
  const topics = all.map((one) => new Set(about(one)))
  return all.filter((_, at) => {
    const own = topics[at] ?? new Set()
    const isRepeated = topics.some(
      (other, where) =>
        where !== at && [...own].every((topic) => other.has(topic)) && (other.size > own.size || where > at),
    )
    return own.size === 0 || !isRepeated
  })
}

/** Of equal replies the first, and of words also where their tone differs. */
function unique(replies: readonly Reply[]): readonly Reply[] {
  const keys = replies.map((reply) => (isWords(reply) ? reply.text : JSON.stringify(reply)))
  return replies.filter((_, at) => keys.indexOf(keys[at] ?? '') === at)
}

/** The whole answer of a line behind its words, without what the message shows; of the drawing that it shows, the longer form as well. */
function detailsOf(
  { line, answer }: LineReport,
  shown: ChartReply | undefined,
  isKnown: (reply: Reply) => boolean,
): readonly Reply[] {
  const isDrawn = shown !== undefined && answer.brief?.includes(shown) === true
  const all = [...answer.replies, ...(answer.details ?? [])]
  const more = all.filter((reply) => !isKnown(reply) && !(isDrawn && reply.kind === 'chart'))
  if (more.length === 0) return []
  const { run } = answer
  const time =
    run === null || run.ended === null ? '' : `, ${duration(Date.parse(run.ended) - Date.parse(run.started))}`
  return [text(`${line}${run === null ? '' : ` (run ${run.id}${time})`}`), ...more]
}

/**
 * The answers themselves, which stay usable while the warehouse is paused; then what the others suggest. Two buttons with one label
 * could not be distinguished.
 */
function nextOf(reports: readonly LineReport[]): readonly Suggestion[] {
  const all = reports.flatMap(({ asks, answer: { run, next } }): readonly Suggestion[] =>
    asks && run !== null ? [{ label: labelOf(run.line), line: `result ${run.id}` }] : next,
  )
  return all.filter(({ label }, at) => all.findIndex((other) => other.label === label) === at).slice(0, maxNext)
}
