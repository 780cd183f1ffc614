import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
  DuckDBType,
  DuckDBValue,
  JS,
} from '@duckdb/node-api'
import { cancelled } from '../core/pacing.ts'
import { inlineHint } from '../core/sql/fragments.ts'
import { asOpsError } from './failure.ts'
import { identifier } from './literal.ts'

// DuckDB forgets an interrupt that comes just before a statement begins, so it is repeated until the statement has ended.
const interruptEveryMs = 50

/** Values to bind by name, with their types where DuckDB cannot infer them (lists). */
export interface Bindings {
  readonly values: Readonly<Record<string, DuckDBValue>>
  readonly types?: Readonly<Record<string, DuckDBType>>
}

/** A connection whose unqualified table names mean one load, for as long as one piece of work lasts. */
export interface DuckdbSession {
  readonly connection: DuckDBConnection
  /** The name under which the load is attached. */
  readonly alias: string
  /** Runs one statement to its end. Throws what DuckDB throws; `admit` may refuse the prepared statement. */
  run(
    sql: string,
    bindings?: Bindings,
    admit?: (statement: DuckDBPreparedStatement) => void,
  ): Promise<DuckDBMaterializedResult>
  /** The rows that a statement answers, each with its values in order. Throws as `run` does. */
  rows(sql: string, bindings?: Bindings): Promise<readonly (readonly JS[])[]>
  /** Runs one statement outside of the transaction, which a failure of it would end. */
  aside(sql: string, values: Bindings['values']): Promise<void>
  /** All or nothing: commits when `work` returns, rolls back when it throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>
}

/** Opens a session on the attached database `alias`; the signal interrupts what it runs. Failures leave as `OpsError`. */
export async function withSession<T>(
  instance: DuckDBInstance,
  alias: string,
  signal: AbortSignal,
  work: (session: DuckdbSession) => Promise<T>,
): Promise<T> {
  const connection = await instance.connect()
  let interrupting: NodeJS.Timeout | undefined
  const interrupt = (): void => {
    connection.interrupt()
    interrupting = setInterval(() => connection.interrupt(), interruptEveryMs)
  }
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    const session = sessionOn(instance, connection, alias, signal)
    await session.run(`use ${identifier(alias)}`)
    return await work(session)
  } catch (error) {
    throw asOpsError(error, signal)
  } finally {
    signal.removeEventListener('abort', interrupt)
    clearInterval(interrupting)
    connection.disconnectSync()
  }
}

function sessionOn(
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  alias: string,
  signal: AbortSignal,
): DuckdbSession {
  const run: DuckdbSession['run'] = async (sql, bindings, admit) => {
    if (signal.aborted) throw cancelled(signal)
    const statement = await connection.prepare(sql.replaceAll(inlineHint, 'not materialized'))
    try {
      admit?.(statement)
      if (bindings !== undefined) statement.bind({ ...bindings.values }, { ...bindings.types })
      return await statement.run()
    } finally {
      statement.destroySync()
    }
  }
  return {
    connection,
    alias,
    run,
    rows: async (sql, bindings) => (await run(sql, bindings)).getRowsJS(),
    async aside(sql, values) {
      const other = await instance.connect()
      try {
        await other.run(sql, { ...values })
      } finally {
        other.disconnectSync()
      }
    },
    async transaction(work) {
      await run('begin transaction')
      const result = await work().catch(async (error: unknown) => {
        // Not through run(): a cancelled transaction has to be rolled back all the same. Should even that fail, the first
        // error is thrown; the connection is closed in the end, which rolls back too.
        await connection.run('rollback').catch(() => undefined)
        throw error
      })
      await run('commit')
      return result
    },
  }
}
