import { isoDay } from '../day.ts'
import { count, moment, plural } from '../format.ts'
import { type Asker, includesRole } from '../people.ts'
import { type Place, placeWords } from '../place.ts'
import type { AuditEntry, AuditFilter, AuditStore } from '../ports/audit.ts'
import type { Origin, RunRecord } from '../ports/runs.ts'
import type { Cell, FileReply } from '../reply.ts'
import { mayRead, type RunReader } from '../runner/readers.ts'
import { csvOf } from '../tables.ts'

// About 8 MB: what a person opens at once.
const mostEntries = 20_000

const columns = [
  'at',
  'run',
  'what',
  'who',
  'who_id',
  'line',
  'place',
  'origin',
  'plan',
  'approved_by',
  'cost_usd',
  'result',
  'headline',
]

/**
 * The entries of the audit log that a filter lets through, oldest first, as a CSV file for `reader`; the newest ones where they are too many
 * for one.
 */
export async function recordAsFile(
  audit: AuditStore,
  filter: Omit<AuditFilter, 'limit'>,
  reader: RunReader,
  now: Date,
): Promise<FileReply> {
  const { entries, total } = await audit.list({ ...filter, limit: mostEntries })
  const file = csvOf({
    kind: 'table',
    title: `Audit log ${isoDay(now)}`,
    columns,
    rows: entries.map((entry) => rowOf(asSeen(entry, reader))),
    total: entries.length,
  })
  const first = entries[0]?.at.slice(0, 10)
  const about =
    entries.length < total
      ? `Audit log: the newest ${count(entries.length)} of ${plural(total, 'entry', 'entries')}; the older ones with until=${first}`
      : `Audit log: ${plural(total, 'entry', 'entries')}`
  return { kind: 'file', about, ...file }
}

/** An entry without what this person may not see. */
function asSeen(entry: AuditEntry, reader: RunReader): Shown {
  const { who, what, command } = entry
  const isOwn = who.kind === reader.who.kind && who.id === reader.who.id
  // What was refused to somebody, or did not happen, they know already.
  const isOpen = mayRead(entry, reader) || (isOwn && what !== 'run')
  // Where others asked may be a channel that this person is not in, or direct messages.
  const place = isOwn || includesRole(reader.who.role, 'operator') ? entry.place : null
  return isOpen ? { ...entry, place } : { ...entry, place, plan: null, line: command, headline: '' }
}

type Shown = Omit<AuditEntry, 'place'> & { readonly place: Place | null }

function rowOf({ at, run, what, who, line, place, origin, plan, approvedBy, costUsd, ...entry }: Shown): Cell[] {
  return [
    at,
    run,
    what,
    who.name,
    who.id,
    line,
    place === null ? null : placeText(place),
    originText(origin),
    plan === null ? null : [plan.title, ...plan.facts].join(' · '),
    approvedBy === null ? null : personText(approvedBy),
    costUsd,
    entry.result,
    entry.headline,
  ]
}

/** Names change; ids stay. */
function personText({ id, name }: Asker): string {
  return id === name ? name : `${name} (${id})`
}

function placeText(place: Place): string {
  return place.kind === 'terminal' || place.channelName === undefined
    ? placeWords(place)
    : `${placeWords(place)} (${place.channel})`
}

/** Who called a run, for its reader: "Asked by Ada", "Schedule 3, due 24 Nov 2026, 03:00 UTC, for Ada". */
export function requestedBy({ origin, requester, retries, who }: RunRecord): string {
  const first = firstRequestedBy(origin, requester.name)
  return retries === 0 ? first : `${first}; retried by ${who.name}`
}

function firstRequestedBy(origin: Origin, name: string): string {
  switch (origin.kind) {
    case 'words':
      return `Asked by ${name}`
    case 'line':
      return `Line ${origin.at + 1} of run ${origin.fire}, for ${name}`
    case 'fire':
      return origin.cause === 'asked'
        ? `Schedule ${origin.schedule}, run by ${name}`
        : `Schedule ${origin.schedule}, due ${moment(new Date(origin.intended))}, for ${name}`
  }
}

/** The same in few words that programs can read: "words", "schedule 3, clock, 2026-11-24T03:00:00.000Z", "run 57, line 1". */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case 'words':
      return 'words'
    case 'line':
      return `run ${origin.fire}, line ${origin.at + 1}`
    case 'fire':
      return `schedule ${origin.schedule}, ${origin.cause}, ${origin.intended}`
  }
}
