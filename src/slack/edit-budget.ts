import type { Clock } from '../core/ports/clock.ts'

/** How many messages may be edited a minute, over all runs. */
export interface EditBudget {
  /** Resolves when one more edit fits. Rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<void>
  /** Counts an edit that does not wait: a last word. */
  spend(): void
}

// chat.update allows 50 a minute and app (https://docs.slack.dev/apis/web-api/rate-limits); ten are left for last words.
const editsPerMinute = 40

/** A budget over the minute that ends now. */
export function createEditBudget(clock: Clock, perMinute = editsPerMinute): EditBudget {
  let spent: readonly number[] = []

  const waitMs = (): number => {
    const now = clock.elapsed()
    spent = spent.filter((at) => at > now - 60_000)
    const oldest = spent.at(-perMinute)
    return oldest === undefined ? 0 : oldest + 60_000 - now
  }
  const spend = (): void => {
    spent = [...spent, clock.elapsed()]
  }

  return {
    async take(signal) {
      for (let wait = waitMs(); wait > 0; wait = waitMs()) await clock.sleep(wait, signal)
      signal.throwIfAborted()
      spend()
    },
    spend,
  }
}
