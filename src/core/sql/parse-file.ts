import { readChannel } from '../channel.ts'
import { touchedKeys } from '../ports/engine.ts'
import { columnsOf } from './column-words.ts'
import type { CheckFile, SqlSource, TransformFile } from './files.ts'
import {
  type Fragment,
  type Fragments,
  fragmentsOf,
  namesIn,
  noFragments,
  parametersOf,
  tableOf,
  type UsedFragments,
  withFragments,
} from './fragments.ts'
import { badSqlFile, type HeaderField, oneOf, parseHeader } from './header.ts'
import { lexSql, lineAt, type SqlStatement, splitStatements } from './lexer.ts'
import { placeholders } from './parameters.ts'

/** Reads a file of `checks/`. Throws `bad_sql_file` with file, line and reason. */
export function parseCheck({ path, text }: SqlSource, fragments: Fragments = noFragments): CheckFile {
  const fields = parseHeader(path, text, {
    title: 'required',
    severity: 'required',
    finding: 'once',
    rows: 'once',
    column: 'named',
    waiver: 'once',
    key: 'once',
    owner: 'once',
    channel: 'once',
    uses: 'once',
  })
  const sql = selectOf({ path, text }, fields, fragments)
  const field = (key: string) => fields.find((candidate) => candidate.key === key)
  return {
    kind: 'check',
    name: nameOf(path),
    title: field('title')?.value ?? '',
    finding: field('finding')?.value ?? field('title')?.value ?? '',
    severity: oneOf(path, field('severity'), ['error', 'warn'], 'error'),
    rows: oneOf(path, field('rows'), ['events'], null),
    columns: columnsOf(path, fields),
    waiver: oneOf(path, field('waiver'), ['allow-empty'], null),
    key: oneOf(path, field('key'), touchedKeys, null),
    watch: watchOf(path, field('owner'), field('channel'), field('severity')),
    sql,
  }
}

/** Reads `owner` and `channel`. A red `error` check stops its load, whose failure is posted, so it takes neither. */
function watchOf(
  path: string,
  owner: HeaderField | undefined,
  channel: HeaderField | undefined,
  severity: HeaderField | undefined,
): CheckFile['watch'] {
  const first = owner ?? channel
  if (first === undefined) return null
  if (severity?.value !== 'warn') {
    const reason = `"${first.key}" is for checks that warn; a red error check stops the load, whose failure is posted`
    throw badSqlFile(path, first.line, reason, 'Take it out, or write "-- severity: warn".')
  }
  if (owner !== undefined && !/^[UWS][A-Z0-9]{5,}$/.test(owner.value)) {
    throw badSqlFile(
      path,
      owner.line,
      `owner is "${owner.value}"`,
      'Write the Slack id of a person or a group: U… or S….',
    )
  }
  const place = channel === undefined ? null : readChannel(channel.value)
  if (channel !== undefined && place === null) {
    throw badSqlFile(path, channel.line, `channel is "${channel.value}"`, 'Write #name or the id of the channel.')
  }
  if (place === null && owner?.value.startsWith('S')) {
    throw badSqlFile(path, owner.line, 'a group has no direct messages', 'Add "-- channel: #name".')
  }
  return { owner: owner?.value ?? null, channel: place?.channel ?? null }
}

const plainHeader = { description: 'required', uses: 'once' } as const

