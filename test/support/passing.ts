import { setTimeout } from 'node:timers/promises'
import type { FakeClock } from './fake-clock.ts'

// Sleepers of a second up to half a minute all wake in time.
const tickMs = 5_000

/** Lets time pass until something holds: work that waits for nothing but the clock comes to its end. Throws after a day of that clock. */
export async function passing(clock: FakeClock, holds: () => Promise<boolean>): Promise<void> {
  const end = clock.now().getTime() + 86_400_000
  while (!(await holds())) {
    if (clock.now().getTime() > end) throw new Error('a day has passed in vain')
    clock.advance(tickMs)
    // Work on files and databases takes real time, which must not look like hours.
    await setTimeout(1)
  }
}
