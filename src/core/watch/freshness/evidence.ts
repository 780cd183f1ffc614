import type { Deps } from '../../deps.ts'
import { isDirect } from '../../place.ts'
import type { LoadMove } from '../../ports/loads.ts'
import type { RunFilter, RunRecord } from '../../ports/runs.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import type { Session } from '../../runner/session.ts'
import { commandsOf } from '../../schedule/make/lines.ts'
import { dayMs } from '../../span.ts'
import type { Due } from './days.ts'
import { absenceWithin } from './presence.ts'
import type { Evidence, LoadAttempt, LoadSchedule } from './reason.ts'

const readAttempts = 5

/** Reads from the ledger what may explain that a day was not live at its deadline. */
export async function evidenceOf(
  due: Due,
  moves: readonly LoadMove[],
  { deps, catalog }: Pick<Session, 'deps' | 'catalog'>,
): Promise<Evidence> {
  const { ledger, timetable } = deps
  const [from, to] = [new Date(due.day.until), due.deadline]
  const loading = (await ledger.schedules.list()).filter(({ lines }) =>
    commandsOf(lines, catalog).some(({ loads }) => loads === true),
  )
  return {
    moves,
    attempt: await newestAttempt(due, loading, deps),
    pausedBy: await pausing(to, deps),
    down: await absenceWithin(from, to, deps),
    schedules: loading.map((schedule): LoadSchedule => {
      const { id, state, cron, zone } = schedule
      const [next] = timetable.times(cron, zone, new Date(from.getTime() - 1))
      return { id, isActive: state.kind === 'active', next: next?.toISOString() ?? null }
    }),
  }
}

/** The newest try that had begun by the deadline and was not over when the day ended; of a schedule whose load did not begin, its occurrence. */
async function newestAttempt(
  { day, deadline }: Due,
  loading: readonly ScheduleRecord[],
  { ledger, commands }: Deps,
): Promise<LoadAttempt | null> {
  const until = deadline.toISOString()
  const within: RunFilter = { limit: readAttempts, since: new Date(day.until - dayMs).toISOString(), until }
  const found = [
    await ledger.runs.list({ ...within, commands: commands.load }),
    ...(await Promise.all(loading.map(({ id }) => ledger.runs.list({ ...within, schedule: id })))),
  ]
  for (const runs of found) {
    const [newest] = runs
      .map((run) => attemptOf(run, until))
      .filter(({ ended }) => ended === null || ended > new Date(day.until).toISOString())
      .filter(({ started, end }) => end !== 'complete' || Date.parse(started) >= day.until)
      .toSorted((a, b) => b.started.localeCompare(a.started))
    if (newest !== undefined) return newest
  }
  return null
}

/** A run as it was at that time. */
function attemptOf(run: RunRecord, at: string): LoadAttempt & { readonly ended: string | null } {
  const { id, started, ended, state, answer, place } = run
  const same = { run: id, started, ended, error: '', isAsleep: false }
  if (ended === null || ended > at || state === 'running') return { ...same, end: 'running' }
  if (state !== 'error') return { ...same, end: state }
  const code = answer?.failure?.code
  if (code === 'held') return { ...same, end: 'held' }
  return {
    ...same,
    end: 'failed',
    error: isDirect(place) ? '' : (answer?.headline ?? ''),
    isAsleep: code === 'cluster_state' || code === 'no_cluster',
  }
}

/** The run that paused the cluster and after which none had it run; null where it ran at that time. */
async function pausing(at: Date, { ledger, commands }: Deps): Promise<Evidence['pausedBy']> {
  const [last] = await ledger.runs.summaries({
    limit: 1,
    commands: [...commands.wake, ...commands.sleep],
    states: ['complete'],
    until: at.toISOString(),
  })
  return last !== undefined && commands.sleep.includes(last.command) ? last : null
}
