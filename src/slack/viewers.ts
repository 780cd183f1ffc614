import type { Asker } from '../core/people.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { HomeTab } from './home-tab.ts'

/** Somebody whose Home tab may be before them; times in ms. */
export interface Viewer {
  readonly who: Asker
  readonly tab: HomeTab
  seen: number
  published: number
  /** Whether something may have changed since it was published, and from when on that is to be shown. */
  stale: boolean
  due: number
}

/** Those whose Home tabs are kept fresh. */
export interface Viewers {
  /** Somebody has entered their tab: it must be shown anew at once. */
  entered(who: Asker): void
  /** Somebody has pressed something in their tab, which is about to change something. */
  pressed(who: Asker): void
  forget(who: Asker): void
  /** What all of them see may read differently by now. False where nobody is there. */
  changed(): boolean
  /** Whose tab is to be shown anew: whoever has just entered it first, then whose has waited longest. */
  stale(): readonly Viewer[]
  /** Whether somebody is likely to look on. Who was not seen for a day is forgotten. */
  attentive(): boolean
}

// Slack does not say when a tab is left.
const watchedMs = 24 * 3_600_000
const attentiveMs = 10 * 60_000

// Most commands are over by then: who presses Pause sees what came of it, and not for five seconds that it is being done.
const settleMs = 300

/** Nobody yet; of more than `most` those who were seen last are kept. */
export function createViewers(clock: Clock, most: number, openTab: (user: string) => HomeTab): Viewers {
  const viewers = new Map<string, Viewer>()
  const nowMs = (): number => clock.elapsed()
  const begin = (who: Asker): Viewer => ({ who, tab: openTab(who.id), seen: 0, published: 0, stale: false, due: 0 })
  const outdate = (viewer: Viewer): void => {
    if (!viewer.stale) viewer.due = nowMs() + settleMs
    viewer.stale = true
  }
  /** Who was seen last stands last. */
  const saw = (who: Asker): Viewer => {
    const viewer = viewers.get(who.id) ?? begin(who)
    viewer.seen = nowMs()
    viewers.delete(who.id)
    viewers.set(who.id, viewer)
    const [oldest] = viewers.keys()
    if (viewers.size > most && oldest !== undefined) viewers.delete(oldest)
    return viewer
  }

  return {
    entered(who) {
      const viewer = saw(who)
      viewer.stale = true
      viewer.due = nowMs()
    },
    pressed(who) {
      outdate(saw(who))
    },
    forget(who) {
      viewers.delete(who.id)
    },
    changed() {
      for (const viewer of viewers.values()) outdate(viewer)
      return viewers.size > 0
    },
    stale() {
      const hasEntered = ({ seen, published }: Viewer): number => (seen >= published ? 0 : 1)
      return [...viewers.values()]
        .filter(({ stale }) => stale)
        .toSorted((a, b) => hasEntered(a) - hasEntered(b) || a.published - b.published)
    },
    attentive() {
      const now = nowMs()
      for (const [id, { seen }] of viewers) if (now - seen > watchedMs) viewers.delete(id)
      return [...viewers.values()].some(({ seen }) => now - seen < attentiveMs)
    },
  }
}
