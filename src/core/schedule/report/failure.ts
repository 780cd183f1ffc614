import type { Answer, Suggestion } from '../../answer.ts'
import { totalUsd } from '../../cluster/bill.ts'
import type { Catalog } from '../../command/catalog.ts'
import type { Context } from '../../command/context.ts'
import { labelOf } from '../../command/line.ts'
import type { Deps } from '../../deps.ts'
import { expected, OpsError } from '../../errors.ts'
import { lasting, list, usd } from '../../format.ts'
import type { LoadRecord } from '../../ports/ledger.ts'
import type { RunId, RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Reply } from '../../reply.ts'
import { rowsIn, viewOf } from '../../runner/answers.ts'
import { clockWords, dayAndClockWords, runTitle, underTitle } from '../../runner/run-title.ts'
import { hourMs } from '../../span.ts'
import { commandsOf } from '../make/lines.ts'
import { type FinishedRun, oneMessage, stepTimes } from './digest.ts'
import { isPowerStep, latenessOf } from './occurrence-steps.ts'

/** What readers have now, and whether this occurrence published it. */
interface Live {
  readonly load: LoadRecord | null
  readonly isNew: boolean
}

/** When another schedule posts what is live now, and whether it waits for a paused cluster. */
interface NextPost {
  readonly at: Date
  readonly waits: boolean
}

const hoursAhead = 12

/** The failure of a line as the failure of its occurrence: what failed, what readers have now, and what costs money. Bugs stay what they are. */
export async function failureOfRun(finished: FinishedRun, error: unknown, context: Context): Promise<unknown> {
  if (!(error instanceof OpsError)) return error
  const { schedule, occurrence, restored, now } = finished
  const { deps, catalog } = context
  const paused = await isPaused(deps)
  const writes = commandsOf(schedule.lines, catalog).some(({ effect }) => effect === 'write')
  const live = writes ? await liveAfter(occurrence.id, deps) : null
  return failureReport({
    ...finished,
    error,
    failed: await failedLine(occurrence.id, error, deps),
    live,
    posts: live === null || live.load === null || live.isNew ? [] : await postsFrom(schedule, paused, context),
    usd: totalUsd(await deps.cluster.bill(new Date(occurrence.started), now)),
    standing: await standingAfter(restored !== null && paused, error, deps),
  })
}

/** Who stopped an occurrence, under its title, and what became of a warehouse that it resumed. */
export function cancelledReport({ schedule, occurrence, restored, now }: FinishedRun, reason: unknown): unknown {
  if (!(reason instanceof OpsError)) return reason
  const message = restored === null ? reason.message : `${reason.message} ${restored}`
  const next = [{ label: 'Details', line: `runs ${occurrence.id}` }]
  return underTitle(reason.with({ message }), runTitle(schedule, occurrence, now), next)
}

/** Whether the cluster is paused now; false where its state is unknown, which is not what failed. */
function isPaused({ cluster }: Deps): Promise<boolean> {
  return cluster
    .describe()
    .then(({ state }) => state === 'paused')
    .catch(expected(() => false))
}

/** The line's run that failed, or found red checks; null where the line was refused before it began. A load that is held fails no other line. */
async function failedLine(occurrence: RunId, { code }: OpsError, { ledger }: Deps): Promise<RunRecord | null> {
  const lines = await ledger.runs.list({ parent: occurrence, limit: 100 })
  // The first of them: where the cluster could not be paused after it, that failed as well.
  return (
    lines
      .filter(({ answer }) => (answer?.failure?.code === 'held') === (code === 'held'))
      .findLast(({ state, answer }) => state === 'error' || state === 'cancelled' || answer?.ok === false) ?? null
  )
}

async function liveAfter(occurrence: RunId, { ledger, commands }: Deps): Promise<Live> {
  const load = await ledger.loads.live()
  const lines = await ledger.runs.summaries({ parent: occurrence, commands: commands.load, limit: 100 })
  return { load, isNew: lines.some(({ id }) => id === load?.id) }
}

