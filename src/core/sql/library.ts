import { OpsError } from '../errors.ts'
import type { CheckFile, QueryFile, SqlSource, TransformFile } from './files.ts'
import { badSqlFile } from './header.ts'
import { parseCheck, parseFragment, parseSchema, parseSelect, parseTransform } from './parse-file.ts'
import { parseQuery } from './parse-query.ts'
import { parseSourceFields, type SourceField } from './source-fields.ts'

/** Everything below `sql/`, read and checked. Each list is in the order of the file names. */
export interface SqlLibrary {
  /** CREATE TABLE statements; `load` are the tables kept with a load that are not part of the warehouse. */
  readonly schema: {
    readonly staging: readonly string[]
    readonly star: readonly string[]
    readonly load: readonly string[]
  }
  /** Names of the warehouse's tables, in the order in which the schema creates them. */
  readonly tables: { readonly staging: readonly string[]; readonly star: readonly string[] }
  /** One transform for each table of the star, in the order in which they must run. */
  readonly etl: readonly TransformFile[]
  /** Answers one row: events, catalogue_songs, plays, repeats, matched, repaired, data_from, data_until, files_until. */
  readonly summary: string
  /** Answers how many plays are lost, because another event with their key is loaded. */
  readonly lostPlays: string
  /** Answers one column: every distinct text of staging that could be wrongly encoded. */
  readonly foreignTexts: string
  /** The fields that the source files are known to have. */
  readonly source: readonly SourceField[]
  /** What two loads are compared by: plays by day and by artist, and the plays of `:from` to `:to`. */
  readonly comparison: { readonly days: string; readonly artists: string; readonly plays: string }
  readonly checks: readonly CheckFile[]
  readonly queries: readonly QueryFile[]
}

const summaryFile = 'load/summary.sql'
const lostPlaysFile = 'load/lost-plays.sql'
const foreignTextsFile = 'load/foreign-texts.sql'
const [daysFile, artistsFile, playsFile] = ['load/days.sql', 'load/artists.sql', 'load/plays-of-day.sql'] as const
const sourceFile = 'source.txt'
const required: readonly string[] = [
  sourceFile,
  'schema/staging.sql',
  'schema/star.sql',
  'schema/load.sql',
  summaryFile,
  lostPlaysFile,
  foreignTextsFile,
  daysFile,
  artistsFile,
  playsFile,
]

/**
 * Makes the library of the files below `sql/`. Throws `bad_sql_file` with file, line and reason where a file is wrong,
 * unknown or missing, or where a table of the star has no transform or two.
 */
export function buildLibrary(files: readonly SqlSource[]): SqlLibrary {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const within = (folder: string): readonly SqlSource[] =>
    sorted.filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith('.sql') && path.split('/').length === 2)
  const etl = within('etl')
  const checks = within('checks')
  const queries = within('analytics')
  const shared = within('fragments')
  const known = [...etl, ...checks, ...queries, ...shared].map(({ path }) => path)
  const unknown = sorted.find(({ path }) => !required.includes(path) && !known.includes(path))
  if (unknown !== undefined) {
    const places = 'etl/*.sql, checks/*.sql, analytics/*.sql and fragments/*.sql'
    throw badSqlFile(unknown.path, 1, 'this file has no place here', `There are ${required.join(', ')}, ${places}.`)
  }
  const schema = (name: string): ReturnType<typeof parseSchema> => parseSchema(fileAt(sorted, `schema/${name}.sql`))
  const [staging, star, load] = [schema('staging'), schema('star'), schema('load')]
  const fragments = new Map(shared.map(parseFragment).map((fragment) => [fragment.name, fragment]))
  const transforms = etl.map((file) => ({ path: file.path, transform: parseTransform(file, fragments) }))
  requireOneTransformEach(star.tables, transforms)
  return {
    schema: { staging: staging.statements, star: star.statements, load: load.statements },
    tables: { staging: staging.tables, star: star.tables },
    etl: transforms.map(({ transform }) => transform),
    summary: parseSelect(fileAt(sorted, summaryFile), fragments, ['tomorrow']),
    lostPlays: parseSelect(fileAt(sorted, lostPlaysFile), fragments),
    foreignTexts: parseSelect(fileAt(sorted, foreignTextsFile), fragments),
    source: parseSourceFields(fileAt(sorted, sourceFile)),
    comparison: {
      days: parseSelect(fileAt(sorted, daysFile), fragments),
      artists: parseSelect(fileAt(sorted, artistsFile), fragments),
      plays: parseSelect(fileAt(sorted, playsFile), fragments, ['from', 'to']),
    },
    checks: checks.map((file) => parseCheck(file, fragments)),
    queries: queries.map((file) => parseQuery(file, fragments)),
  }
}

function fileAt(files: readonly SqlSource[], path: string): SqlSource {
  const file = files.find((candidate) => candidate.path === path)
  if (file === undefined)
    throw new OpsError('bad_sql_file', `sql/${path} is missing.`, 'Put it back from the repository.')
  return file
}

function requireOneTransformEach(
  tables: readonly string[],
  transforms: readonly { readonly path: string; readonly transform: TransformFile }[],
): void {
  for (const [index, { path, transform }] of transforms.entries()) {
    if (!tables.includes(transform.table)) {
      throw badSqlFile(path, 1, `"${transform.table}" is no table of the star`, 'Create it in sql/schema/star.sql.')
    }
    const before = transforms.slice(0, index).find((other) => other.transform.table === transform.table)
    if (before !== undefined) {
      throw badSqlFile(path, 1, `"${transform.table}" is already filled by sql/${before.path}`, 'Leave one of the two.')
    }
  }
  const unfilled = tables.find((table) => !transforms.some(({ transform }) => transform.table === table))
  if (unfilled !== undefined) {
    throw badSqlFile('schema/star.sql', 1, `nothing fills "${unfilled}"`, `Write a file in sql/etl that does.`)
  }
}
