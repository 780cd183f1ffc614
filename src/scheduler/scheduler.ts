import { schedule } from 'node-cron'
import { messageOf } from '../core/errors.ts'
import type { Log } from '../core/ports/log.ts'

/**
 * Calls `tick` at every full minute and once at the start, one call at a time. What is due is decided by the tick from the ledger, so a
 * schedule made by another process, a minute that was missed and a restart all come to the same.
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
    noOverlap: true,
    name: 'schedules',
    suppressMissedWarning: true,
  })
  const first = task.execute()
  return {
    async stop() {
      await task.destroy()
      await first
    },
  }
}
