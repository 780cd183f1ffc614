import { z } from 'zod'
import { isoDay } from './day.ts'
import { OpsError, type UnreadableFile } from './errors.ts'
import { count, plural } from './format.ts'
import { type Cell, figuresTable, type Reply, type TableReply, text } from './reply.ts'
import { csvOf } from './tables.ts'

/*
 * A row of the source data that is not loaded, and the values that make it so. Both engines apply the same rules: DuckDB while
 * it reads the files, Redshift on what COPY has taken.
 */

/** Where a row is: in a file, or by its keys where the warehouse itself reads the files and keeps no lines. */
export type RowPlace =
  | {
      readonly kind: 'record'
      readonly file: string
      /** The line on which the record begins, and which record of that line it is; both from 1. */
      readonly line: number
      readonly record: number
    }
  | { readonly kind: 'keys'; readonly keys: readonly (readonly [name: string, value: string])[] }

/** What identifies an event of the log, as it is staged. */
export interface EventKeys {
  readonly userid: Cell
  readonly sessionid: Cell
  readonly iteminsession: Cell
  readonly ts: Cell
}

/** What keeps a row from being loaded, with the likely fix. */
const fixes = {
  malformed: 'Repair the line; copy the file again where it is cut off.',
  type: 'Write one JSON object a line.',
  empty: 'Write the record itself, not wrapped in another object.',
  repeated: 'Name each field once.',
  kind: 'Write a number, without letters or separators.',
  range: 'Write the value in its unit, within its range.',
  too_long: 'Split the record, or leave out what is not needed.',
  not_utf8: 'Save the file as UTF-8.',
  in_array: 'Write one record a line, without brackets and commas.',
} as const

export type RowFault = keyof typeof fixes

/**
 * A row that is not loaded. `field` is the name of the field in the source that is at fault, null where it is the row as a whole. `reason`:
 * `registration is "15401O6212796.0", not a number`.
 */
export interface UnreadableRow {
  readonly place: RowPlace
  readonly field: string | null
  readonly fault: RowFault
  readonly reason: string
}

/** An unreadable row as it is shown and kept: where it is, as far as that is known, and the likely fix. */
export const reportedRowSchema = z.object({
  file: z.string(),
  line: z.number().nullable(),
  record: z.number().nullable(),
  column: z.string().nullable(),
  reason: z.string(),
  likely_fix: z.string(),
})
export type ReportedRow = z.output<typeof reportedRowSchema>

export function reported({ place, field, fault, reason }: UnreadableRow): ReportedRow {
  const { file, line, record } =
    place.kind === 'record' ? place : { file: rowPlaceWords(place), line: null, record: null }
  return { file, line, record, column: field, reason, likely_fix: fixes[fault] }
}

/** Unreadable rows of one cause in one column: how many, the first of them, and the likely fix. */
interface UnreadableGroup {
  readonly column: string | null
  readonly rows: number
  readonly file: string
  readonly line: number | null
  readonly reason: string
  readonly remedy: string
}

/** The groups as a table. `total` rows cannot be read in all; the groups may hold only the first of them. */
export function unreadableTable(groups: readonly UnreadableGroup[], total: number): TableReply {
  const shown = groups.reduce((sum, { rows }) => sum + rows, 0)
  return figuresTable(
    `Unreadable rows${shown < total ? ` (the first ${plural(shown, 'row')})` : ''}`,
    { column: 'text', rows: 'integer', first_file: 'text', line: 'integer', reason: 'text', likely_fix: 'text' },
    groups.map(({ column, rows, file, line, reason, remedy }) => [column, rows, file, line, reason, remedy]),
  )
}

/** Rows by column and likely fix, the most frequent first. */
export function groupsOf(rows: readonly ReportedRow[]): readonly UnreadableGroup[] {
  const groups = new Map<string, UnreadableGroup>()
  for (const { file, line, column, reason, likely_fix: remedy } of rows) {
    const key = JSON.stringify([column, remedy])
    const group = groups.get(key) ?? { column, rows: 0, file, line, reason, remedy }
    groups.set(key, { ...group, rows: group.rows + 1 })
  }
  return [...groups.values()].toSorted((a, b) => b.rows - a.rows)
}

