import { setMaxListeners } from 'node:events'
import type { WebClient } from '@slack/web-api'
import type { App } from '../core/app.ts'
import { inBackground, repeatInBackground } from '../core/background.ts'
import { messageOf, type OpsError } from '../core/errors.ts'
import type { Home } from '../core/home/home.ts'
import type { Asker } from '../core/people.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Log } from '../core/ports/log.ts'
import type { Access } from './access.ts'
import { createEditBudget } from './edit-budget.ts'
import { createHomeTab } from './home-tab.ts'
import { presentHome, type View } from './present/index.ts'
import { isNoViewer, SlackBusy } from './refused.ts'
import { createViewers, type Viewer } from './viewers.ts'

/** Home tabs, kept fresh for those who look at them. */
export interface Homes {
  /** Somebody has entered their Home tab. */
  entered(who: Asker): void
  /** Somebody has pressed something there. */
  pressed(who: Asker): void
  /** Somebody who may not use the bot has entered it: their tab shows why, and nothing else from now on. Throws what Slack's refusal or the client throws. */
  refused(who: Asker, why: OpsError): Promise<void>
  /** Publishes nothing more. Resolves when nothing is on its way. */
  close(): Promise<void>
}

export interface HomesParts {
  readonly app: Pick<App, 'homesOf' | 'onChange'>
  readonly access: Access
  readonly client: WebClient
  readonly clock: Clock
  readonly log: Log
  view(asker: string, direct: boolean): View
}

// At most one publish in this time and tab; what changes in between is in the next one.
const publishEveryMs = 5_000

// views.publish allows 100 a minute and app (https://docs.slack.dev/apis/web-api/rate-limits); on their way some catch up with others.
const publishesPerMinute = 80

// Where all of them change all the time, each is shown anew once a minute.
const maxViewers = publishesPerMinute

// Who enters waits for one pass at most.
const perPass = 20

// Other processes change things too, and AWS does: looked for often while somebody is likely to look on, else once a minute.
const lookEveryMs = 15_000
const restEveryMs = 60_000

/**
 * Publishes a Home tab when it is entered and, for a day after, whenever it would read differently: after each change of this process,
 * and by looking. One pass at a time, so that an older state never follows a newer one.
 */
export function createHomes({ app, access, client, clock, log, view }: HomesParts): Homes {
  const closing = new AbortController()
  const { signal } = closing
  // Every tab that waits for its turn listens to it.
  setMaxListeners(0, signal)
  const budget = createEditBudget(clock, publishesPerMinute)
  const turn = (): Promise<void> => budget.take(signal)
  const viewers = createViewers(clock, maxViewers, (user) => createHomeTab(user, { client, log, turn }))
  const nowMs = (): number => clock.elapsed()
  let looked = 0
  let working: Promise<unknown> | undefined
  let wake = (): void => undefined

  const show = async (viewer: Viewer, home: Home): Promise<void> => {
    const { who, tab } = viewer
    const ladder = presentHome(home, view(who.name, true))
    try {
      if (!(await tab.show(ladder))) viewer.stale = true
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error, user: who.id }, `a Home tab could not be published: ${messageOf(error)}`)
      if (isNoViewer(error)) viewers.forget(who)
      if (!(error instanceof SlackBusy)) return
      viewer.stale = true
      await clock.sleep(error.retryAfterMs, signal).catch(() => undefined)
    }
  }

  const refuse = async (who: Asker, { message, remedy }: OpsError): Promise<void> => {
    viewers.forget(who)
    const home = { headline: message, sections: [], note: remedy }
    await createHomeTab(who.id, { client, log, turn }).show(presentHome(home, view(who.name, true)))
  }

  /** Those who may still use the bot; whoever may not any more is shown so. While Slack does not say, a tab stays as it is. */
  const admitted = async (ready: readonly Viewer[]): Promise<readonly Viewer[]> => {
    const admissions = await Promise.all(ready.map(({ who }) => access.admit(who.id, null)))
    const stay: Viewer[] = []
    for (const [at, viewer] of ready.entries()) {
      const admission = admissions[at]
      if (admission?.kind === 'admitted') stay.push(viewer)
      else if (admission?.why.code === 'not_allowed') {
        await refuse(viewer.who, admission.why).catch((error: unknown) =>
          log.warn({ err: error, user: viewer.who.id }, `a Home tab could not be taken back: ${messageOf(error)}`),
        )
      }
    }
    return stay
  }

  const refresh = async (ready: readonly Viewer[]): Promise<void> => {
    looked = nowMs()
    for (const viewer of ready) {
      viewer.stale = false
      viewer.published = looked
    }
    const seen = await admitted(ready)
    if (seen.length === 0) return
    const homes = await app.homesOf(seen.map(({ who }) => who))
    const shown = homes.flatMap((home, at) => {
      const viewer = seen[at]
      return viewer === undefined ? [] : [show(viewer, home)]
    })
    await Promise.all(shown)
  }

  /** Until `ms` have passed, or somebody else enters their tab. */
  const pause = async (ms: number): Promise<void> => {
    const woken = new AbortController()
    wake = () => woken.abort()
    await clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => undefined)
  }

  const work = async (): Promise<void> => {
    for (;;) {
      const stale = viewers.stale()
      if (stale.length === 0 || signal.aborted) return
      const waits = stale.map(({ published, due }) => Math.max(published + publishEveryMs, due) - nowMs())
      const ready = stale.filter((_, at) => (waits[at] ?? 0) <= 0)
      if (ready.length === 0) await pause(Math.min(...waits))
      else await refresh(ready.slice(0, perPass))
    }
  }

  const begin = (): void => {
    wake()
    working ??= inBackground({ log }, 'App Home', work).then(() => {
      working = undefined
      // What changed while the last pass was ending.
      if (!signal.aborted && viewers.stale().length > 0) begin()
    })
  }

  const changed = (): void => {
    if (viewers.changed()) begin()
  }

  const look = (): void => {
    if (nowMs() - looked >= (viewers.attentive() ? lookEveryMs : restEveryMs)) changed()
  }

  const stops = [
    app.onChange(changed),
    repeatInBackground({ clock, log }, publishEveryMs, 'look for App Home changes', look),
  ]

  return {
    entered(who) {
      viewers.entered(who)
      begin()
    },
    pressed(who) {
      viewers.pressed(who)
      begin()
    },
    refused: refuse,
    async close() {
      for (const stop of stops) stop()
      closing.abort(new Error('the bot leaves Slack'))
      await working
    },
  }
}
