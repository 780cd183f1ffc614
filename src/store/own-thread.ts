import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type Connection, type Sql, type SqlResult, StatementError } from './connection.ts'

/** What is asked of the thread; its answer has the same number. */
export type ThreadRequest =
  | { readonly id: number; readonly kind: 'execute'; readonly statement: Sql }
  | { readonly id: number; readonly kind: 'batch'; readonly statements: readonly Sql[] }
  | { readonly id: number; readonly kind: 'executeMultiple'; readonly sql: string }
  | { readonly id: number; readonly kind: 'reconnect' }

/** What the thread answers: the results of an `execute` or a `batch`, and what was thrown as plain data. */
export type ThreadAnswer =
  | { readonly id: number; readonly kind: 'done'; readonly results: readonly SqlResult[] }
  | { readonly id: number; readonly kind: 'failed'; readonly error: ThrownInThread }

/** An error as it crosses between threads, which keeps neither its class nor its members. `code` is SQLite's, where it is. */
export interface ThrownInThread {
  readonly message: string
  readonly code: string | null
}

/** Where the thread's database is. `timeout` in milliseconds. */
export interface ThreadData {
  readonly path: string
  readonly timeout: number
}

interface Waiting {
  resolve(results: readonly SqlResult[]): void
  reject(error: Error): void
}

// What a ledger needs; without a limit V8 reserves as much as for the main thread.
const limits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 }

/**
 * A connection to a database file that works in a thread of its own. The driver is synchronous, and each commit waits for the disk:
 * while a load wrote hundreds of megabytes, that held the event loop, and so Slack's three seconds, for up to 900 ms.
 */
export function connectInThread(data: ThreadData): Connection {
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: data,
    resourceLimits: limits,
    execArgv: [],
  })
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let ended: Error | null = null

  worker.on('message', (answer: ThreadAnswer) => {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.kind === 'done') asker?.resolve(answer.results)
    else asker?.reject(asError(answer.error))
  })
  const fail = (error: Error): void => {
    ended ??= error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('the thread of the ledger has ended')))

  const ask = (request: (id: number) => ThreadRequest): Promise<readonly SqlResult[]> =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(ended)
      const id = ++asked
      waiting.set(id, { resolve, reject })
      worker.postMessage(request(id))
    })

  return {
    async execute(statement) {
      const [result] = await ask((id) => ({ id, kind: 'execute', statement }))
      if (result === undefined) throw new Error('a statement has no result')
      return result
    },
    batch: (statements) => ask((id) => ({ id, kind: 'batch', statements })),
    async executeMultiple(sql) {
      await ask((id) => ({ id, kind: 'executeMultiple', sql }))
    },
    async reconnect() {
      await ask((id) => ({ id, kind: 'reconnect' }))
    },
    async close() {
      if (ended !== null) return
      worker.postMessage(null)
      await once(worker, 'exit')
    },
  }
}

function asError({ message, code }: ThrownInThread): Error {
  return code === null ? new Error(message) : new StatementError(message, code)
}
