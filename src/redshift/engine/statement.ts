import { OpsError } from '../../core/errors.ts'
import type { Statement } from '../../core/ports/engine.ts'
import { bind } from '../../core/sql/parameters.ts'

/** What is submitted in one call: statements that run one after the other, in one transaction or each by itself. */
export interface StatementBatch {
  readonly sqls: readonly string[]
  readonly mode: 'TRANSACTION' | 'AUTO_COMMIT'
  /** Bound to every `:name` of the statements. Names are unique, values not empty, and each one is used. */
  readonly parameters?: readonly { readonly name: string; readonly value: string }[]
}

/** One statement of a batch that was submitted. `rows` it returned or wrote; null where the server does not report that. */
export interface BatchPart {
  /** Under this id its result is kept: `uuid:n`. */
  readonly id: string
  readonly status: string
  readonly error: string | undefined
  readonly rows: number | null
  /** Redshift's own number of the query, as its system views know it. */
  readonly queryId: number | null
}

/** A batch as it stands. https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html */
export interface Submitted {
  readonly id: string
  readonly status: string
  readonly error: string | undefined
  readonly parts: readonly BatchPart[]
}

/** Whether nothing more will happen to it. */
export function hasEnded(status: string): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED'
}

/** The statement of a batch that failed first; undefined where the connection was refused and none was run. */
export function failedPart({ parts }: Submitted): BatchPart | undefined {
  return parts.find(({ status }) => status === 'FAILED')
}

/** The server's error of a batch that failed, without its prefix: "Query #2 failed with ERROR: relation …" → "relation …". */
export function errorOfStatement(submitted: Submitted): string {
  const said = failedPart(submitted)?.error ?? submitted.error ?? 'the server gives no reason'
  return said.replace(/^(Query #\d+ failed with )?((ERROR|FATAL): +)?/, '').trim()
}

/** A statement with its parameters, of which each is used and none is empty. */
export interface BoundStatement {
  readonly sql: string
  readonly parameters: NonNullable<StatementBatch['parameters']>
}

/**
 * A statement of `sql/` as the Data API takes it. Text is bound, whole numbers are written as digits; empty text is written as
 * '', because a parameter has at least one character. `prefix` keeps apart the names of statements in one batch, which share
 * their parameters.
 */
export function inRedshift({ sql, values = {} }: Statement, prefix = ''): BoundStatement {
  const bound = bind(sql, values, (name) => (values[name] === '' ? "''" : `:${prefix}${name}`))
  return {
    sql: bound.sql,
    parameters: bound.names
      .map((name, i) => ({ name: `${prefix}${name}`, value: bound.values[i] ?? '' }))
      .filter(({ value }) => value !== ''),
  }
}

/**
 * A configured text as an SQL string, for the places where Redshift takes no parameter (COPY's). Throws `bad_config` for
 * backslashes and control characters, which Redshift and PostgreSQL read differently.
 */
export function redshiftLiteral(text: string): string {
  if (!canBeLiteral(text)) {
    throw new OpsError('bad_config', `"${text}" contains a backslash or a control character.`, 'Correct it in .env.')
  }
  return `'${text.replaceAll("'", "''")}'`
}

/** Whether a text can be written into a statement: how servers read a backslash depends on their settings. */
export function canBeLiteral(text: string): boolean {
  return !/[\\\p{Cc}]/u.test(text)
}
