import { badSqlFile, type HeaderField } from './header.ts'
import type { QueryParam } from './query-param.ts'

/** Which row of an answer the figures of a finding are of, of those where a column holds a value. Rows count from 1. */
interface FiguresRow {
  readonly at: number | 'last'
  readonly where: { readonly column: string; readonly value: string } | null
}

/**
 * What the first sentence of an answer states. Names are columns of the answer; a measure is a plural noun such as `plays`.
 * - `leader`: the first row of a ranking, by its measure; `highest`: the row with the most of a measure, in whatever order rows are.
 * - `figures`: some columns of one row, with their change from the row a week before; the first column is the day.
 * - `share`: one column of the first row as a part of another one.
 * - `count`: how many rows there are, of what.
 * - `funnel`: how many of the first row's reach the last row.
 * - `cohorts`: how many of a cohort (column `cohort`) were there again in week 1 (column `week`), of those whose week 1 is over.
 */
export type FindingHint =
  | { readonly kind: 'leader' | 'highest' | 'funnel'; readonly label: string; readonly measure: string }
  | {
      readonly kind: 'figures'
      readonly columns: readonly [string, ...string[]]
      readonly row: FiguresRow
      readonly weekBefore: boolean
    }
  | { readonly kind: 'share'; readonly part: string; readonly whole: string }
  | { readonly kind: 'count'; readonly of: string }
  | { readonly kind: 'cohorts'; readonly measure: string }

/** The figures of one row. */
export type FiguresHint = Extract<FindingHint, { kind: 'figures' }>

/** A finding, and the value of a parameter that it is for; null for every other one. */
export interface ConditionalFinding {
  readonly hint: FindingHint
  readonly when: { readonly param: string; readonly value: string } | null
}

const forms =
  'Write it like "leader song by plays", "highest period by plays", "figures plays,hours of the last row where partial=no against a week before", "figures share of row 5", "share matched of plays", "count users at risk", "funnel step by people" or "cohorts by listeners", with "when by=listeners" behind it.'

/** Reads the lines `finding` of a query. Throws `bad_sql_file` where the form or a parameter's name is wrong. */
export function parseFindings(
  path: string,
  fields: readonly HeaderField[],
  params: readonly QueryParam[],
): readonly ConditionalFinding[] {
  return fields.map((field) => {
    const [, words = '', param, value] = /^(.*?)(?: when (\w+)=([\w-]+))?$/.exec(field.value) ?? []
    const hint = readHint(words)
    if (hint === null) throw badSqlFile(path, field.line, `finding is "${field.value}"`, forms)
    if (param === undefined || value === undefined) return { hint, when: null }
    if (!params.some(({ name }) => name === param)) {
      throw badSqlFile(path, field.line, `finding names "${param}", which is no parameter here`, 'Name one of them.')
    }
    return { hint, when: { param, value } }
  })
}

const figures =
  /^figures (\w+(?:,\w+)*) of (?:the (first|last) row|row (\d+))(?: where (\w+)=(\w+))?( against a week before)?$/

function readHint(words: string): FindingHint | null {
  const [, kind, label, measure] = /^(leader|highest|funnel) (\w+) by (\w+)$/.exec(words) ?? []
  if ((kind === 'leader' || kind === 'highest' || kind === 'funnel') && label !== undefined && measure !== undefined) {
    return { kind, label, measure }
  }
  const [, part, whole] = /^share (\w+) of (\w+)$/.exec(words) ?? []
  if (part !== undefined && whole !== undefined) return { kind: 'share', part, whole }
  const of = /^count (.+)$/.exec(words)?.[1]
  if (of !== undefined) return { kind: 'count', of }
  const cohorts = /^cohorts by (\w+)$/.exec(words)?.[1]
  if (cohorts !== undefined) return { kind: 'cohorts', measure: cohorts }
  const [, columns = '', place, row, column, value, weekBefore] = figures.exec(words) ?? []
  const [first, ...others] = columns.split(',')
  if (first === undefined || first === '') return null
  return {
    kind: 'figures',
    columns: [first, ...others],
    row: {
      at: place === 'last' ? 'last' : Number(row ?? 1),
      where: column === undefined || value === undefined ? null : { column, value },
    },
    weekBefore: weekBefore !== undefined,
  }
}
