import type { Deps } from '../../deps.ts'
import type { LoadRecord } from '../../ports/loads.ts'
import type { Condition } from '../../ports/schedules.ts'
import type { Cell, TableReply } from '../../reply.ts'
import { numericFormats } from '../../tables.ts'
import type { LineReport } from '../report/digest.ts'

/** Whether these answers are posted, given those that were posted before; null before the first post. */
export async function isWorthPosting(
  condition: Condition,
  said: readonly LineReport[],
  before: readonly LineReport[] | null,
  deps: Pick<Deps, 'ledger'>,
): Promise<boolean> {
  switch (condition.kind) {
    case 'always':
      return true
    case 'not-empty':
      return hasRows(said)
    case 'changed':
      return before === null || figuresDiffer(tablesOf(said), tablesOf(before), condition.percent)
    case 'checks':
      return before === null || !isSame(await redChecks(said, deps), await redChecks(before, deps))
  }
}

/** Whether a question among them was answered with rows. */
function hasRows(said: readonly LineReport[]): boolean {
  return said.some(({ answer }) => (answer.facts?.rows ?? 0) > 0)
}

function tablesOf(said: readonly LineReport[]): readonly TableReply[] {
  return said
    .flatMap(({ answer }) => [...answer.replies, ...(answer.details ?? [])])
    .filter((reply) => reply.kind === 'table')
}

/** The names of the checks that are not green: as lines found, otherwise those of the load that was answered from. */
async function redChecks(said: readonly LineReport[], deps: Pick<Deps, 'ledger'>): Promise<ReadonlySet<string>> {
  const found = said.flatMap(({ answer }) => (answer.facts?.red === undefined ? [] : [answer.facts.red]))
  return new Set(found.length > 0 ? found.flat() : await redOfLoad(said, deps))
}

/** Those of a load that an earlier version audited go by their titles. */
async function redOfLoad(said: readonly LineReport[], { ledger }: Pick<Deps, 'ledger'>): Promise<readonly string[]> {
  const asked = said.flatMap(({ answer }) => answer.asked?.load ?? []).at(-1)
  const { checks } = (asked === undefined ? await loadAtEnd(said, ledger) : await ledger.loads.get(asked))?.facts ?? {}
  return checks?.names ?? [...(checks?.red ?? []), ...(checks?.warnings ?? [])]
}

/** The load that was live when the last of them was run. */
async function loadAtEnd(said: readonly LineReport[], { loads }: Deps['ledger']): Promise<LoadRecord | undefined> {
  const ended = said.flatMap(({ answer }) => answer.run?.ended ?? []).at(-1) ?? ''
  const published = await loads.list(['live', 'previous', 'discarded'])
  return published.find((load) => load.published !== null && load.published <= ended)
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name))
}

/**
 * Whether a figure of these tables differs by more than so many percent from the one before, or a table or a row came or went. Tables are
 * compared by their place, rows by their texts in any order, figures by the name of their column. From nothing, and from 0, every
 * other figure differs.
 */
export function figuresDiffer(now: readonly TableReply[], before: readonly TableReply[], percent: number): boolean {
  return now.length !== before.length || now.some((table, at) => tableDiffers(table, before[at], percent))
}

function tableDiffers(now: TableReply, before: TableReply | undefined, percent: number): boolean {
  if (before === undefined || now.total !== before.total || now.columns.join('\n') !== before.columns.join('\n'))
    return true
  const [rows, earlier] = [figuresByRow(now), figuresByRow(before)]
  if (rows.size !== earlier.size) return true
  return [...rows].some(([row, figures]) => {
    const same = earlier.get(row)
    return same === undefined || figures.some((figure, at) => figureDiffers(figure, same[at] ?? null, percent))
  })
}

function figureDiffers(now: number | null, before: number | null, percent: number): boolean {
  if (now === null || before === null) return now !== before
  return Math.abs(now - before) * 100 > percent * Math.abs(before)
}

/** The figures of each row in the order of their columns, by what else is in it; of rows with the same texts the first, the second … */
function figuresByRow(table: TableReply): ReadonlyMap<string, readonly (number | null)[]> {
  const isFigure = table.columns.map((_, at) => isNumeric(table, at))
  const rows = new Map<string, readonly (number | null)[]>()
  const times = new Map<string, number>()
  for (const row of table.rows) {
    const words = JSON.stringify(row.filter((_, at) => isFigure[at] !== true))
    const time = times.get(words) ?? 0
    times.set(words, time + 1)
    rows.set(`${time} ${words}`, row.filter((_, at) => isFigure[at] === true).map(figureOf))
  }
  return rows
}

/** A column that holds figures. Whole numbers beyond 2^53 come as strings. */
function isNumeric({ rows, formats }: TableReply, at: number): boolean {
  const format = formats?.[at]
  if (format !== undefined && format !== 'text') return numericFormats.has(format)
  const cells = rows.map((row) => row[at] ?? null).filter((cell) => cell !== null)
  return cells.length > 0 && cells.every((cell) => typeof cell === 'number')
}

function figureOf(cell: Cell): number | null {
  return cell === null ? null : Number(cell)
}
