import { schedule } from 'node-cron'
import { inBackground, repeatInBackground } from '../core/background.ts'
import { duration } from '../core/format.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'

// node-cron arms one timer up to its next match. A clock that is set back, or a machine that sleeps, leaves it waiting for too long.
const watchEveryMs = 1_000
const longestPauseMs = 60_000

// Time servers correct a clock by less than this without a jump.
const jumpMs = 2_000

/**
 * Calls `tick` at every full minute and once at the start, whether the tick before has ended or not: a nightly load must not hold up
 * the posts of the next minutes. Also when 60 s have passed since the last tick, whatever the clock shows, and within a second of a
 * jump of the clock (somebody set it, or the machine slept), which is logged. What is due is decided by the tick from the ledger, so a
 * schedule made by another process, a minute that was missed and a restart all come to the same. Stopping waits for no tick; what it
 * began is drained like any other run.
 */
export function startScheduler(tick: () => Promise<void>, clock: Clock, log: Log): { stop(): Promise<void> } {
  let ticked = clock.elapsed()
  const guarded = async (): Promise<void> => {
    ticked = clock.elapsed()
    await inBackground({ log }, 'minute tick', tick)
  }
  const arm = () => schedule('* * * * *', guarded, { timezone: 'UTC', name: 'schedules', suppressMissedWarning: true })
  let task = arm()

  let ahead = aheadOf(clock)
  const watch = (): void => {
    const jump = aheadOf(clock) - ahead
    ahead += jump
    if (Math.abs(jump) >= jumpMs) {
      log.warn({ jumpMs: Math.round(jump), now: clock.now() }, jumpWords(jump))
      void inBackground({ log }, 'minute tick', () => task.destroy())
      task = arm()
    } else if (clock.elapsed() - ticked <= longestPauseMs) return
    void guarded()
  }
  const unwatch = repeatInBackground({ clock, log }, watchEveryMs, 'watch over the clock', watch)
  void guarded()
  return {
    async stop() {
      unwatch()
      await task.destroy()
    },
  }
}

/** How far the clock is ahead of the time that has passed, in milliseconds; it changes only where the clock jumps. */
function aheadOf(clock: Clock): number {
  return clock.now().getTime() - clock.elapsed()
}

function jumpWords(jump: number): string {
  return jump < 0
    ? `the clock was set back by ${duration(-jump)}; what is due is checked now`
    : `the clock went forward by ${duration(jump)}: it was set, or this machine slept; what is due is checked now`
}
