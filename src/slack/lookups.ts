import type { Clock } from '../core/ports/clock.ts'
import { SlackBusy } from './refused.ts'

export interface LookupOptions<T> {
  readonly clock: Clock
  /** How long an answer is taken for new. */
  readonly freshMs: number
  /** How long an older answer counts where Slack does not give another. */
  readonly trustedMs: number
  ask(key: string): Promise<T>
  /** An answer that is older than new is given in place of one that failed so. */
  failed(error: unknown, key: string): void
}

interface Known<T> {
  readonly at: number
  readonly value: T
}

/**
 * What Slack says of something, kept for a while. Who asks while it is being asked shares the answer; where Slack fails, its last one
 * counts for a bounded time, and after that the failure is thrown. Not asked again before the time that Slack asks to wait for.
 */
export function createLookups<T>({ clock, freshMs, trustedMs, ask, failed }: LookupOptions<T>): {
  of(key: string): Promise<T>
} {
  const known = new Map<string, Known<T>>()
  const pending = new Map<string, Promise<T>>()
  let busy: { readonly until: number; readonly error: SlackBusy } | undefined
  const nowMs = (): number => clock.now().getTime()

  const askNow = async (key: string): Promise<T> => {
    try {
      if (busy !== undefined && nowMs() < busy.until) throw busy.error
      const value = await ask(key)
      known.set(key, { at: nowMs(), value })
      return value
    } catch (error) {
      if (error instanceof SlackBusy && error !== busy?.error) busy = { until: nowMs() + error.retryAfterMs, error }
      failed(error, key)
      const last = known.get(key)
      if (last === undefined || nowMs() - last.at >= trustedMs) throw error
      return last.value
    }
  }

  return {
    async of(key) {
      const last = known.get(key)
      if (last !== undefined && nowMs() - last.at < freshMs) return last.value
      const asked = pending.get(key) ?? askNow(key).finally(() => pending.delete(key))
      pending.set(key, asked)
      return asked
    },
  }
}
