import { createClient, LibsqlError } from '@libsql/client'
import { type Connection, StatementError } from './connection.ts'

/** A connection to a server. Throws a `StatementError` whose code begins with `URL_` for an address that is not understood. */
export function connectServer(url: string): Connection {
  const client = createOrThrow(url)
  return {
    execute: (statement) => translated(client.execute(statement)),
    batch: (statements) => translated(client.batch([...statements], 'write')),
    executeMultiple: (sql) => translated(client.executeMultiple(sql)),
    reconnect: async () => client.reconnect(),
    close: async () => client.close(),
  }
}

function createOrThrow(url: string) {
  try {
    return createClient({ url })
  } catch (error) {
    throw asStatementError(error)
  }
}

async function translated<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw asStatementError(error)
  }
}

function asStatementError(error: unknown): unknown {
  if (error instanceof LibsqlError) return new StatementError(error.message, error.code, { cause: error })
  // What fetch throws when a server cannot be reached.
  if (error instanceof TypeError && error.message === 'fetch failed')
    return new StatementError(error.message, 'SERVER_ERROR', { cause: error })
  return error
}
