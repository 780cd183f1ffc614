import type { SqlSource } from './files.ts'
import { badSqlFile, type HeaderField } from './header.ts'
import { lexSql } from './lexer.ts'
import { placeholders } from './parameters.ts'

/**
 * A step that several files share: a file of `fragments/`, one SELECT. A file whose header names it (`-- uses: known-time`) reads it as the
 * table `known_time`. The library writes it into that file's statement as the first step of its WITH.
 */
export interface Fragment {
  /** The name of its file, and the name that statements read it by. */
  readonly name: string
  readonly table: string
  readonly description: string
  /** The fragments that it reads itself, by name. */
  readonly uses: readonly string[]
  /** Whether it costs less to be computed again by each of its readers than to be kept for them. */
  readonly inline: boolean
  readonly sql: string
}

/** All fragments by name. */
export type Fragments = ReadonlyMap<string, Fragment>

export const noFragments: Fragments = new Map()

/** What a file uses: its fragments, each behind those that it reads itself, and the line of the header that names them. */
export interface UsedFragments {
  readonly line: number
  readonly fragments: readonly Fragment[]
}

/** The names in `-- uses: numbers, known-time`. */
export function namesIn(field: HeaderField | undefined): readonly string[] {
  return field === undefined ? [] : field.value.split(',').map((name) => name.trim())
}

/**
 * The fragments that a file's header names. Throws `bad_sql_file` for one that there is not, that reads itself, that the statement does not
 * read, or whose name the statement gives to a step of its own.
 */
export function fragmentsOf(
  { path, text }: SqlSource,
  fields: readonly HeaderField[],
  known: Fragments,
): UsedFragments {
  const field = fields.find(({ key }) => key === 'uses')
  const line = field?.line ?? 1
  const found = new Map<string, Fragment>()
  const add = (name: string, above: readonly string[]): void => {
    const fragment = known.get(name)
    if (fragment === undefined) {
      const remedy =
        known.size === 0 ? 'There are none in sql/fragments.' : `There are ${[...known.keys()].join(', ')}.`
      throw badSqlFile(path, line, `there is no fragment "${name}"`, remedy)
    }
    if (above.includes(name)) throw badSqlFile(path, line, `the fragment "${name}" uses itself`, 'Leave one out.')
    for (const inner of fragment.uses) add(inner, [...above, name])
    found.set(name, fragment)
  }
  const code = lexSql(text)
    .map((piece) => (piece.kind === 'code' ? piece.text : ' '))
    .join('')
  for (const name of namesIn(field)) {
    add(name, [])
    const table = tableOf(name)
    if (!new RegExp(`\\b${table}\\b`).test(code)) {
      throw badSqlFile(path, line, `the fragment "${name}" is not used`, `Read it as ${table}, or leave it out.`)
    }
  }
  for (const { table } of found.values()) {
    if (new RegExp(`\\b${table}\\s+as\\s*\\(`).test(code)) {
      throw badSqlFile(path, line, `"${table}" is also a step of this file`, 'Rename the step.')
    }
  }
  return { line, fragments: [...found.values()] }
}

/** The name that statements read a fragment by. */
export function tableOf(name: string): string {
  return name.replaceAll('-', '_')
}

/** The names of the parameters that fragments need. */
export function parametersOf({ fragments }: UsedFragments): readonly string[] {
  return [...new Set(fragments.flatMap(({ sql }) => placeholders(sql)).map(({ name }) => name))]
}

/** A SELECT, or an INSERT … SELECT, with fragments as the first steps of its WITH. */
export function withFragments(statement: string, { fragments }: UsedFragments): string {
  if (fragments.length === 0) return statement
  const [, target = '', own] = /^(insert\s+into\s+\w+\s*\([^)]*\)\s*)?(with\s+)?/i.exec(statement) ?? []
  const rest = statement.slice(target.length + (own ?? '').length)
  const steps = fragments
    .map(({ table, inline, sql }) => `${table} as ${inline ? `${inlineHint} ` : ''}(\n${indented(sql)}\n)`)
    .join(',\n')
  return `${target}with ${steps}${own === undefined ? '\n' : ',\n'}${rest}`
}

/**
 * The comment on an inline step of a WITH. Engines may ignore it: DuckDB 1.5 keeps any step with two readers, which takes 1.2 s of the
 * processor for 1,000,000 events.
 */
export const inlineHint = '/* inline */'

function indented(sql: string): string {
  return sql.replace(/^(?=.)/gm, '  ')
}
