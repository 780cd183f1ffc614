/*
 * The thread in which the bot writes its ledger: one connection, one statement or batch at a time. `own-thread.ts` asks it.
 */
import { on } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { createClient, LibsqlError, type ResultSet } from '@libsql/client/sqlite3'
import type { LaneResult } from './lane.ts'
import type { ThreadAnswer, ThreadData, ThreadRequest, ThrownInThread } from './own-thread.ts'

const { url, timeout }: ThreadData = workerData
const client = createClient({ url, concurrency: 1, timeout })

async function carryOut(request: ThreadRequest): Promise<readonly LaneResult[]> {
  switch (request.kind) {
    case 'execute':
      return [plain(await client.execute(request.statement))]
    case 'batch':
      return (await client.batch([...request.statements], 'write')).map(plain)
    case 'executeMultiple':
      await client.executeMultiple(request.sql)
      return []
    case 'reconnect':
      await client.reconnect()
      return []
  }
}

/** A result without the driver's class, of which nothing crosses between threads but plain data. */
function plain({ rows, rowsAffected, lastInsertRowid }: ResultSet): LaneResult {
  return { rows: rows.map((row) => ({ ...row })), rowsAffected, lastInsertRowid }
}

function thrown(error: unknown): ThrownInThread {
  if (error instanceof LibsqlError) return { message: error.message, code: error.code }
  return { message: error instanceof Error ? error.message : String(error), code: null }
}

async function answer(request: ThreadRequest): Promise<ThreadAnswer> {
  try {
    return { id: request.id, kind: 'done', results: await carryOut(request) }
  } catch (error) {
    return { id: request.id, kind: 'failed', error: thrown(error) }
  }
}

if (parentPort === null) throw new Error('this file is the start of a thread')
for await (const [message] of on(parentPort, 'message')) {
  const request: ThreadRequest | null = message
  if (request === null) break
  parentPort.postMessage(await answer(request))
}
client.close()