/** Reads a file of `etl/`: `delete from t`, then `insert into t (…) …`. Throws `bad_sql_file`. */
export function parseTransform({ path, text }: SqlSource, fragments: Fragments = noFragments): TransformFile {
  const used = fragmentsOf({ path, text }, parseHeader(path, text, plainHeader), fragments)
  const [first, second, ...more] = statementsOf({ path, text })
  const emptied = /^delete\s+from\s+(\w+)$/i.exec(first?.text ?? '')?.[1]
  const filled = /^insert\s+into\s+(\w+)\s*\(/i.exec(second?.text ?? '')?.[1]
  if (first === undefined || second === undefined || more.length > 0 || emptied === undefined || emptied !== filled) {
    const line = more[0]?.line ?? second?.line ?? first?.line ?? 1
    const reason = 'a transform is two statements on one table, "delete from t" and "insert into t (…) …"'
    throw badSqlFile(path, line, reason, 'Write one file for each table.')
  }
  requireNoPlaceholders({ path, text }, used)
  const filling = withFragments(second.text, used)
  return { kind: 'transform', name: nameOf(path), table: emptied, statements: [first.text, filling] }
}

/** The tables that a file of `schema/` creates, in order, and its statements. Throws `bad_sql_file`. */
export function parseSchema({ path, text }: SqlSource): { tables: readonly string[]; statements: readonly string[] } {
  const statements = statementsOf({ path, text })
  const tables = statements.map(({ text: statement, line }) => {
    const table = /^create\s+table\s+if\s+not\s+exists\s+(\w+)\s*\(/i.exec(statement)?.[1]
    if (table === undefined) {
      throw badSqlFile(path, line, 'not a "create table if not exists … (…)"', 'The schema holds nothing else.')
    }
    return table
  })
  return { tables, statements: statements.map((statement) => statement.text) }
}

/** Reads a file of `load/`: one SELECT, without parameters but these. Throws `bad_sql_file`. */
export function parseSelect(
  file: SqlSource,
  fragments: Fragments = noFragments,
  parameters: readonly string[] = [],
): string {
  return selectOf(file, parseHeader(file.path, file.text, plainHeader), fragments, parameters)
}

/** Reads a file of `fragments/`. Throws `bad_sql_file`. */
export function parseFragment({ path, text }: SqlSource): Fragment {
  const fields = parseHeader(path, text, { ...plainHeader, inline: 'once' })
  const field = (key: string) => fields.find((candidate) => candidate.key === key)
  const name = nameOf(path)
  return {
    name,
    table: tableOf(name),
    description: field('description')?.value ?? '',
    uses: namesIn(field('uses')),
    inline: oneOf(path, field('inline'), ['yes', 'no'], 'no') === 'yes',
    sql: onlySelect({ path, text }).text,
  }
}

/** The one SELECT of a file with its fragments. */
function selectOf(
  file: SqlSource,
  fields: readonly HeaderField[],
  fragments: Fragments,
  parameters: readonly string[] = [],
): string {
  const used = fragmentsOf(file, fields, fragments)
  const { text } = onlySelect(file)
  requireNoPlaceholders(file, used, parameters)
  return withFragments(text, used)
}

/** The name of a file is what it is called by: lower case words joined by `-`. Throws `bad_sql_file` otherwise. */
export function nameOf(path: string): string {
  const name = /([^/]+)\.sql$/.exec(path)?.[1] ?? ''
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
    throw badSqlFile(path, 1, 'the file name is not lower case words joined by -', 'Rename it, like top-songs.sql.')
  }
  return name
}

/** The one statement of a file that reads and does nothing else. Throws `bad_sql_file` where there is another or none. */
export function onlySelect({ path, text }: SqlSource): SqlStatement {
  const [first, second] = statementsOf({ path, text })
  if (second !== undefined)
    throw badSqlFile(path, second.line, 'a second statement begins here', 'Leave one in the file.')
  if (first === undefined || !/^(?:select|with)\b/i.test(first.text)) {
    throw badSqlFile(path, first?.line ?? 1, 'the statement is not a SELECT', 'Begin it with "select" or "with".')
  }
  return first
}

function statementsOf({ path, text }: SqlSource): readonly SqlStatement[] {
  const open = lexSql(text).find((piece) => !piece.closed)
  if (open !== undefined) {
    throw badSqlFile(path, lineAt(text, open.start), `the ${open.kind} that begins here has no end`, 'Close it.')
  }
  const statements = splitStatements(text)
  if (statements.length === 0) throw badSqlFile(path, lineAt(text, text.length), 'there is no statement', 'Write one.')
  return statements
}

function requireNoPlaceholders({ path, text }: SqlSource, used: UsedFragments, known: readonly string[] = []): void {
  const own = placeholders(text).find(({ name }) => !known.includes(name))
  if (own !== undefined) {
    const reason = `:${own.name} is a parameter, and only a query has parameters`
    throw badSqlFile(path, lineAt(text, own.start), reason, 'Write the value itself.')
  }
  const lent = parametersOf(used).find((name) => !known.includes(name))
  if (lent !== undefined) throw badSqlFile(path, used.line, `a fragment needs :${lent}`, 'Only a query may use it.')
}
