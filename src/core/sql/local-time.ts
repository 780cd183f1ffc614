import type { Values } from '../ports/engine.ts'
import { placeholders } from './parameters.ts'
import { timestampText } from './window.ts'
import type { OffsetSpan } from './zone.ts'

/** A `:tz(start_time)` of an SQL text: the parameter, the column in its brackets, and offsets from the colon to after them. */
interface LocalTime {
  readonly name: string
  readonly column: string
  readonly start: number
  readonly end: number
}

/** Where a text uses a zone. A use without a column in brackets has an empty `column`. */
export function localTimes(sql: string, zones: readonly string[]): readonly LocalTime[] {
  return placeholders(sql)
    .filter(({ name }) => zones.includes(name))
    .map(({ name, start, end }) => {
      const [brackets = '', column = ''] = /^\((\w+(?:\.\w+)?)\)/.exec(sql.slice(end)) ?? []
      return { name, column, start, end: end + brackets.length }
    })
}

/**
 * Writes for each `:tz(start_time)` how many minutes the zone's clocks are ahead of UTC at that column's time, and gives the
 * values to bind. The engines' own time zone data are not asked: they differ in age, and in where they take a parameter.
 */
export function withOffsets(
  sql: string,
  name: string,
  spans: readonly OffsetSpan[],
): { readonly sql: string; readonly values: Values } {
  const changes = spans
    .slice(1)
    .map(({ from }, index) => [`${name}_${index + 1}`, timestampText(new Date(from))] as const)
  let written = ''
  let from = 0
  for (const { column, start, end } of localTimes(sql, [name])) {
    written += sql.slice(from, start) + minutesAt(column, name, spans)
    from = end
  }
  return { sql: written + sql.slice(from), values: Object.fromEntries(changes) }
}

function minutesAt(column: string, name: string, spans: readonly OffsetSpan[]): string {
  const last = spans.at(-1)?.minutes ?? 0
  const cases = spans
    .slice(0, -1)
    .map(({ minutes }, index) => `when ${column} < cast(:${name}_${index + 1} as timestamp) then ${minutes}`)
  return cases.length === 0 ? `(${last})` : `(case ${cases.join(' ')} else ${last} end)`
}
