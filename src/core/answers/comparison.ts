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
  const shift = weekly ? Math.max(1, Math.round(periods.days / 7)) * 7 : periods.days
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

/** A day so many days later; any other value as it is. */
function moved(cell: Cell, days: number): Cell {
  if (dayWords(cell) === null) return cell
  return new Date(Date.parse(`${String(cell)}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** "The largest change is Linux: plays 12 → 37 (+208.3%)." Null where no row has both values. */
export function largestChange(query: QueryFile, now: TableReply, table: TableReply): string | null {
  const { measures, keys } = hintOf(query, now)
  const at = keys.length
  const [measure] = measures
  const difference = (row: readonly Cell[]): number => {
    const [value, was] = [row[at], row[at + 1]]
    return typeof value === 'number' && typeof was === 'number' ? Math.abs(value - was) : -1
  }
  const [most] = table.rows.toSorted((one, other) => difference(other) - difference(one))
  if (most === undefined || difference(most) < 0) return null
  const format = table.formats?.[at] ?? 'text'
  const name = keys.map((_, key) => dayWords(most[key] ?? null) ?? formatCell(most[key] ?? null, 'text'))[0]
  const [value, was, change] = most.slice(at, at + 3)
  const figures = `${columnInSentence(now, measure)} ${formatCell(was ?? null, format)} → ${formatCell(value ?? null, format)}`
  if (difference(most) === 0) return 'Nothing has changed.'
  const by =
    change === null || change === undefined ? '' : ` (${formatCell(change, table.formats?.[at + 2] ?? 'change')})`
  return `The largest change is ${name}: ${figures}${by}.`
}
