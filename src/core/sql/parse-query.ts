import { roles } from '../people.ts'
import { type Format, formatSchema } from '../reply.ts'
import type { TimeOrder } from '../tables.ts'
import type { ChartHint, HeadlineHint, QueryFile, SqlSource } from './files.ts'
import {
  type Fragments,
  fragmentsOf,
  noFragments,
  parametersOf,
  type UsedFragments,
  withFragments,
} from './fragments.ts'
import { badSqlFile, type HeaderField, oneOf, parseHeader } from './header.ts'
import { lineAt } from './lexer.ts'
import { localTimes, placeholders } from './parameters.ts'
import { nameOf, onlySelect } from './parse-file.ts'
import { parseParam, type QueryParam } from './query-param.ts'

/** Reads a file of `analytics/`. Throws `bad_sql_file` with file, line and reason. */
export function parseQuery({ path, text }: SqlSource, fragments: Fragments = noFragments): QueryFile {
  const fields = parseHeader(path, text, {
    title: 'required',
    description: 'required',
    role: 'once',
    audience: 'once',
    window: 'once',
    param: 'named',
    format: 'named',
    chart: 'once',
    headline: 'once',
    coverage: 'once',
    order: 'once',
    uses: 'once',
    example: 'many',
  })
  const name = nameOf(path)
  const { text: own } = onlySelect({ path, text })
  const used = fragmentsOf({ path, text }, fields, fragments)
  const one = (key: string): HeaderField | undefined => fields.find((field) => field.key === key)
  const params = fields.filter((field) => field.key === 'param').map((field) => parseParam(path, field))
  const timed = oneOf(path, one('window'), ['yes', 'no'], 'no') === 'yes'
  requireSamePlaceholders({ path, text }, fields, used, timed)
  requireZonesOfColumns(path, text, params)
  const chart = parseChart(path, one('chart'))
  const headline = parseHeadline(path, one('headline'))
  const timeOrder = parseOrder(path, one('order'))
  return {
    kind: 'query',
    name,
    path,
    title: one('title')?.value ?? '',
    description: one('description')?.value ?? '',
    role: oneOf(path, one('role'), roles, 'viewer'),
    audience: oneOf(path, one('audience'), ['asker', 'channel'], 'channel'),
    timed,
    params,
    ...(chart === undefined ? {} : { chart }),
    ...(headline === undefined ? {} : { headline }),
    ...(timeOrder === undefined ? {} : { timeOrder }),
    formats: Object.fromEntries(
      fields.filter((field) => field.key === 'format').map((field) => [field.argument ?? '', parseFormat(path, field)]),
    ),
    coverage: parseCoverage(path, one('coverage'), params),
    examples: fields.filter((field) => field.key === 'example').map((field) => parseExample(path, field, name)),
    sql: withFragments(own, used),
  }
}

function requireSamePlaceholders(
  { path, text }: SqlSource,
  fields: readonly HeaderField[],
  fragments: UsedFragments,
  timed: boolean,
): void {
  const lent = parametersOf(fragments).map((name) => ({ name, line: fragments.line }))
  const used = [...placeholders(text).map(({ name, start }) => ({ name, line: lineAt(text, start) })), ...lent]
  const declared = fields.flatMap((field) =>
    field.key !== 'param' || field.argument === null ? [] : [{ name: field.argument, line: field.line }],
  )
  const line = fields.find((field) => field.key === 'window')?.line ?? 1
  const bound = timed ? [{ name: 'from', line }, { name: 'to', line }, ...declared] : declared
  for (const { name, line: at } of used) {
    if (bound.some((one) => one.name === name)) continue
    const window = name === 'from' || name === 'to'
    const remedy = window ? 'Add "-- window: yes".' : `Add "-- param ${name}: …" to the header.`
    throw badSqlFile(path, at, `:${name} is not declared`, remedy)
  }
  const unused = bound.find((one) => !used.some(({ name }) => name === one.name))
  if (unused !== undefined) {
    throw badSqlFile(
      path,
      unused.line,
      `:${unused.name} is declared and not used`,
      'Use it, or take it out of the header.',
    )
  }
}