/** The next post of each other schedule that reads the live load, in the hours to come, soonest first. */
async function postsFrom(
  { id }: ScheduleRecord,
  paused: boolean,
  { deps, catalog }: Context,
): Promise<readonly NextPost[]> {
  const { ledger, timetable, clock } = deps
  const now = clock.now()
  const until = now.getTime() + hoursAhead * hourMs
  const others = (await ledger.schedules.list()).filter((other) => other.id !== id && other.state.kind === 'active')
  return others
    .filter((other) => readsLive(other, catalog))
    .flatMap(({ cron, zone, whenPaused }) => {
      const [at] = timetable.times(cron, zone, now)
      return at === undefined || at.getTime() > until ? [] : [{ at, waits: paused && whenPaused === 'wait' }]
    })
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
}

/** A schedule that loads reads its own load. */
function readsLive(schedule: ScheduleRecord, catalog: Catalog): boolean {
  const commands = commandsOf(schedule.lines, catalog)
  return commands.some(({ effect }) => effect === 'read') && commands.every(({ loads }) => loads !== true)
}

/** What is still billed, unless the error names it already; of a cluster that is paused again only its storage. */
async function standingAfter(isPausedAgain: boolean, { saysBill }: OpsError, { cluster }: Deps): Promise<string> {
  if (cluster.free) return ''
  if (isPausedAgain) return 'Only its storage is billed now.'
  return saysBill ? '' : cluster.costStatus()
}

/** An occurrence that failed, with what was run up to there and all that its reader should know at three in the morning. */
export interface FailedRun extends FinishedRun {
  readonly error: OpsError
  /** The line's run that failed; null where the line was refused before it began. */
  readonly failed: RunRecord | null
  /** Null where no line changes the warehouse. */
  readonly live: Live | null
  readonly posts: readonly NextPost[]
  /** What the cluster cost meanwhile, in US dollars; null where nobody knows. */
  readonly usd: number | null
  /** What goes on costing money, in a sentence; empty where nothing does. */
  readonly standing: string
}

const snoozeHours = 8

/** The failure of an occurrence, of what is known of it: what failed in whose words, what readers have now, what costs money, what to do. */
export function failureReport(night: FailedRun): OpsError {
  const { schedule, occurrence, error, failed, now } = night
  const occasion = runTitle(schedule, occurrence, now)
  const what =
    error.code === 'held' ? `the load of ${lineOf(night)} is held` : `${lineOf(night)} failed${stepOf(failed)}`
  const reason = error.reason ?? error.message
  const paragraphs = [
    [reason],
    [skippedLines(night)],
    [
      whatIsLive(night),
      error.code === 'held' && others(night).length > 0 ? 'The other lines answered from it.' : '',
      whatPostsSay(night),
    ],
    [night.restored ?? '', costWords(night), night.standing],
    [latenessOf(schedule, occurrence, now) ?? ''],
  ]
  const message = paragraphs
    .map((sentences) => sentences.filter((sentence) => sentence !== '').join(' '))
    .filter((paragraph) => paragraph !== '')
    .join('\n')
  const shown = evidenceOf(night)
  return error.with({
    message,
    fixCommand: undefined,
    reason: undefined,
    evidence: shown,
    report: {
      title: `${occasion} · ${what} after ${lasting(new Date(occurrence.started), now)}`,
      headline: `${occasion}: ${what}. ${reason}`,
      details: detailsOf(night, shown),
      next: nextOf(night),
      rowsOf: night.reports.flatMap(({ answer }) => rowsIn(answer)),
    },
  })
}

function lineOf({ occurrence, failed }: FailedRun): string {
  return failed?.line ?? occurrence.steps.find(({ state }) => state === 'error')?.title ?? 'it'
}

function stepOf(failed: RunRecord | null): string {
  const step = failed?.steps.find(({ state }) => state === 'error')?.title
  return step === undefined ? '' : ` at "${step}"`
}

/** The lines behind the one that failed; all of them where what failed came before them. One that was refused has left no answer. */
function skippedLines({ schedule: { lines }, occurrence, reports, failed }: FailedRun): string {
  const wasRefused = failed === null && occurrence.steps.some((step) => step.state === 'error' && !isPowerStep(step))
  const rest = lines.slice(reports.length + (wasRefused ? 1 : 0))
  return rest.length === 0 ? '' : `Skipped after that: ${rest.join('; ')}.`
}

/** The lines besides the one that failed. */
function others({ reports, failed }: FailedRun): FailedRun['reports'] {
  return reports.filter(({ answer }) => answer.run?.id !== failed?.id)
}

