import { outline, scan } from './scan.ts'

/** A statement that Redshift refuses; the message is what follows `ERROR: `. */
export class SqlRefusal extends Error {}

type Rule = { readonly pattern: RegExp; readonly message: (found: RegExpExecArray) => string }

const syntaxErrorAt = (word: string) => () => `syntax error at or near "${word}"`

/**
 * What PostgreSQL has and Redshift lacks. Developer guide: c_unsupported-postgresql-features, -functions and
 * -datatypes; r_TO_TIMESTAMP for the form without a format.
 */
const absent: readonly Rule[] = [
  { pattern: /\) ?filter ?\(/, message: syntaxErrorAt('(') },
  { pattern: /\b(string_agg|array_agg|regexp_matches|unnest|make_interval|make_date) ?\(/, message: noFunction },
  {
    pattern: /\bgenerate_series ?\(/,
    message: () => 'Specified types or functions (one per INFO message) not supported on Redshift tables.',
  },
  { pattern: /\bselect distinct on\b/, message: () => 'SELECT DISTINCT ON is not supported' },
  { pattern: /\bis (?:not )?distinct from\b/, message: syntaxErrorAt('distinct') },
  {
    pattern: /^create (?:unique )?index\b/,
    message: () => 'SQL command "CREATE INDEX" not supported on Redshift tables.',
  },
  { pattern: /(?:\bfrom|\bjoin|,) ?\( ?values\b/, message: syntaxErrorAt('values') },
  { pattern: /^values\b/, message: syntaxErrorAt('values') },
  { pattern: /\bon conflict\b/, message: syntaxErrorAt('on') },
  { pattern: /^(?:insert|update|delete)\b.* returning\b/, message: syntaxErrorAt('returning') },
  { pattern: /\blateral\b/, message: syntaxErrorAt('lateral') },
  {
    pattern: /\bto_timestamp ?\((?:[^(),]|\([^()]*\))*\)/,
    message: () => 'function to_timestamp(double precision) does not exist',
  },
  { pattern: /\barray ?\[/, message: syntaxErrorAt('[') },
  {
    pattern: /^create [a-z ]*table\b.* (jsonb?|uuid|bytea|money|serial|bigserial)\b(?= ?[,)]| not null)/,
    message: (found) => `type "${found[1]}" does not exist`,
  },
  { pattern: /^do\b/, message: syntaxErrorAt('do') },
  {
    pattern: /^merge into\b(?!.*\bwhen matched\b.*\bwhen not matched\b)/,
    message: () => 'MERGE requires both WHEN MATCHED and WHEN NOT MATCHED clauses',
  },
]

function noFunction(found: RegExpExecArray): string {
  return `function ${found[1]}() does not exist`
}

/** Throws SqlRefusal for a statement that Redshift would not take. */
export function refuseForeign(sql: string): void {
  const plain = outline(sql)
  for (const { pattern, message } of absent) {
    const found = pattern.exec(plain)
    if (found !== null) throw new SqlRefusal(message(found))
  }
}

/** What a statement is, as far as running it differs. */
export type StatementKind = 'copy' | 'unload' | 'truncate' | 'createTable' | 'control' | 'other'

/** The kind of a statement. `control` begins or ends a transaction. */
export function kindOf(sql: string): StatementKind {
  const plain = outline(sql)
  if (plain.startsWith('copy ')) return 'copy'
  if (/^unload\b/.test(plain)) return 'unload'
  if (plain.startsWith('truncate')) return 'truncate'
  if (/^create (?:temp |temporary |local )*table\b|^alter table\b/.test(plain)) return 'createTable'
  return /^(?:begin|start transaction|commit|end|rollback|abort)\b/.test(plain) ? 'control' : 'other'
}

/** The statement as PostgreSQL takes it. In DDL, VARCHAR and TEXT without a length are VARCHAR(256), MAX is 65535. */
export function adapt(sql: string): string {
  const plain = outline(sql)
  if (/^vacuum\b/.test(plain))
    return sql.replace(/vacuum\s+(?:full|sort only|delete only|reindex|recluster)\b/i, 'vacuum')
  if (kindOf(sql) !== 'createTable') return sql
  const tokens = scan(sql)
  return tokens
    .map((token, at) => {
      const word = token.text.toLowerCase()
      if (token.kind !== 'word') return token.text
      if (word === 'max' && ['varchar', 'varying'].includes(wordBefore(tokens, at))) return '65535'
      if (word === 'text' && isType(tokens, at)) return 'varchar(256)'
      const unlimited = (word === 'varchar' || word === 'varying') && next(tokens, at) !== '('
      return unlimited ? `${token.text}(256)` : token.text
    })
    .join('')
}

type Tokens = ReturnType<typeof scan>

function next(tokens: Tokens, at: number): string {
  return tokens.slice(at + 1).find((token) => token.kind !== 'space')?.text ?? ''
}

function wordBefore(tokens: Tokens, at: number): string {
  return (
    tokens
      .slice(0, at)
      .findLast((token) => token.kind === 'word')
      ?.text.toLowerCase() ?? ''
  )
}

/** A type stands after a column's name, not after a comma or a parenthesis. */
function isType(tokens: Tokens, at: number): boolean {
  const before = tokens.slice(0, at).findLast((token) => token.kind !== 'space')
  return before?.kind === 'word' || before?.kind === 'quoted'
}