function requireZonesOfColumns(path: string, text: string, params: readonly QueryParam[]): void {
  const [zone, second] = params.filter(({ kind }) => kind === 'zone')
  if (zone === undefined) return
  if (second !== undefined)
    throw badSqlFile(path, 1, 'it has two zones', 'The days of one answer are those of one zone.')
  const bare = localTimes(text, [zone.name]).find(({ column }) => column === '')
  if (bare === undefined) return
  const remedy = `Write ":${zone.name}(start_time) * interval '1 minute'", with the column whose time is meant.`
  throw badSqlFile(path, lineAt(text, bare.start), `:${zone.name} is a zone and has no column in brackets`, remedy)
}

function parseChart(path: string, field: HeaderField | undefined): ChartHint | undefined {
  if (field === undefined) return undefined
  const [, type, x, columns = ''] = /^(bar|line|pie|area) x=(\w+) y=(\w+(?:,\w+){0,5})$/.exec(field.value) ?? []
  const [y, ...others] = columns.split(',')
  if ((type === 'bar' || type === 'line' || type === 'pie' || type === 'area') && x !== undefined && y !== undefined) {
    return { type, x, y: [y, ...others] }
  }
  throw badSqlFile(
    path,
    field.line,
    `chart is "${field.value}"`,
    'Write it like "bar x=song y=plays"; also line, pie, area, and up to six columns like y=free,paid.',
  )
}

function parseFormat(path: string, field: HeaderField): Format {
  const format = formatSchema.safeParse(field.value)
  if (format.success) return format.data
  const remedy = `It is one of ${formatSchema.options.join(', ')}.`
  throw badSqlFile(path, field.line, `format ${field.argument} is "${field.value}"`, remedy)
}

function parseCoverage(
  path: string,
  field: HeaderField | undefined,
  params: readonly QueryParam[],
): QueryFile['coverage'] {
  const flag = /^when (\w+)$/.exec(field?.value ?? '')?.[1]
  if (flag === undefined) return oneOf(path, field, ['yes', 'no'], 'no') === 'yes'
  if (params.some((param) => param.kind === 'flag' && param.name === flag)) return { flag }
  throw badSqlFile(path, field?.line ?? 1, `coverage names "${flag}", which is no flag here`, 'Name one of the flags.')
}

/** Reads `time` or `time after 1 row`. */
function parseOrder(path: string, field: HeaderField | undefined): TimeOrder | undefined {
  if (field === undefined) return undefined
  const [whole, after = '0'] = /^time(?: after (\d) rows?)?$/.exec(field.value) ?? []
  if (whole !== undefined) return { after: Number(after) }
  const remedy = 'Write "time", or "time after 1 row" where a total comes first.'
  throw badSqlFile(path, field.line, `order is "${field.value}"`, remedy)
}

function parseExample(path: string, field: HeaderField, name: string): string {
  if (field.value === name || field.value.startsWith(`${name} `)) return field.value
  throw badSqlFile(path, field.line, `the example does not begin with "${name}"`, 'An example is a whole command line.')
}

const form = /^(\w+(?:,\w+)*) of the last row(?: where (\w+)=(\w+))?( against a week before)?$/

/** Reads `plays,hours of the last row where partial=no against a week before`. Throws `bad_sql_file` for anything else. */
export function parseHeadline(path: string, field: HeaderField | undefined): HeadlineHint | undefined {
  if (field === undefined) return undefined
  const [, columns = '', column, value, weekBefore] = form.exec(field.value) ?? []
  const [first, ...others] = columns.split(',')
  if (first !== undefined && first !== '') {
    return {
      columns: [first, ...others],
      where: column === undefined || value === undefined ? null : { column, value },
      weekBefore: weekBefore !== undefined,
    }
  }
  throw badSqlFile(
    path,
    field.line,
    `headline is "${field.value}"`,
    'Write it like "plays,hours of the last row", with "where partial=no" or "against a week before" behind it.',
  )
}
