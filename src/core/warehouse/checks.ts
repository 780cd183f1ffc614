import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { expected } from '../errors.ts'
import { moment, plural } from '../format.ts'
import type { LoadId, Sources, Target } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/ledger.ts'
import { type Cell, type TableReply, tableOfThings } from '../reply.ts'
import type { CheckFile } from '../sql/files.ts'
import type { SqlLibrary } from '../sql/library.ts'
import { titleOfColumn } from '../tables.ts'
import { type EventKeys, placeOfEvent, type RowPlace } from '../unreadable.ts'
import { asStored } from './counts.ts'

// Enough to recognise the fault, few enough to read on a phone.
const rowsShown = 5

/** What a check found on one load: how many rows offend, and some of them. */
export interface CheckResult {
  readonly check: CheckFile
  readonly offending: number
  readonly sample: TableReply
}

/** Runs every check on one load, a few at a time as the engine admits them. In the order of their names. */
export async function runChecks(deps: Deps, target: Target, signal: AbortSignal): Promise<readonly CheckResult[]> {
  return Promise.all(deps.library.checks.map((check) => runCheck(check, target, rowsShown, deps, signal)))
}

/**
 * The same for a candidate that began as a copy of `base`, which was audited by the same checks: where one was green and judges each key by
 * itself, it is asked for the keys that have been touched since. The verdict is that on all rows, because no other row has changed.
 */
export async function auditChecks(
  deps: Deps,
  load: LoadId,
  base: LoadRecord | null,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const red = base?.facts.checks?.names
  return Promise.all(
    deps.library.checks.map((check) => {
      const whole = { kind: 'candidate', load } as const
      const wasGreen = red?.includes(check.name) === false
      const target = wasGreen && check.key !== null ? { ...whole, touched: { key: check.key, by: load } } : whole
      return runCheck(check, target, rowsShown, deps, signal)
    }),
  )
}

/** Names what a load is audited by. */
export function recipeOfAudit({ checks, lostPlays }: Pick<SqlLibrary, 'checks' | 'lostPlays'>): string {
  const parts = [lostPlays, ...checks.map(({ name, key, sql }) => [name, key, sql])]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

/** Runs one check on one load, with at most so many of the rows that offend. */
export async function runCheck(
  check: CheckFile,
  target: Target,
  maxRows: number,
  { engine }: Pick<Deps, 'engine'>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const result = await engine.query(target, { sql: check.sql }, { maxRows, signal })
  return {
    check,
    offending: result.total,
    sample: {
      kind: 'table',
      title: check.title,
      columns: result.columns.map(({ name }) => name),
      labels: result.columns.map(({ name }) => check.columns[name]?.title ?? titleOfColumn(name)),
      formats: result.columns.map(({ name, format }) => check.columns[name]?.format ?? asStored(format)),
      rows: result.rows.map((row) => [...row]),
      total: result.total,
    },
  }
}

const unread = ['source_missing', 'source_unreadable', 'aws', 'aws_denied'] as const

/**
 * Where the first of the offending rows is; null where the check is green, or looks at no rows of the source. A row is named by its keys where
 * the sources cannot be read any more: they were when it was staged.
 */
export async function firstPlace(
  { engine }: Deps,
  sources: (signal: AbortSignal) => Promise<Sources>,
  { check, sample }: CheckResult,
  signal: AbortSignal,
): Promise<RowPlace | null> {
  const [row] = sample.rows
  if (check.rows === null || row === undefined) return null
  const value = (column: keyof EventKeys): Cell => row[sample.columns.indexOf(column)] ?? null
  const event: EventKeys = {
    userid: value('userid'),
    sessionid: value('sessionid'),
    iteminsession: value('iteminsession'),
    ts: value('ts'),
  }
  const found = await sources(signal)
    .then((files) => engine.locate(files, event, signal))
    .catch(expected(() => null, ...unread))
  return found ?? placeOfEvent(event)
}

/** The checks that must be green for a load to be published, and are not. */
export function redErrors(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter(({ check, offending }) => check.severity === 'error' && offending > 0)
}

/** The names of the checks that are not green. */
export function redNames(results: readonly CheckResult[]): string[] {
  return results.flatMap(({ check, offending }) => (offending > 0 ? [check.name] : []))
}

/** The checks that are not green, and do not keep a load from being published. */
export function warned(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter(({ check, offending }) => check.severity === 'warn' && offending > 0)
}

/** "12 of 13 checks green · 1 warning". */
export function checksLine(results: readonly CheckResult[]): string {
  const green = results.filter(({ offending }) => offending === 0).length
  const red = redErrors(results).length
  const warnings = warned(results).length
  const parts = [`${green} of ${plural(results.length, 'check')} green`]
  if (red > 0) parts.push(`${red} red`)
  if (warnings > 0) parts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`)
  return parts.join(' · ')
}

/** The fixed table of `qa checks`: check, severity, state, offending, title; red ones with what shows their rows. */
export function checksTable(results: readonly CheckResult[]): TableReply {
  return tableOfThings(results, {
    title: 'Checks',
    columns: { check: 'text', severity: 'text', state: 'text', offending: 'integer', title: 'text' },
    rowOf: ({ check, offending }) => [
      check.name,
      check.severity,
      offending === 0 ? 'green' : 'red',
      offending,
      check.title,
    ],
    action: ({ check, offending }) => (offending === 0 ? null : { label: 'Show rows', line: `qa check=${check.name}` }),
  })
}

/** What a red check found: "Catalogue match 0.01% (expected at least 4%)". Throws where its header names a column that it does not select. */
export function findingOf({ check, sample: { columns, rows } }: CheckResult): string {
  return check.finding.replaceAll(/\{(\w+)\}/g, (_whole, column: string) => {
    const value = rows[0]?.[columns.indexOf(column)]
    if (value === undefined) throw new Error(`the check ${check.name} has no column ${column}`)
    return String(value ?? '–')
      .replace('T', ' ')
      .replace(/(?:\.\d+)?Z$/, '')
  })
}

/**
 * Since when checks have been red, of all loads up to this one that were published: "new with this load", or "since the load of 28 Nov
 * 2018, 03:04 UTC". An earlier version kept the titles of warnings alone.
 */
export async function redSince(
  checks: readonly CheckFile[],
  load: LoadRecord,
  { ledger }: Deps,
): Promise<(check: CheckFile) => string> {
  const loads = await ledger.loads.list(['live', 'previous', 'discarded'])
  const before = loads.filter(({ id, published }) => published !== null && id < load.id)
  const first = new Map(checks.map((check) => [check.name, firstRed(check, before)]))
  return ({ name }) => {
    const published = first.get(name)?.published ?? null
    return published === null ? 'new with this load' : `since the load of ${moment(new Date(published))}`
  }
}

/** The oldest of the loads, newest first, that were red in a row. */
function firstRed({ name, title }: CheckFile, before: readonly LoadRecord[]): LoadRecord | null {
  const isRed = ({ facts: { checks } }: LoadRecord): boolean =>
    checks?.names === undefined ? checks?.warnings.includes(title) === true : checks.names.includes(name)
  const green = before.findIndex((earlier) => !isRed(earlier))
  return before[(green === -1 ? before.length : green) - 1] ?? null
}
