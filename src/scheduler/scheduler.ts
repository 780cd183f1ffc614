import { schedule } from 'node-cron'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'

/**
 * Calls `tick` at every full minute and once at the start, whether the tick before has ended or not: a nightly load must not hold up
 * the posts of the next minutes. What is due is decided by the tick from the ledger, so a schedule made by another process, a minute
 * that was missed and a restart all come to the same. Stopping waits for no tick; what it began is drained like any other run.
 */
export function startScheduler(tick: () => Promise<void>, log: Log): { stop(): Promise<void> } {
  const guarded = async (): Promise<void> => {
    try {
      await tick()
    } catch (error) {
      log.error({ err: error }, `a tick of the scheduler failed: ${messageOf(error)}`)
    }
  }
  const task = schedule('* * * * *', guarded, {
    timezone: 'UTC',
    name: 'schedules',
    suppressMissedWarning: true,
  })
  void guarded()
  return {
    async stop() {
      await task.destroy()
    },
  }
}
