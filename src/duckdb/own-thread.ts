import { on, once, setMaxListeners } from 'node:events'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { DiskFull, OpsError } from '../core/errors.ts'
import { cancelled } from '../core/pacing.ts'
import type { Engine } from '../core/ports/engine.ts'
import type { DuckdbOptions } from './engine.ts'

/** What can be asked of an engine. */
export type EngineMethod = {
  [K in keyof Engine]: Engine[K] extends (...args: never[]) => unknown ? K : never
}[keyof Engine]

/** A call as it goes into the thread. `port` carries its answer and its progress back, and its cancellation into the thread. */
export interface ThreadCall {
  readonly method: EngineMethod | 'open'
  readonly args: readonly unknown[]
  readonly port: MessagePort
}

/** Stands for the signal of a call, which does not cross between threads. */
export const signalHere = 'the signal of this call'

/** What the thread sends back. Errors cross as plain data: their classes do not. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly detail: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: PlainOpsError; readonly isFull: boolean; readonly stack: string }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string }

/** The members of an `OpsError`, without its class. */
type PlainOpsError = Omit<OpsError, 'with' | 'name' | 'stack' | 'cause'>

/** What can be cancelled, and what shows how far it is. */
interface Handle {
  readonly signal?: AbortSignal
  progress?(detail: string): void
}

/**
 * An engine that works in a thread of its own. DuckDB works in threads of its own anyway, but lists, hashes and texts of 15,000 files, results
 * that are read and statements that are let go held the bot's event loop, and so Slack's three seconds, for up to 300 ms.
 *
 * Resolves once it is open, with what calls its methods. Throws what they throw.
 */
export async function openInThread(options: Omit<DuckdbOptions, 'now'>) {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: options, execArgv: [] })

  const ask = async (method: ThreadCall['method'], args: readonly unknown[]) => {
    const { port1: port, port2 } = new MessageChannel()
    const { signal, progress } = handleOf(args)
    const abort = (): void => port.postMessage('abort')
    try {
      if (signal?.aborted) throw cancelled(signal)
      worker.postMessage({ method, args: args.map(crossing), port: port2 }, [port2])
      if (signal !== undefined) {
        // All statements of a run listen to its one signal; Node takes more than ten listeners for a leak and warns of it.
        setMaxListeners(0, signal)
        signal.addEventListener('abort', abort)
      }
      return await answerOn(port, progress)
    } catch (error) {
      // The reason of a signal does not cross either.
      const isOurs = signal?.aborted && error instanceof OpsError && error.code === 'cancelled'
      throw isOurs ? cancelled(signal, error) : error
    } finally {
      signal?.removeEventListener('abort', abort)
      port.close()
      if (method === 'close') await once(worker, 'exit')
    }
  }

  // What keeps it from starting, a library that does not load for one, is thrown here. An open one that dies ends the process, as any bug.
  const dead = new Promise<never>((_, reject) => worker.once('error', reject))
  dead.catch(() => undefined)
  const open = ask('open', [])
  open.catch(() => undefined)
  try {
    await Promise.race([open, dead])
  } catch (error) {
    await worker.terminate()
    throw error
  }
  worker.removeAllListeners('error')
  return (method: EngineMethod, args: readonly unknown[]) => ask(method, args)
}

async function answerOn(port: MessagePort, progress: Handle['progress']) {
  for await (const [answer] of on(port, 'message', { close: ['close'] })) {
    const message: ThreadMessage = answer
    switch (message.kind) {
      case 'progress':
        progress?.(message.detail)
        break
      case 'done':
        return answer.result
      case 'refused':
        throw asOpsError(message)
      case 'failed':
        throw Object.assign(new Error(message.message), { stack: message.stack })
    }
  }
  throw new Error('the thread of the warehouse has ended')
}

function asOpsError({ error, isFull, stack }: ThreadMessage & { kind: 'refused' }): OpsError {
  const cause = Object.assign(new Error(error.message), { stack })
  const { code, message, remedy, ...options } = error
  return isFull
    ? new DiskFull(message, remedy, cause, options.reason)
    : new OpsError(code, message, remedy, { ...options, cause })
}

/** The signal among the arguments of a method, by itself or in what a step lends, and where progress is shown. */
function handleOf(args: readonly unknown[]): Handle {
  for (const arg of args) {
    if (arg instanceof AbortSignal) return { signal: arg }
    if (hasSignal(arg)) return arg
  }
  return {}
}

function crossing(arg: unknown): unknown {
  if (arg instanceof AbortSignal) return signalHere
  if (!hasSignal(arg)) return arg
  const data = Object.entries(arg).filter(([, value]) => typeof value !== 'function')
  return { ...Object.fromEntries(data), signal: signalHere }
}

function hasSignal(arg: unknown): arg is Handle & { readonly signal: AbortSignal } {
  return typeof arg === 'object' && arg !== null && 'signal' in arg && arg.signal instanceof AbortSignal
}
