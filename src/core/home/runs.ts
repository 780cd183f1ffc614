import { duration, plural } from '../format.ts'
import { includesRole } from '../people.ts'
import type { RunRecord } from '../ports/runs.ts'
import { viewOf } from '../runner/answers.ts'
import { mayRead, shownLine } from '../runner/readers.ts'
import { maySee } from '../schedule/make/find.ts'
import { linesWords } from '../schedule/make/words.ts'
import { minuteMs } from '../span.ts'
import { at, entry, type HomeEntry, pressable, type Viewing, type Words } from './home-view.ts'

const shownRunning = 3

/** The runs that are going on: the one that changes the warehouse first, step by step. */
export function runningEntries(viewing: Viewing): readonly HomeEntry[] {
  return viewing.snapshot.running
    .toSorted((a, b) => Number(b.writer) - Number(a.writer))
    .slice(0, shownRunning)
    .map((run) => runningEntry(run, viewing))
}

function runningEntry(run: RunRecord, viewing: Viewing): HomeEntry {
  const { snapshot, who } = viewing
  // How long a step has been at it is not news.
  const steps = viewOf(run).steps.map((step) => (step.state === 'in_progress' ? { ...step, ms: null } : step))
  const own = run.who.id === who.id || includesRole(who.role, 'admin')
  const stop = {
    label: 'Cancel',
    line: `cancel ${run.id}`,
    sure: `Stop run ${run.id} (${shownLine(run, viewing)})?`,
  }
  return entry({
    title: `● ${nameOf(run, viewing)}`,
    words: [`${run.who.name} · since`, at(run.started), `· ${lastingMinutes(run.started, snapshot.now)}`],
    steps,
    next: pressable([{ label: 'Details', line: `runs ${run.id}` }, ...(own ? [stop] : [])], viewing),
  })
}

/** To the minute, so that a Home in which nothing else changes is not published for its seconds. */
function lastingMinutes(since: string, now: Date): string {
  const minutes = Math.floor((now.getTime() - Date.parse(since)) / minuteMs)
  return minutes < 1 ? 'less than a minute' : minutes < 60 ? plural(minutes, 'minute') : duration(minutes * minuteMs)
}

const marks = { complete: '✓', error: '✗', cancelled: '✗' } as const

/** The runs that were last over, of whomever. */
export function endedEntries(viewing: Viewing): readonly HomeEntry[] {
  const all = entry({ next: pressable([{ label: 'All runs', line: 'runs' }], viewing) })
  const entries = viewing.snapshot.ended.map((run) => {
    const took = run.ended === null ? '' : `· ${duration(Date.parse(run.ended) - Date.parse(run.started))}`
    return entry({
      title: `${run.state === 'running' ? '●' : marks[run.state]} ${nameOf(run, viewing)}`,
      words: [`${run.who.name} ·`, at(run.started), took, ...outcomeOf(run, viewing)],
      next: pressable([{ label: 'Details', line: `runs ${run.id}` }], viewing),
    })
  })
  return entries.length === 0 || all.next.length === 0 ? entries : [...entries, all]
}

/** How a run ended that did not go well. */
function outcomeOf(run: RunRecord, viewing: Viewing): Words {
  const { state, answer } = run
  return state === 'complete' || answer === null || !mayRead(run, viewing) ? [] : [`· ${answer.headline}`]
}

/** The line that was run; of an occurrence the lines of its schedule. */
function nameOf(run: RunRecord, viewing: Viewing): string {
  const { origin } = run
  if (origin.kind !== 'fire') return shownLine(run, viewing)
  const schedule = viewing.snapshot.schedules.find(({ id }) => id === origin.schedule)
  if (schedule === undefined) return shownLine(run, viewing)
  const name = `Schedule ${schedule.id}`
  return maySee(schedule, viewing.who) ? `${name}: ${linesWords(schedule)}` : name
}