/** Every row by file and line, as a file for the person who repairs them. `total` rows cannot be read in all. */
export function rowsFile(rows: readonly ReportedRow[], total: number): Reply {
  const columns = ['file', 'line', 'record', 'column', 'reason', 'likely_fix'] as const
  const cells = rows.map((row) => columns.map((column) => row[column]))
  const file = csvOf({ kind: 'table', title: 'Unreadable rows', columns: [...columns], rows: cells, total })
  return { kind: 'file', ...file, about: plural(rows.length, 'unreadable row') }
}

/** Files that have unreadable rows, with the number of those that are known, the most first. */
export function filesOf(rows: readonly Pick<ReportedRow, 'file' | 'line'>[]): readonly UnreadableFile[] {
  const files = new Map<string, number>()
  // Without a line it is no file but the keys of a row.
  for (const { file, line } of rows) if (line !== null) files.set(file, (files.get(file) ?? 0) + 1)
  return [...files].map(([file, count]) => ({ file, rows: count })).toSorted((a, b) => b.rows - a.rows)
}

/** `2018-11-29-events.json, line 212`, `2018-11-29-events.json, line 1, record 3` or `user 7, session 1, item 0, on 2018-11-29`. */
export function rowPlaceWords(place: RowPlace): string {
  if (place.kind === 'keys') return place.keys.map(([name, value]) => `${name} ${value}`).join(', ')
  const record = place.record === 1 ? '' : `, record ${place.record}`
  return `${place.file}, line ${place.line}${record}`
}

/** An event by its keys, with the day of its time. Keys that it lacks are left out. */
export function placeOfEvent({ userid, sessionid, iteminsession, ts }: EventKeys): RowPlace {
  const at = ts === null ? Number.NaN : Number(ts)
  const day = at >= oldestTime && at <= newestTime ? isoDay(at) : null
  const named = [
    ['user', userid],
    ['session', sessionid],
    ['item', iteminsession],
    ['on', day],
  ] as const
  const keys = named.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [[name, String(value)] as const],
  )
  return { kind: 'keys', keys: keys.length === 0 ? [['an event', 'without keys']] : keys }
}

/** A song by its keys. Those that it lacks are left out. */
export function placeOfSong(song: {
  readonly song_id: Cell
  readonly artist_id: Cell
  readonly title: Cell
}): RowPlace {
  const named = [
    ['song', song.song_id],
    ['artist', song.artist_id],
    ['title', song.title],
  ] as const
  const keys = named.flatMap(([name, value]) =>
    value === null || value === '' ? [] : [[name, String(value)] as const],
  )
  return { kind: 'keys', keys: keys.length === 0 ? [['a song', 'without keys']] : keys }
}

/** `2018-11-29-events.json, line 212: registration is "15401O6212796.0", not a number`. */
export function rowWords({ place, reason }: Pick<UnreadableRow, 'place' | 'reason'>): string {
  return `${rowPlaceWords(place)}: ${reason}`
}

/** A field, by its name in the source, with the values that it can have. */
export type ValueRule =
  | { readonly kind: 'number'; readonly key: string; readonly least: number; readonly most: number }
  /** Text that, where it is all digits, is a whole number up to `most`. */
  | { readonly kind: 'digits'; readonly key: string; readonly most: number }

const dayInSeconds = 86_400
/** The times that rows can have, in milliseconds since 1970; every loop over days lies within them. */
export const [oldestTime, newestTime] = [Date.UTC(2000, 0, 1), Date.UTC(2100, 0, 1) - 1]
// No number of ours comes near; infinity and NaN, which both engines sort behind all numbers, lie beyond.
const finite = 1e300
const mostUserId = 2_147_483_647

/**
 * The values that can be. A length outside of a day, or one that is NaN, makes the sums of every window wrong; a time in seconds or
 * microseconds is a play in 1970 or in the year 50,000.
 */
export const valueRules: Readonly<Record<'log' | 'song', readonly ValueRule[]>> = {
  log: [
    { kind: 'number', key: 'ts', least: oldestTime, most: newestTime },
    { kind: 'number', key: 'length', least: 0, most: dayInSeconds },
    { kind: 'number', key: 'registration', least: -finite, most: finite },
    { kind: 'digits', key: 'userId', most: mostUserId },
  ],
  song: [
    { kind: 'number', key: 'duration', least: 0, most: dayInSeconds },
    { kind: 'number', key: 'artist_latitude', least: -finite, most: finite },
    { kind: 'number', key: 'artist_longitude', least: -finite, most: finite },
  ],
}

