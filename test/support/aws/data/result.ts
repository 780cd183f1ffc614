import { AwsError } from '../error.ts'
import type { JsonAction } from '../services.ts'
import type { ResultColumn } from '../sql/warehouse.ts'
import type { JsonValue } from '../wire/json.ts'
import { byId, invalid, readInput } from './input.ts'
import { findStatement } from './lookup.ts'
import { waitFor } from './wait.ts'

/** Redshift's names of the types that results have, by the OID of PostgreSQL's. */
const typeNames: Readonly<Record<number, string>> = {
  16: 'bool',
  20: 'int8',
  21: 'int2',
  23: 'int4',
  26: 'oid',
  700: 'float4',
  701: 'float8',
  1042: 'bpchar',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1700: 'numeric',
}

/** GetStatementResult: one page of typed fields. While there is no result it is ResourceNotFoundException, waited or not. */
export const getStatementResult: JsonAction = async ({ world, caller, input, hungUp }) => {
  const request = readInput(byId, input)
  const { statement, part } = findStatement(world, caller, 'redshift-data:GetStatementResult', request.Id)
  await waitFor(world, statement, part ?? statement, request.WaitTimeSeconds, hungUp)
  const result = part?.status === 'FINISHED' ? part.result : undefined
  if (result === undefined || result.columns.length === 0) {
    const message = 'Query does not have result. Please check query status with DescribeStatement.'
    throw new AwsError('ResourceNotFoundException', message, 400, { ResourceId: request.Id })
  }
  const from = Number(request.NextToken ?? 0)
  if (!Number.isInteger(from) || from < 0 || from > result.rows.length) throw invalid('Invalid pagination token.')
  const to = from + world.options.resultPageRows
  return {
    ColumnMetadata: result.columns.map(metadata),
    Records: result.rows.slice(from, to).map((row) => row.map((value, at) => field(value, result.columns[at]))),
    TotalNumRows: result.rows.length,
    NextToken: to < result.rows.length ? String(to) : undefined,
  }
}

/** Integers, floats and booleans have types of their own; decimals, dates and the rest are strings. */
function field(value: string | null, column: ResultColumn | undefined): JsonValue {
  if (value === null) return { isNull: true }
  switch (typeNames[column?.oid ?? 0]) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
      return { longValue: BigInt(value) }
    case 'float4':
    case 'float8':
      return { doubleValue: Number(value) }
    case 'bool':
      return { booleanValue: value === 't' }
    default:
      return { stringValue: value }
  }
}

function metadata(column: ResultColumn): JsonValue {
  const typeName = typeNames[column.oid] ?? 'varchar'
  const isNumber = /^(int|float|numeric|oid)/.test(typeName)
  return {
    name: column.name,
    label: column.name,
    typeName,
    nullable: 1,
    isCaseSensitive: typeName === 'varchar',
    isCurrency: false,
    isSigned: isNumber,
    length: 0,
    precision: 0,
    scale: 0,
    schemaName: '',
    tableName: '',
  }
}
