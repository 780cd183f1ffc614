import type { Clock } from '../../core/ports/clock.ts'
import { SlackBusy } from '../slack-errors.ts'

interface LookupOptions<T> {
  readonly clock: Clock
  /** How long an answer is fresh. */
  readonly freshMs: number
  ask(key: string): Promise<T>
  /** Called where `ask` failed. An older answer may replace it. */
  failed(error: unknown, key: string): void
}

interface Known<T> {
  readonly at: number
  readonly value: T
}

/** Slack's answers by key. */
interface Lookups<T> {
  /** Where Slack fails, an answer up to `trustedMs` old counts; after that the failure is thrown. */
  of(key: string, trustedMs: number): Promise<T>
  /** Stores an answer that came with another call. */
  note(key: string, value: T): void
}

// A large workspace has more people, but few of them ask within ten minutes. An entry takes about 200 bytes.
const mostKnown = 5_000

/**
 * A cache of the newest 5,000 answers. Concurrent callers share one call, and no call is made before Slack's `Retry-After` has passed.
 */
export function createLookups<T>({ clock, freshMs, ask, failed }: LookupOptions<T>): Lookups<T> {
  const known = new Map<string, Known<T>>()
  const pending = new Map<string, Promise<T>>()
  let busy: { readonly until: number; readonly error: SlackBusy } | undefined
  const nowMs = (): number => clock.elapsed()

  const note = (key: string, value: T): void => {
    // A map keeps insertion order: the oldest is first.
    known.delete(key)
    known.set(key, { at: nowMs(), value })
    const [oldest] = known.keys()
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  }

  const askNow = async (key: string): Promise<T> => {
    try {
      if (busy !== undefined && nowMs() < busy.until) throw busy.error
      const value = await ask(key)
      note(key, value)
      return value
    } catch (error) {
      if (error instanceof SlackBusy && error !== busy?.error) busy = { until: nowMs() + error.retryAfterMs, error }
      failed(error, key)
      throw error
    }
  }

  return {
    note,
    async of(key, trustedMs) {
      const last = known.get(key)
      if (last !== undefined && nowMs() - last.at < freshMs) return last.value
      const asked = pending.get(key) ?? askNow(key).finally(() => pending.delete(key))
      pending.set(key, asked)
      if (last === undefined || nowMs() - last.at >= trustedMs) return asked
      return asked.catch(() => last.value)
    },
  }
}
