/*
 * The thread in which the bot's warehouse works. `own-thread.ts` calls it.
 */
import type { MessagePort } from 'node:worker_threads'
import { parentPort, workerData } from 'node:worker_threads'
import { DiskFull, messageOf, OpsError } from '../core/errors.ts'
import { createDuckdbEngine } from './engine.ts'
import { signalHere, type ThreadCall, type ThreadMessage } from './own-thread.ts'

if (parentPort === null) throw new Error('this file is the start of a thread')
const calls = parentPort
const opening = createDuckdbEngine(workerData)
// Each call throws it; the first may come later than the failure.
opening.catch(() => undefined)

calls.on('message', async ({ method, args, port }: ThreadCall) => {
  port.postMessage(await answer(method, args, port))
  if (method === 'close') calls.close()
})

async function answer(
  method: ThreadCall['method'],
  args: readonly unknown[],
  port: MessagePort,
): Promise<ThreadMessage> {
  try {
    const engine = await opening
    if (method === 'open') return { kind: 'done', result: null }
    const controller = new AbortController()
    port.on('message', () => controller.abort())
    const own = args.map((arg) => withSignal(arg, controller.signal, port))
    return { kind: 'done', result: await Reflect.apply(engine[method], engine, own) }
  } catch (error) {
    const stack = error instanceof Error ? String(error.stack) : ''
    if (!(error instanceof OpsError)) return { kind: 'failed', message: messageOf(error), stack }
    // An error's message is no member that a spread takes.
    return { kind: 'refused', error: { ...error, message: error.message }, isFull: error instanceof DiskFull, stack }
  }
}

/** An argument with the thread's own signal in the place of the caller's, and a way to show progress there. */
function withSignal(arg: unknown, signal: AbortSignal, port: MessagePort): unknown {
  if (arg === signalHere) return signal
  if (typeof arg !== 'object' || arg === null || !('signal' in arg) || arg.signal !== signalHere) return arg
  const progress = (detail: string): void => port.postMessage({ kind: 'progress', detail } satisfies ThreadMessage)
  return { ...arg, signal, progress }
}
