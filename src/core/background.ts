import { messageOf } from './errors.ts'
import type { Clock } from './ports/clock.ts'
import type { Log } from './ports/log.ts'

/** All work that nobody awaits, by the name under which its failure is logged. A new one is added here, and to test/background.test.ts. */
export const backgroundTasks = [
  'sign of life',
  'deletion of expired records',
  'minute tick',
  'watch over the clock',
  'watch over the disk',
  'audit file',
  'worker',
  'run',
  'delivery of a message',
  'plan message',
  'App Home',
  'look for App Home changes',
  'Socket Mode connection',
  'Slack token',
  'HTTP request',
  'load progress',
] as const

/** The name of a background task. */
export type BackgroundTask = (typeof backgroundTasks)[number]

type Logger = { readonly log: Pick<Log, 'error'> }

/** Starts work that nobody awaits. What it throws, at once or later, is logged under its name and ends there: this never rejects. */
export async function inBackground({ log }: Logger, task: BackgroundTask, work: () => unknown): Promise<void> {
  try {
    await work()
  } catch (error) {
    log.error({ err: error, task }, `background task failed (${task}): ${messageOf(error)}`)
  }
}

/** Starts work every `ms` until the returned function is called, whether the work before has ended or not. */
export function repeatInBackground(
  { clock, log }: Logger & { readonly clock: Pick<Clock, 'every'> },
  ms: number,
  task: BackgroundTask,
  work: () => unknown,
): () => void {
  return clock.every(ms, () => void inBackground({ log }, task, work))
}
