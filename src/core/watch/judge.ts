import { liveRows, type RowSource } from '../answers/query-answer.ts'
import { copiedRows } from '../answers/while-away.ts'
import { dayAfter } from '../day.ts'
import type { Deps } from '../deps.ts'
import { messageOf, OpsError, type OpsErrorCode } from '../errors.ts'
import { newMessage, newsOf, type Ways } from '../outbox/messages.ts'
import { theAdmins, theBot } from '../people.ts'
import type { LoadRecord } from '../ports/loads.ts'
import type { AlertDefinition, Observation, WatchRecord } from '../ports/watches.ts'
import type { Session } from '../runner/session.ts'
import { whyNotUseNow } from '../schedule/run/ownership.ts'
import { judgeChecks } from './checks.ts'
import { faceOf } from './face.ts'
import { readFigures, type WatchedQuery, type WholeDays, watchedQuery, wholeDaysOf } from './figures.ts'
import { advance } from './life.ts'
import { messagesOfLife, waysOfFiring } from './message.ts'
import { moveWatch } from './move.ts'
import { neededFrom, observeDay, observeSingle } from './observe.ts'

// A bot that was down for longer judges the newest of these days.
const mostDays = 31

/** What is wrong with the alert itself, or its query: the same load would find it again. */
const lasting: ReadonlySet<OpsErrorCode> = new Set(['unknown_command', 'bad_argument', 'not_allowed', 'sql_failed'])

/**
 * Judges what the live load has not been judged by yet: each alert on each whole day since the last one that was judged, and the checks. Ends
 * snoozes that are over. Each judgement is one change of its condition as it was read, so a process that dies before leaves it to the next
 * minute, and of two processes one makes it. Nothing wakes a cluster. Throws what the ledger throws.
 */
export async function judgeWatches(session: Session): Promise<void> {
  // A minute whose queries take longer than it is not joined by the next one.
  if (judging.has(session)) return
  judging.add(session)
  try {
    await judgeAll(session)
  } finally {
    judging.delete(session)
  }
}

const judging = new WeakSet<Session>()

async function judgeAll(session: Session): Promise<void> {
  const { deps } = session
  const { ledger, clock } = deps
  const watches = await ledger.watches.list(['alert', 'check'])
  for (const watch of watches) {
    if (watch.life.kind === 'snoozed' && watch.life.until <= clock.now().toISOString()) {
      await moveWatch(watch, { kind: 'passed' }, {}, deps)
    }
  }
  const live = await ledger.loads.live()
  if (live === null) return
  await judgeChecks(live, deps)
  const due = (await ledger.watches.list(['alert'])).filter((alert) => isDue(alert, live, session))
  if (due.length === 0) return
  const source = await sourceOf(live, deps)
  if (source === null) return
  for (const alert of due) {
    try {
      session.registry.admit()
      await judgeAlert(alert, source, session)
    } catch (error) {
      const message = `alert ${alert.subject} cannot be judged yet: ${messageOf(error)}`
      if (error instanceof OpsError) deps.log.warn({ err: error, alert: alert.subject }, message)
      else deps.log.error({ err: error, alert: alert.subject }, message)
    }
  }
}

/** What answers of the live load now: the load, or its copy while the cluster is away; null where nothing does. */
async function sourceOf(live: LoadRecord, deps: Deps): Promise<RowSource | null> {
  const cluster = await deps.cluster.describe()
  if (cluster.state === 'available') return liveRows(live, deps)
  const copy = await copiedRows(cluster, deps)
  return copy?.load.id === live.id ? copy : null
}

/** Whether the live load has a whole day that an alert was not judged on, or it was not judged by this load. */
function isDue({ definition, isPaused, judged }: WatchRecord, live: LoadRecord, session: Session): boolean {
  if (definition.kind !== 'alert' || isPaused) return false
  if (judged?.load !== live.id) return true
  if (judged.failed === true) return false
  const asked = queryOf(definition, session)
  if (asked instanceof OpsError || judged.day === null) return false
  return judged.day !== (wholeDaysOf(live, asked.zone)?.last ?? null)
}

/** The query of an alert, or why its line is not understood any more. */
function queryOf({ line }: AlertDefinition, { catalog, deps }: Session): WatchedQuery | OpsError {
  try {
    return watchedQuery(line, catalog, deps)
  } catch (error) {
    if (error instanceof OpsError) return error
    throw error
  }
}

async function judgeAlert(alert: WatchRecord, source: RowSource, session: Session): Promise<void> {
  const { definition } = alert
  if (definition.kind !== 'alert') return
  let owned = alert
  try {
    const now = await ownedNow(alert, definition, session)
    if (now === null) return
    owned = now
    const asked = watchedQuery(definition.line, session.catalog, session.deps)
    await judgeDays(owned, definition, asked, source, session)
  } catch (error) {
    if (!(error instanceof OpsError) || !lasting.has(error.code)) throw error
    await note(owned, source.load, { kind: 'unknown', why: `${error.message} ${error.remedy}`.trim() }, session.deps)
  }
}

