import type { Ledger } from '../ports/ledger.ts'

/** Who wants to hear that something has changed, and the way to tell them. */
export interface Changes {
  tell(): void
  /** Calls `listener`, which must return at once and not throw, until the returned function is called. */
  on(listener: () => void): () => void
}

/** Changes that nobody listens to yet. */
export function createChanges(): Changes {
  const listeners = new Set<() => void>()
  return {
    tell() {
      for (const listener of listeners) listener()
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * The ledger, telling of everything that this process writes into it and that people see: runs and their steps, schedules, plans and
 * loads. What other processes write is not told.
 */
export function telling(ledger: Ledger, tell: () => void): Ledger {
  const { runs, schedules, plans, loads, messages } = ledger
  const after =
    <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const written = await write(...args)
      tell()
      return written
    }
  return {
    ...ledger,
    runs: { ...runs, open: after(runs.open), saveStep: after(runs.saveStep), end: after(runs.end) },
    schedules: {
      ...schedules,
      add: after(schedules.add),
      change: after(schedules.change),
      refuse: after(schedules.refuse),
      remove: after(schedules.remove),
    },
    plans: { ...plans, save: after(plans.save), settle: after(plans.settle), revise: after(plans.revise) },
    messages: { ...messages, put: after(messages.put) },
    loads: { ...loads, publish: after(loads.publish), discardAll: after(loads.discardAll) },
  }
}
