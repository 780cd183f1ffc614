import type { Asked, Suggestion } from '../answer.ts'
import type { Command } from '../command/define.ts'
import { quote } from '../command/line.ts'
import { canonicalLine } from '../command/read-arguments.ts'
import type { RunId } from '../ports/ledger.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import type { TableReply } from '../reply.ts'
import type { QueryFile } from '../sql/files.ts'
import { zoneParam } from '../sql/query-statement.ts'
import { wallClock } from '../sql/zone.ts'
import { rowsPerPage } from './stored-rows.ts'

/** An answer, and what must be known to go on from it. */
export interface Answered {
  readonly query: QueryFile
  readonly command: Command
  /** What its line named, the zone of its days among it where they depend on one. */
  readonly given: ArgumentValues
  readonly asked: Asked
  readonly table: TableReply
  readonly id: RunId
  /** In direct messages there is somebody to share with. */
  readonly direct: boolean
  /** Whether somebody who reads it may fill this form in. */
  readonly offers: (form: Suggestion) => boolean
  /** When the data begin, ISO 8601. */
  readonly oldest: string | null
}

// More buttons are not read.
const mostButtons = 4

/** At most four things to do with an answer, the most useful first. What there is no room for is behind Details. */
export function followUps(answered: Answered): readonly Suggestion[] {
  const { id, direct } = answered
  const first = [...moreOf(answered), ...periodBefore(answered), ...postEvery(answered)]
  const handed = direct ? { label: 'Share…', line: `share ${id}`, form: true } : { label: 'CSV', line: `csv ${id}` }
  const room = first.length < mostButtons - 1 ? [handed] : []
  return [...first, ...room, { label: 'Details', line: `result ${id} sql` }]
}

/** The form of a schedule that says this line; its day and time are there to be changed. */
function postEvery({ command, given, offers }: Answered): readonly Suggestion[] {
  const line = `schedule-add lines=${quote(canonicalLine(command, given))} day=daily time=07:00`
  const form: Suggestion = { label: 'Post this every…', line, form: true }
  return offers(form) ? [form] : []
}

const usualLengths = [10, 20, 50, 100, 200, 500, 1000]

/** Stored rows that are not shown at once, or a longer list where this one was cut to the length that was asked for. */
function moreOf({ query, command, given, asked, table, id }: Answered): readonly Suggestion[] {
  if (table.rows.length > rowsPerPage) return [{ label: 'More rows', line: `result ${id} page=2` }]
  const length = asked.values['n']
  const param = query.params.find(({ name }) => name === 'n')
  if (typeof length !== 'number' || param?.kind !== 'integer' || table.rows.length < length) return []
  const longer = usualLengths.find((n) => n > length && n <= param.max)
  if (longer === undefined) return []
  return [{ label: `First ${longer}`, line: lineWith(command, given, { n: String(longer) }) }]
}

const day = 86_400_000

/**
 * The same question about as many days before. Nothing where no window was asked for, where it is not one of whole days, and where
 * it begins with the data.
 */
function periodBefore({ query, command, given, asked, oldest }: Answered): readonly Suggestion[] {
  if (!query.timed || (given['last'] === undefined && given['since'] === undefined)) return []
  const zone = zoneOf(query, given)
  const [from, to] = [instantOf(asked.values['from']), instantOf(asked.values['to'])]
  const first = wallClock(from, zone).getTime()
  if (first % day !== 0 || oldest === null || Date.parse(oldest) >= from) return []
  const lastDay = Math.floor(wallClock(to - 1, zone).getTime() / day) * day
  const days = (lastDay - first) / day + 1
  const before = { since: dateOf(first - days * day), until: dateOf(first - day), last: undefined }
  return [{ label: days === 1 ? 'Day before' : `${days} days before`, line: lineWith(command, given, before) }]
}

function zoneOf(query: QueryFile, given: ArgumentValues): string {
  const param = zoneParam(query)
  const said = param === undefined ? undefined : given[param.name]
  return typeof said === 'string' ? said : (param?.default ?? 'UTC')
}

/** The instant of a timestamp in UTC as windows bind it: `2018-11-24 00:00:00.000`. */
function instantOf(timestamp: string | number | undefined): number {
  return Date.parse(`${String(timestamp).replace(' ', 'T')}Z`)
}

function dateOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10)
}

/** The line with some of its arguments said otherwise; those that are undefined are left out. */
function lineWith(
  command: Command,
  given: ArgumentValues,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const changed = Object.entries({ ...given, ...changes })
  return canonicalLine(
    command,
    Object.fromEntries(changed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  )
}
