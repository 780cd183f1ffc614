import type { Statement, Values } from '../ports/engine.ts'
import { newestTime, oldestTime } from '../unreadable.ts'
import type { QueryFile } from './files.ts'
import { withOffsets } from './parameters.ts'
import type { QueryParam } from './query-param.ts'
import { type DataSpan, resolveWindow, type TimeWindow, windowValues } from './window.ts'
import { offsetSpans } from './zone.ts'

/** The value of each argument of a query, by name. */
export type QueryArgs = Readonly<Record<string, unknown>>

/** The parameter that names the zone of a query's days; undefined where they are those of UTC. */
export function zoneParam(query: QueryFile): Extract<QueryParam, { kind: 'zone' }> | undefined {
  return query.params.find((param) => param.kind === 'zone')
}

/**
 * A query with values for all its parameters, of which those left out have their defaults, the zone of its days, and the span of time
 * that it is asked of; null where it knows none. `usual` is the zone where the query has none of its own, `within` the span where it is not
 * the one of its arguments. Throws `bad_argument` where since, until and last cannot be read.
 */
export function statementOf(
  query: QueryFile,
  args: QueryArgs,
  data: DataSpan,
  usual = 'UTC',
  within?: TimeWindow,
): { readonly statement: Statement; readonly range: TimeWindow | null; readonly zone: string } {
  const said = (name: string): string | undefined => (typeof args[name] === 'string' ? args[name] : undefined)
  const param = zoneParam(query)
  const zone = param === undefined ? usual : (said(param.name) ?? param.default)
  const asked = { since: said('since'), until: said('until'), last: said('last') }
  const range = query.timed ? (within ?? resolveWindow(asked, data, zone)) : null
  const values: Values = { ...valuesOf(query, args), ...(range === null ? {} : windowValues(range)) }
  if (param === undefined) return { statement: { sql: query.sql, values }, range, zone }
  // Offsets count at the times of rows, whatever window was asked for. A load from before there were limits may hold a year 50,804.
  const from = Math.max(data.oldest.getTime(), oldestTime)
  const to = Math.min(data.newest.getTime(), newestTime)
  const local = withOffsets(query.sql, param.name, offsetSpans(zone, from, Math.max(from, to)))
  return { statement: { sql: local.sql, values: { ...values, ...local.values } }, range, zone }
}

function valuesOf(query: QueryFile, args: QueryArgs): Values {
  return Object.fromEntries(
    query.params
      .filter(({ kind }) => kind !== 'zone')
      .map((param) => {
        const value = args[param.name] ?? param.default
        if (typeof value === 'boolean') return [param.name, value ? 'yes' : 'no']
        return [param.name, typeof value === 'number' ? value : String(value)]
      }),
  )
}