/** SQL that is true where the value breaks the rule, never where it is null. Portable; `value` is an expression. */
export function breaksRuleSql(rule: ValueRule, value: string): string {
  if (rule.kind === 'number') return `(${value} < ${numberSql(rule.least)} or ${value} > ${numberSql(rule.most)})`
  // Nearly all ids are shorter, and measuring costs less than matching.
  return `(case
    when length(${value}) < 10 then 0
    when ${value} ~ '^[0-9]{10}$' then cast(${value} as bigint)
    when ${value} ~ '^[0-9]+$' then ${rule.most} + cast(1 as bigint)
    else 0
  end > ${rule.most})`
}

/** Redshift takes a literal like 1e300 for a decimal, which it has not room for. */
function numberSql(n: number): string {
  return Number.isSafeInteger(n) ? String(n) : `cast('${n}' as double precision)`
}

/** Whether a text that is a number breaks the rule, as `breaksRuleSql` decides it. */
export function breaksRule(rule: ValueRule, written: string): boolean {
  if (rule.kind === 'digits')
    return /^[0-9]{10,}$/.test(written) && (written.length > 10 || Number(written) > rule.most)
  const value = Number(written)
  return !(value >= rule.least && value <= rule.most)
}

/** Why a value that breaks a rule is none: `ts is 1541073600, out of range: it looks like seconds, not milliseconds`. */
export function ruleReason(rule: ValueRule, key: string, written: string): string {
  if (rule.kind === 'digits') return `${key} is ${written}, out of range: user ids go up to ${rule.most}`
  if (!Number.isFinite(Number(written))) return `${key} is ${written}, not a number`
  if (rule.key === 'ts') return `${key} is ${written}, out of range: ${likelyUnit(Number(written))}`
  return rule.most === finite
    ? `${key} is ${written}, out of range`
    : `${key} is ${written}, out of range: it is in seconds, from ${rule.least} to ${rule.most}`
}

function likelyUnit(value: number): string {
  const units = [
    ['seconds', 1e3],
    ['microseconds', 1e-3],
    ['nanoseconds', 1e-6],
  ] as const
  const unit = units.find(([, factor]) => value * factor >= oldestTime && value * factor <= newestTime)
  return unit === undefined
    ? 'it is in milliseconds since 1970, from 2000 to 2099'
    : `it looks like ${unit[0]}, not milliseconds`
}

/** Why a record is none that has no value in any field of its kind, such as events that are wrapped in another object. */
export function emptyReason(dataset: 'log' | 'song'): string {
  return `it has no value in any field of ${dataset === 'log' ? 'an event' : 'a song'}`
}

// Beyond this it is not a few bad rows but bad data; COPY takes no greater MAXERROR, and `etl` no greater number either.
const mostLeftOut = 100_000

/** How many rows of the source can be read, how many cannot, the first reasons, and the first rows where they were looked at one by one. */
interface ReadRows {
  readonly readable: number
  readonly unreadable: number
  readonly reasons: readonly string[]
  readonly rows?: readonly UnreadableRow[]
}

/**
 * More rows cannot be read than may be left out. The first reason is the message; the evidence is a table by column and cause, and a file of
 * all rows that were looked at. Leaving them out is only offered where something is left.
 */
export function tooManyUnreadable({ readable, unreadable, reasons, rows = [] }: ReadRows, maxErrors: number): OpsError {
  const allowed = maxErrors === 0 ? '' : `, ${count(maxErrors)} allowed`
  const listed = reasons.length > 1 ? [text(reasons.join('\n'), 'note')] : []
  const found = rows.map(reported)
  const file = found.length > 1 ? [rowsFile(found, unreadable)] : []
  const evidence = found.length === 0 ? listed : [unreadableTable(groupsOf(found), unreadable), ...file]
  const files = filesOf(found)
  const reason = `${reasons[0] ?? 'Rows cannot be read'} (${plural(unreadable, 'row')}${allowed}).`
  if (unreadable > mostLeftOut || readable <= 0) {
    return OpsError.untouched('bad_data', reason, 'Fix the data and load again.', { evidence, files })
  }
  const fixCommand = `etl max-errors=${unreadable}`
  const which = unreadable === 1 ? 'this row' : 'these rows'
  return OpsError.untouched('bad_data', reason, `Fix the data, or load without ${which}: ${fixCommand}.`, {
    fixCommand,
    fixLabel: `Load without ${which}`,
    leaveOut: unreadable,
    evidence,
    files,
  })
}
