import { dayAfter } from '../day.ts'
import type { DaySpan } from '../ports/annotations.ts'
import type { Cell, Format, TableReply } from '../reply.ts'
import type { ComparedPeriods } from '../sql/compared-periods.ts'
import type { ComparisonHint, QueryFile } from '../sql/files.ts'
import type { QueryArgs } from '../sql/query-statement.ts'
import { columnInSentence, columnTitles, formatCell, numericFormats, titleOfColumn } from '../tables.ts'
import { changeOf, dayWords } from './finding.ts'

/** What an answer is compared by: as its header says, or all figures, by the columns before the first of them. */
function hintOf({ comparison }: QueryFile, { columns, formats = [] }: TableReply): ComparisonHint {
  if (comparison !== undefined) return comparison
  const isFigure = (at: number): boolean => numericFormats.has(formats[at] ?? 'text') && formats[at] !== 'id'
  const first = Math.max(
    1,
    columns.findIndex((_, at) => isFigure(at)),
  )
  const [key = '', ...keys] = columns.slice(0, first)
  const [measure = '', ...measures] = columns.filter((_, at) => at >= first && isFigure(at))
  return { measures: [measure, ...measures], keys: [key, ...keys], weekly: false }
}

/** The same question about the longest list that it can ask for, so that what ranked low before is found. */
export function ofTheLongestList({ params }: QueryFile, args: QueryArgs): QueryArgs {
  const length = params.find(({ name }) => name === 'n')
  return length?.kind === 'integer' ? { ...args, n: length.max } : args
}

/**
 * The answers for two periods in one table: for each measure its value now, before, and the change: in percent, or in points of what is a
 * percentage itself. A row that the earlier answer does not have, and a change from nothing, is blank. Rows that only the earlier one has
 * follow where the list is not a ranking or a course of days.
 */
export function comparedTable(
  query: QueryFile,
  now: TableReply,
  before: TableReply,
  periods: ComparedPeriods,
): TableReply {
  const { measures, keys, weekly } = hintOf(query, now)
  const shift = daysBetween(weekly, periods)
  const cellsOf = (table: TableReply, row: readonly Cell[], columns: readonly string[]): readonly Cell[] =>
    columns.map((column) => row[table.columns.indexOf(column)] ?? null)
  const keyNow = (row: readonly Cell[]): string => JSON.stringify(cellsOf(now, row, keys))
  const movedKeys = (row: readonly Cell[]): readonly Cell[] =>
    cellsOf(before, row, keys).map((cell) => moved(cell, shift))
  const earlier = new Map(before.rows.map((row) => [JSON.stringify(movedKeys(row)), row]))
  const known = new Set(now.rows.map(keyNow))
  const isList = now.timeOrder === undefined && !query.params.some(({ name }) => name === 'n')
  const gone = isList ? before.rows.filter((row) => !known.has(JSON.stringify(movedKeys(row)))) : []
  const formatOf = (column: string): Format => now.formats?.[now.columns.indexOf(column)] ?? 'text'
  const valuesOf = (row: readonly Cell[] | undefined, old: readonly Cell[] | undefined): Cell[] =>
    measures.flatMap((measure): Cell[] => {
      const [value = null] = row === undefined ? [] : cellsOf(now, row, [measure])
      const [was = null] = old === undefined ? [] : cellsOf(before, old, [measure])
      return [value, was, changeOf(value, was, formatOf(measure))]
    })
  const titleOf = (column: string): string => columnTitles(now)[now.columns.indexOf(column)] ?? titleOfColumn(column)
  const { timeOrder } = now
  return {
    kind: 'table',
    title: now.title,
    columns: [...keys, ...measures.flatMap((measure) => [measure, `${measure}_before`, `${measure}_change`])],
    labels: [
      ...keys.map(titleOf),
      ...measures.flatMap((measure) => {
        const unit = formatOf(measure) === 'percent' ? ' (points)' : ''
        return [titleOf(measure), `${titleOf(measure)} before`, `Change${unit}`]
      }),
    ],
    formats: [
      ...keys.map(formatOf),
      ...measures.flatMap((measure): Format[] => {
        const format = formatOf(measure)
        return [format, format, format === 'percent' ? 'signed' : 'change']
      }),
    ],
    rows: [
      ...now.rows.map((row) => [...cellsOf(now, row, keys), ...valuesOf(row, earlier.get(keyNow(row)))]),
      ...gone.map((row) => [...movedKeys(row), ...valuesOf(undefined, row)]),
    ],
    total: now.total + gone.length,
    ...(timeOrder === undefined ? {} : { timeOrder }),
  }
}

/** By how many days a row of the earlier period stands before the row that it is compared with. */
function daysBetween(weekly: boolean, { days }: ComparedPeriods): number {
  return weekly ? Math.max(1, Math.round(days / 7)) * 7 : days
}

/** Notes of the earlier period on the days that it is compared with. */
export function notesMoved<T extends DaySpan>(
  notes: readonly T[],
  { comparison }: QueryFile,
  periods: ComparedPeriods,
): readonly T[] {
  const shift = daysBetween(comparison?.weekly ?? false, periods)
  return notes.map((note) => ({
    ...note,
    first: String(moved(note.first, shift)),
    last: String(moved(note.last, shift)),
  }))
}

/** A day so many days later; any other value as it is. */
function moved(cell: Cell, days: number): Cell {
  if (dayWords(cell) === null) return cell
  return dayAfter(String(cell), days)
}

/**
 * "The largest change is Linux: plays 12 → 37 (+208.3%)." Of a ranking, and where a row lacks one of the two, only the rows with both are meant,
 * and it says so. Of changes as large, the one of the smaller figure counts. Rows before those in the order of time, such as a total, do not count. Null where no row has both values.
 */
export function largestChange(query: QueryFile, now: TableReply, table: TableReply): string | null {
  const { measures, keys } = hintOf(query, now)
  const at = keys.length
  const [measure] = measures
  const rows = table.rows.slice(table.timeOrder?.after ?? 0)
  const both = rows.filter((row) => typeof row[at] === 'number' && typeof row[at + 1] === 'number')
  const difference = (row: readonly Cell[]): number => Math.abs(Number(row[at]) - Number(row[at + 1]))
  const share = (row: readonly Cell[]): number => difference(row) / Math.abs(Number(row[at + 1]))
  const [most] = both.toSorted((one, other) => difference(other) - difference(one) || share(other) - share(one))
  if (most === undefined) return null
  const isRanking = query.params.some(({ name }) => name === 'n')
  const isWhole = both.length === rows.length && table.rows.length === table.total && !isRanking
  const words = columnInSentence(now, measure)
  if (difference(most) === 0) return isWhole ? `No change in ${words}.` : null
  const formatOf = (column: number): Format => table.formats?.[column] ?? 'text'
  // A person is named, not numbered.
  const named = Math.max(
    0,
    keys.findIndex((_, key) => formatOf(key) !== 'id'),
  )
  const name = dayWords(most[named] ?? null) ?? formatCell(most[named] ?? null, 'text')
  const [value = null, was = null, change = null] = most.slice(at, at + 3)
  const figures = `${words} ${formatCell(was, formatOf(at))} → ${formatCell(value, formatOf(at))}`
  const by = change === null ? '' : ` (${formatCell(change, formatOf(at + 2))})`
  return `${isWhole ? 'The' : 'Of the rows with both figures the'} largest change is ${name}: ${figures}${by}.`
}
