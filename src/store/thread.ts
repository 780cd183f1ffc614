/*
 * The thread in which the bot writes its ledger: one connection, one statement or batch at a time. `own-thread.ts` asks it.
 */
import { on } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { type SqlResult, StatementError } from './connection.ts'
import { connectFile } from './file-connection.ts'
import type { ThreadAnswer, ThreadData, ThreadRequest, ThrownInThread } from './own-thread.ts'

const { path, timeout }: ThreadData = workerData
const connection = connectFile(path, timeout)

async function carryOut(request: ThreadRequest): Promise<readonly SqlResult[]> {
  switch (request.kind) {
    case 'execute':
      return [await connection.execute(request.statement)]
    case 'batch':
      return connection.batch(request.statements)
    case 'executeMultiple':
      await connection.executeMultiple(request.sql)
      return []
    case 'reconnect':
      await connection.reconnect()
      return []
  }
}

function thrown(error: unknown): ThrownInThread {
  if (error instanceof StatementError) return { message: error.message, code: error.code }
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
await connection.close()
