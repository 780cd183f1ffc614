import type { JsonAction } from '../services.ts'
import type { JsonValue } from '../wire/json.ts'
import { byId, readInput } from './input.ts'
import { findStatement } from './lookup.ts'
import { type Part, placeOf, type Statement } from './statement.ts'
import { waitFor } from './wait.ts'

/** DescribeStatement, of a statement or of one of a batch, with its long poll. */
export const describeStatement: JsonAction = async ({ world, caller, input, hungUp }) => {
  const request = readInput(byId, input)
  const { statement, part } = findStatement(world, caller, 'redshift-data:DescribeStatement', request.Id)
  await waitFor(world, statement, part ?? statement, request.WaitTimeSeconds, hungUp)
  return {
    ...sessionOf(statement),
    ...(part === undefined ? batch(statement) : single(part)),
    QueryParameters: parametersOf(statement),
  }
}

function sessionOf(statement: Statement): { readonly [name: string]: JsonValue } {
  const { session } = statement
  return {
    ...placeOf(session),
    Database: session.database,
    DbUser: session.secretArn === undefined ? session.dbUser : undefined,
    SecretArn: session.secretArn,
    RedshiftPid: statement.status === 'SUBMITTED' ? 0 : statement.pid,
    ResultFormat: 'JSON',
    ExecutionMode: statement.mode,
  }
}

function single(part: Part): { readonly [name: string]: JsonValue } {
  return {
    Id: part.id,
    QueryString: part.sql,
    Status: part.status,
    Error: part.error,
    CreatedAt: new Date(part.createdAt),
    UpdatedAt: new Date(part.updatedAt),
    Duration: part.nanoseconds,
    RedshiftQueryId: part.queryId,
    HasResultSet: hasResultSet(part),
    ResultRows: rowsOf(part),
    ResultSize: part.result === undefined ? -1 : sizeOf(part),
  }
}

/** A batch has no query id and no rows of its own: those are its parts'. */
function batch(statement: Statement): { readonly [name: string]: JsonValue } {
  const ran = statement.parts.filter((part) => part.nanoseconds >= 0)
  return {
    Id: statement.id,
    Status: statement.status,
    Error: statement.error,
    CreatedAt: new Date(statement.createdAt),
    UpdatedAt: new Date(statement.updatedAt),
    Duration: ran.length === 0 ? -1 : ran.reduce((sum, part) => sum + part.nanoseconds, 0),
    RedshiftQueryId: 0,
    HasResultSet: statement.parts.some(hasResultSet),
    ResultRows: -1,
    ResultSize: -1,
    SubStatements: statement.parts.map(single),
  }
}

function parametersOf(statement: Statement): JsonValue {
  if (statement.parameters.size === 0) return undefined
  return [...statement.parameters].map(([name, value]) => ({ name, value }))
}

function hasResultSet(part: Part): boolean {
  return (part.result?.columns.length ?? 0) > 0
}

function rowsOf(part: Part): number {
  if (part.result === undefined) return -1
  return hasResultSet(part) ? part.result.rows.length : part.result.affected
}

function sizeOf(part: Part): number {
  return (part.result?.rows ?? []).flat().reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), 0)
}
