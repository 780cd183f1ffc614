import type { Statement } from '../../core/ports/engine.ts'
import { bind } from '../../core/sql/parameters.ts'
import type { Batch } from './statement.ts'

/** A statement with its parameters, of which each is used and none is empty. */
export interface BoundStatement {
  readonly sql: string
  readonly parameters: NonNullable<Batch['parameters']>
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
