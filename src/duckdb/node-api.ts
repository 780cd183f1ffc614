import { createRequire } from 'node:module'
import type * as api from '@duckdb/node-api'

/*
 * The values of `@duckdb/node-api`, by `require`. An `import` of this CommonJS package parses its 180 files once more for the
 * names of their exports: 0.45 s of a processor at every start of the program, of 0.15 s that it takes to run them.
 */

const duckdb: typeof api = createRequire(import.meta.url)('@duckdb/node-api')

export const {
  BIGINT,
  DuckDBDateValue,
  DuckDBDecimalType,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  INTEGER,
  LIST,
  listValue,
  StatementType,
  VARCHAR,
} = duckdb

export type DuckDBInstance = api.DuckDBInstance
export type DuckDBTypeId = api.DuckDBTypeId
