import type { Asker } from '../../core/people.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { dayMs } from '../../core/span.ts'
import type { HomeTab } from './publisher.ts'

/** Somebody who may have their Home tab open; times in ms. */
export interface Subscriber {
  readonly who: Asker
  readonly tab: HomeTab
  seen: number
  published: number
  /** Whether something may have changed since it was published, and from when on that is to be shown. */
  stale: boolean
  due: number
}

/** Those whose Home tabs are kept fresh. */
interface Subscribers {
  /** Somebody has opened their tab: it must be published at once. */
  entered(who: Asker): void
  /** Somebody has pressed something in their tab, which is about to change something. */
  pressed(who: Asker): void
  forget(who: Asker): void
  /** All tabs may have changed; who was not seen for a day is forgotten. False without subscribers. */
  changed(): boolean
  /** Whose tab must be published again: those who have just opened it first, then those who wait longest. */
  stale(): readonly Subscriber[]
}

// Slack sends no event when a tab is left.
const watchedMs = dayMs

// Most commands have ended by then, so the tab shows their result, not five seconds of "in progress".
const settleMs = 300

/** Keeps the `most` who were seen last. */
export function createSubscribers(clock: Clock, most: number, openTab: (user: string) => HomeTab): Subscribers {
  const subscribers = new Map<string, Subscriber>()
  const nowMs = (): number => clock.elapsed()
  const begin = (who: Asker): Subscriber => ({ who, tab: openTab(who.id), seen: 0, published: 0, stale: false, due: 0 })
  const outdate = (subscriber: Subscriber): void => {
    if (!subscriber.stale) subscriber.due = nowMs() + settleMs
    subscriber.stale = true
  }
  /** Moves them to the end of the map, where the newest are. */
  const saw = (who: Asker): Subscriber => {
    const subscriber = subscribers.get(who.id) ?? begin(who)
    subscriber.seen = nowMs()
    subscribers.delete(who.id)
    subscribers.set(who.id, subscriber)
    const [oldest] = subscribers.keys()
    if (subscribers.size > most && oldest !== undefined) subscribers.delete(oldest)
    return subscriber
  }

  return {
    entered(who) {
      const subscriber = saw(who)
      subscriber.stale = true
      subscriber.due = nowMs()
    },
    pressed(who) {
      outdate(saw(who))
    },
    forget(who) {
      subscribers.delete(who.id)
    },
    changed() {
      const since = nowMs() - watchedMs
      for (const [id, subscriber] of subscribers) {
        if (subscriber.seen < since) subscribers.delete(id)
        else outdate(subscriber)
      }
      return subscribers.size > 0
    },
    stale() {
      const hasEntered = ({ seen, published }: Subscriber): number => (seen >= published ? 0 : 1)
      return [...subscribers.values()]
        .filter(({ stale }) => stale)
        .toSorted((a, b) => hasEntered(a) - hasEntered(b) || a.published - b.published)
    },
  }
}