/** What shows the failure: of red checks, which and since when; of a load that is held, what the other lines answered. */
function evidenceOf(night: FailedRun): readonly Reply[] {
  const { error, reports, failed } = night
  if (error.code === 'held') return oneMessage(others(night)).replies
  const brief = reports.find(({ answer }) => answer.run?.id === failed?.id)?.answer.brief
  return error.code === 'checks_red' && brief !== undefined ? brief : error.evidence
}

function detailsOf(night: FailedRun, shown: readonly Reply[]): readonly Reply[] {
  const { reports, occurrence, failed } = night
  const { replies, details } = oneMessage(others(night))
  const whole = reports.find(({ answer }) => answer.run?.id === failed?.id)?.answer.replies ?? []
  const more = whole.filter((reply) => reply.kind !== 'failure' && !shown.includes(reply))
  return [
    ...(failed === null || failed.steps.length === 0
      ? []
      : [{ kind: 'steps' as const, title: `${failed.line} (run ${failed.id})`, steps: [...viewOf(failed).steps] }]),
    ...more,
    ...(night.error.code === 'held' ? [] : replies),
    ...details,
    stepTimes(occurrence),
  ]
}

/** What fixes it, where a command does; the details; and no mentions until the morning. */
function nextOf({ schedule, occurrence, failed }: FailedRun): readonly Suggestion[] {
  return [
    ...(failed?.answer == null || schedule.personal ? [] : fixesFor(failed.answer, schedule.id, occurrence.id)),
    { label: 'Details', line: `runs ${occurrence.id}` },
    schedule.personal
      ? { label: 'Stop following', line: `unfollow ${schedule.id}` }
      : { label: `Snooze ${snoozeHours} h`, line: `schedule-snooze ${schedule.id} ${snoozeHours}h` },
  ]
}

/** A load that may leave rows out is run with all that comes after it; for red checks it is what their answer suggests. */
function fixesFor({ failure, next }: Answer, schedule: number, occurrence: RunId): readonly Suggestion[] {
  if (failure === undefined) return next.slice(0, 1)
  const { leaveOut, cure } = failure
  if (leaveOut !== undefined) {
    const label = `Run again, leaving out ${leaveOut === 1 ? 'this row' : 'these rows'}`
    return [{ label, line: `schedule-run ${schedule} from=${occurrence} max-errors=${leaveOut}` }]
  }
  if (cure === undefined) return []
  return [next.find(({ line }) => line === cure) ?? { label: labelOf(cure), line: cure }]
}

// A schedule of every hour has twelve of them.
const maxTimes = 4

/** "Live tables are untouched: the load of 28 Nov, 03:04 (Europe/London)." The zone goes for all times that follow. Nothing where no line changes the warehouse. */
function whatIsLive({ live, schedule, now }: FailedRun): string {
  if (live === null) return ''
  const published = live.load?.published ?? null
  if (live.load === null || published === null) return 'Nothing is loaded.'
  const load = `the load of ${dayAndClockWords(new Date(published), schedule.zone, now)} (${schedule.zone})`
  return live.isNew ? `It published ${load} before that, which is live.` : `Live tables are untouched: ${load}.`
}

/** "The 07:00 posts will use it and show their age." */
function whatPostsSay({ posts, schedule }: FailedRun): string {
  const sentence = (waits: boolean, one: string, many: string): string => {
    const times = posts.filter((post) => post.waits === waits).map(({ at }) => clockWords(at, schedule.zone))
    return times.length === 0 ? '' : `The ${timesWords(times)} ${times.length === 1 ? `post ${one}` : `posts ${many}`}.`
  }
  const use = sentence(false, 'will use it and show its age', 'will use it and show its age')
  return [use, sentence(true, 'waits until the cluster is resumed', 'wait until the cluster is resumed')]
    .filter((one) => one !== '')
    .join(' ')
}

/** "07:00, 08:00, 09:00 and 4 later". */
function timesWords(all: readonly string[]): string {
  const times = [...new Set(all)]
  return list(
    times.length > maxTimes ? [...times.slice(0, maxTimes - 1), `${times.length - maxTimes + 1} later`] : times,
  )
}

/** "That cost $0.11." Nothing where it cost nothing, or nobody knows. */
function costWords({ usd: amount, restored }: FailedRun): string {
  if (amount === null || amount === 0) return ''
  return restored === null ? `The cluster cost ${usd(amount)} in that time.` : `That cost ${usd(amount)}.`
}