async function judgeDays(
  alert: WatchRecord,
  definition: AlertDefinition,
  asked: WatchedQuery,
  source: RowSource,
  { deps, registry: { closing } }: Session,
): Promise<void> {
  const { load } = source
  const days = wholeDaysOf(load, asked.zone)
  const wanted = days === null ? [] : daysToJudge(alert, load, days)
  const [first] = wanted
  const since = first === undefined ? null : neededFrom(definition, first)
  const figures = await readFigures(asked, definition.column, days, since, source, {
    library: deps.library,
    signal: closing,
  })
  // A name that was given in a terminal is an id before anything is posted.
  const place = await deps.outbox.resolve(alert.place)
  let now = alert
  const settle = async (
    day: string | null,
    { observation, value }: ReturnType<typeof observeDay>,
  ): Promise<boolean> => {
    const judged = { load: load.id, day, value }
    const moved = await moveWatch(now, { kind: 'observed', observation }, { judged, seen: observation, place }, deps)
    now = moved ?? now
    return moved !== null
  }
  if (figures.kind === 'single') {
    const day = asked.query.timed ? (days?.last ?? null) : null
    await settle(day, observeSingle(definition, figures, day, valueBefore(alert, load)))
    return
  }
  if (wanted.length === 0) {
    await note(alert, load, { kind: 'unknown', why: 'The data have no whole day yet.' }, deps)
    return
  }
  for (const day of wanted) {
    if (!(await settle(day, observeDay(definition, figures, day)))) return
  }
}

/**
 * The whole days to be judged, in order: the day that was judged last once more, by another load, and those after it. Of an alert that is
 * new, and where a rollback has taken days away, the last one.
 */
function daysToJudge({ judged }: WatchRecord, load: LoadRecord, { first, last }: WholeDays): readonly string[] {
  if (judged?.day == null || judged.day > last) return [last]
  const from = judged.load === load.id ? dayAfter(judged.day, 1) : judged.day
  const oldest = [from, first, dayAfter(last, 1 - mostDays)].reduce((a, b) => (a > b ? a : b))
  const days: string[] = []
  for (let day = oldest; day <= last; day = dayAfter(day, 1)) days.push(day)
  return days
}

/** The figure of the load that was judged before this one. */
function valueBefore({ judged }: WatchRecord, load: LoadRecord): number | null {
  return judged === null || judged.load === load.id ? null : judged.value
}

/** Notes why an alert cannot be judged by this load, once: the next one begins where the load before ended. */
async function note(alert: WatchRecord, load: LoadRecord, seen: Observation, deps: Deps): Promise<void> {
  const { day, value } = alert.judged ?? { day: null, value: null }
  const judged = { load: load.id, day, value, failed: true } as const
  await moveWatch(alert, { kind: 'observed', observation: seen }, { judged, seen }, deps)
}

/**
 * The alert with who owns it now: its owner, or, where they have left or lost the role that its query needs, the admins, with a message in
 * its channel. One in its owner's direct messages is paused, and its firing ends. Null where it is not to be judged. Throws `slack` while their
 * role is not known, and `not_allowed` where nobody is admin who could take it over.
 */
async function ownedNow(alert: WatchRecord, { line }: AlertDefinition, session: Session): Promise<WatchRecord | null> {
  const { deps, catalog } = session
  const { owner, place, subject } = alert
  if (owner.kind !== 'slack') return alert
  const command = catalog.named(line)
  const why = await whyNotUseNow(owner, command === undefined ? [] : [command], deps)
  if (why === null) return alert
  const isTheirs = place.kind === 'slack' && place.direct
  const admins = deps.directory.holders('admin').filter((holder) => holder !== owner.id)
  if (!isTheirs && admins.length === 0) throw why
  const { name } = faceOf(alert)
  const became = isTheirs ? 'is paused' : 'now belongs to the admins'
  const next = [
    ...(isTheirs ? [] : [{ label: 'Pause it', line: `alert-pause ${subject}` }]),
    { label: 'Remove it', line: `alert-remove ${subject}` },
  ]
  const remedy = `An admin can ${isTheirs ? '' : 'pause or '}remove it.`
  const news = newsOf(`${why.message} ${name} (${line}) ${became}.`, [remedy], next)
  const now = deps.clock.now()
  const key = `alert:${subject}:inherited:${now.toISOString()}`
  const ways: Ways = isTheirs ? [{ kind: 'admins', besides: owner.id }] : waysOfFiring({ place, owner: theAdmins })
  const message = newMessage({ key, content: { kind: 'answer', answer: news }, ways }, now, true)
  const end = { kind: 'person', by: theBot, how: 'paused' } as const
  const life = isTheirs ? advance(alert.life, { kind: 'ended', end }, now.toISOString()) : alert.life
  const change = isTheirs ? { isPaused: true, life } : { owner: theAdmins }
  const messages = [...messagesOfLife({ ...alert, life }, alert.life, deps), message]
  const changed = await deps.ledger.watches.change(alert, change, messages)
  deps.log.warn({ alert: subject, owner: owner.id }, `alert ${subject} ${became}: ${why.message}`)
  return isTheirs ? null : changed
}
