import { roles } from '../people.ts'
import type { TimeOrder } from '../tables.ts'
import { columnsOf } from './column-words.ts'
import type { ChartHint, ComparisonHint, QueryFile, SqlSource } from './files.ts'
import { parseFindings } from './finding-hint.ts'
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
    column: 'named',
    phrase: 'named',
    chart: 'once',
    finding: 'many',
    compare: 'once',
    coverage: 'once',
    order: 'once',
    uses: 'once',
    example: 'many',
  })
  const name = nameOf(path)
  const { text: own } = onlySelect({ path, text })
  const used = fragmentsOf({ path, text }, fields, fragments)
  const one = (key: string): HeaderField | undefined => fields.find((field) => field.key === key)
  const many = (key: string): readonly HeaderField[] => fields.filter((field) => field.key === key)
  const params = many('param').map((field) => parseParam(path, field))
  const timed = oneOf(path, one('window'), ['yes', 'no'], 'no') === 'yes'
  requireSamePlaceholders({ path, text }, fields, used, timed)
  requireZonesOfColumns(path, text, params)
  const chart = parseChart(path, one('chart'))
  const comparison = parseComparison(path, one('compare'))
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
    findings: parseFindings(path, many('finding'), params),
    ...(comparison === undefined ? {} : { comparison }),
    ...(timeOrder === undefined ? {} : { timeOrder }),
    columns: columnsOf(path, fields),
    phrases: many('phrase').map((field) => parsePhrase(path, field, params)),
    coverage: parseCoverage(path, one('coverage'), params),
    examples: many('example').map((field) => parseExample(path, field, name)),
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

const chartTypes: readonly ChartHint['type'][] = ['bar', 'line', 'pie', 'area', 'heat', 'funnel']

function parseChart(path: string, field: HeaderField | undefined): ChartHint | undefined {
  if (field === undefined) return undefined
  const [, word, x, columns = ''] = /^(\w+) x=(\w+) y=(\w+(?:,\w+){0,5})$/.exec(field.value) ?? []
  const type = chartTypes.find((one) => one === word)
  const [y, ...others] = columns.split(',')
  const isComplete = type !== 'heat' || others.length === 1
  if (type !== undefined && x !== undefined && y !== undefined && isComplete) return { type, x, y: [y, ...others] }
  throw badSqlFile(
    path,
    field.line,
    `chart is "${field.value}"`,
    'Write it like "bar x=song y=plays"; also line, pie, area, funnel, up to six columns like y=free,paid, and "heat x=week y=cohort,share".',
  )
}

/** Reads `by {by}` or `, {level}`. */
function parsePhrase(path: string, field: HeaderField, params: readonly QueryParam[]): QueryFile['phrases'][number] {
  const param = field.argument ?? ''
  if (params.some(({ name }) => name === param)) return { param, words: field.value }
  throw badSqlFile(path, field.line, `phrase names "${param}", which is no parameter here`, 'Name one of them.')
}

/** Reads `plays,listeners by song,artist`, or `listeners by cohort,week in weeks`. */
function parseComparison(path: string, field: HeaderField | undefined): ComparisonHint | undefined {
  if (field === undefined) return undefined
  const [, measures = '', keys = '', weekly] = /^(\w+(?:,\w+)*) by (\w+(?:,\w+)*)( in weeks)?$/.exec(field.value) ?? []
  const [[measure, ...measuresMore], [key, ...keysMore]] = [measures.split(','), keys.split(',')]
  if (measure !== undefined && measure !== '' && key !== undefined) {
    return { measures: [measure, ...measuresMore], keys: [key, ...keysMore], weekly: weekly !== undefined }
  }
  const remedy = 'Write it like "plays,listeners by song,artist": the figures, then the columns that name a row.'
  throw badSqlFile(path, field.line, `compare is "${field.value}"`, remedy)
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
