import type { Outcome } from '../../command/define.ts'
import type { Deps } from '../../deps.ts'
import type { Freshness, FreshnessDay } from '../../ports/freshness.ts'
import { type TableReply, tableOfThings, text } from '../../reply.ts'
import { type Due, deadlines } from './days.ts'
import {
  countedDays,
  countWords,
  dayName,
  freshnessWords,
  outcomeWords,
  promiseWords,
  reasonWords,
  timeThere,
} from './words.ts'

/** How many days its table shows. */
const shownDays = 14

/** The next deadline of a freshness; null where it never comes. */
function nextDue(freshness: Freshness, { clock, timetable }: Pick<Deps, 'clock' | 'timetable'>): Due | null {
  for (const due of deadlines(freshness, clock.now(), timetable)) return due
  return null
}

/** "Next: 1 Dec 2018 by 2 Dec 2018, 06:00 GMT", or that it is paused. */
function nextWords(freshness: Freshness, deps: Pick<Deps, 'clock' | 'timetable'>): string {
  if (freshness.isPaused) return 'paused'
  const due = nextDue(freshness, deps)
  if (due === null) return 'no further deadline'
  return `next: ${dayName(due.day.day)}, due ${timeThere(due.deadline.toISOString(), freshness.zone)}`
}

/** A freshness in one line, with its newest day: for status and Home. */
export async function freshnessLine(freshness: Freshness, deps: Deps): Promise<string> {
  const days = await deps.ledger.freshness.days(freshness.id, countedDays)
  const last = lastWords(days, freshness) ?? []
  return [promiseWords(freshness), last, countWords(days), nextWords(freshness, deps)].flat().join(' · ')
}

/** A freshness in full: its promise, when it is due next, and its last days. */
export async function freshnessOutcome(freshness: Freshness, headline: string, deps: Deps): Promise<Outcome> {
  const { id } = freshness
  const days = await deps.ledger.freshness.days(id, countedDays)
  const act = freshness.isPaused
    ? { label: 'Resume it', line: `freshness-resume ${id}` }
    : { label: 'Pause it', line: `freshness-pause ${id}` }
  return {
    headline,
    tone: 'good',
    replies: [
      text(`${countWords(days)} · ${nextWords(freshness, deps)}`),
      ...(days.length === 0 ? [] : [daysTable(days.slice(0, shownDays), freshness)]),
      text(meaning, 'note'),
    ],
    next: [{ label: 'Change…', line: lineThatSets(freshness), form: true }, act, { label: 'Status', line: 'status' }],
  }
}

/** The line that sets it again, wherever it is typed. */
function lineThatSets({ time, zone, place }: Freshness): string {
  const channel = place.kind === 'slack' && !place.direct ? ` channel=${place.channel}` : ''
  return `freshness-by time=${time} tz=${zone}${channel}`
}

const meaning =
  'A day is in time if, at the deadline on the next day, the live load has all of it and was published after the day ended.'

function daysTable(days: readonly FreshnessDay[], { zone }: Freshness): TableReply {
  return tableOfThings(days, {
    title: 'Last days',
    columns: { day: 'text', due: 'time', live_since: 'time', load: 'id', outcome: 'text', why: 'text' },
    rowOf: (day) => [
      day.day,
      day.deadline,
      day.met,
      day.load,
      outcomeWords(day, zone),
      day.reason === null ? null : reasonWords(day.reason, zone),
    ],
  })
}

/** All of them, one line each. */
export async function freshnessTable(all: readonly Freshness[], deps: Deps): Promise<TableReply> {
  const listed = await Promise.all(
    all.map(async (freshness) => ({ freshness, days: await deps.ledger.freshness.days(freshness.id, countedDays) })),
  )
  return tableOfThings(listed, {
    title: 'Freshness',
    columns: { id: 'id', promise: 'text', set_by: 'text', last_day: 'text', in_time: 'text', next: 'text' },
    rowOf: ({ freshness, days }) => [
      freshness.id,
      freshnessWords(freshness),
      freshness.owner.name,
      lastWords(days, freshness) ?? null,
      countWords(days),
      nextWords(freshness, deps),
    ],
    action: ({ freshness: { id } }) => ({ label: 'Days', line: `freshness ${id}` }),
  })
}

/** "30 Nov 2018: in time, 1 Dec 2018, 03:04 GMT"; undefined where no day was judged. */
function lastWords([newest]: readonly FreshnessDay[], { zone }: Freshness): string | undefined {
  return newest === undefined ? undefined : `${dayName(newest.day)}: ${outcomeWords(newest, zone)}`
}
