import { setMaxListeners } from 'node:events'
import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { App } from '../../core/app.ts'
import { inBackground, repeatInBackground } from '../../core/background.ts'
import { messageOf, type OpsError } from '../../core/errors.ts'
import type { Home } from '../../core/home/home-view.ts'
import { createRateWindow } from '../../core/pacing.ts'
import type { Asker } from '../../core/people.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Log } from '../../core/ports/log.ts'
import { call } from '../api-methods.ts'
import { sendWithFallbacks } from '../outbound/fallbacks.ts'
import type { Access } from '../people/access.ts'
import { type HomeFallbacks, presentHome, type View } from '../present/index.ts'
import { isNoViewer, SlackBusy, SlackRefused } from '../slack-errors.ts'
import { createSubscribers, type Subscriber } from './subscribers.ts'

/** Keeps Home tabs up to date. */
export interface HomePublisher {
  /** Somebody has entered their Home tab. */
  entered(who: Asker): void
  /** Somebody has pressed something there. */
  pressed(who: Asker): void
  /** Somebody who may not use the bot has entered it: their tab shows why, and nothing else from now on. Throws what Slack's refusal or the client throws. */
  refused(who: Asker, why: OpsError): Promise<void>
  /** Publishes nothing more. Resolves when nothing is on its way. */
  close(): Promise<void>
}

interface HomePublisherParts {
  readonly app: Pick<App, 'homesOf' | 'onChange'>
  readonly access: Access
  readonly client: WebClient
  readonly clock: Clock
  readonly log: Log
  view(asker: string, direct: boolean): View
}

// At most one publish in this time and tab; what changes in between is in the next one.
const publishEveryMs = 5_000

// views.publish allows 100 a minute and app (https://docs.slack.dev/apis/web-api/rate-limits); calls may arrive bunched.
const publishesPerMinute = 80

// So each can be published once a minute.
const maxViewers = publishesPerMinute

// A newly opened tab waits for one pass at most.
const perPass = 20

// Changes by other processes and in AWS are found by polling.
const lookEveryMs = 30_000

/**
 * Publishes a Home tab when it is opened and, for a day, whenever its content changes: after changes by this process, and by polling. One
 * pass at a time, so that an older state never follows a newer one.
 */
export function createHomePublisher({ app, access, client, clock, log, view }: HomePublisherParts): HomePublisher {
  const closing = new AbortController()
  const { signal } = closing
  // Every waiting tab listens to it.
  setMaxListeners(0, signal)
  const budget = createRateWindow(clock, publishesPerMinute)
  const turn = (): Promise<void> => budget.take(signal)
  const subscribers = createSubscribers(clock, maxViewers, (user) => createHomeTab(user, { client, log, turn }))
  const nowMs = (): number => clock.elapsed()
  let working: Promise<unknown> | undefined
  let wake = (): void => undefined

  const show = async (subscriber: Subscriber, home: Home): Promise<void> => {
    const { who, tab } = subscriber
    const fallbacks = presentHome(home, view(who.name, true))
    try {
      if (!(await tab.show(fallbacks))) subscriber.stale = true
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error, user: who.id }, `a Home tab could not be published: ${messageOf(error)}`)
      if (isNoViewer(error)) subscribers.forget(who)
      if (!(error instanceof SlackBusy)) return
      subscriber.stale = true
      await clock.sleep(error.retryAfterMs, signal).catch(() => undefined)
    }
  }

  const refuse = async (who: Asker, { message, remedy }: OpsError): Promise<void> => {
    subscribers.forget(who)
    const home = { headline: message, sections: [], note: remedy }
    await createHomeTab(who.id, { client, log, turn }).show(presentHome(home, view(who.name, true)))
  }

  /** Those who may still use the bot; the tab of anybody else shows the refusal. While Slack does not answer, a tab stays as it is. */
  const admitted = async (ready: readonly Subscriber[]): Promise<readonly Subscriber[]> => {
    const admissions = await Promise.all(ready.map(({ who }) => access.admit(who.id, null)))
    const stay: Subscriber[] = []
    for (const [at, subscriber] of ready.entries()) {
      const admission = admissions[at]
      if (admission?.kind === 'admitted') stay.push(subscriber)
      else if (admission?.why.code === 'not_allowed') {
        await refuse(subscriber.who, admission.why).catch((error: unknown) =>
          log.warn({ err: error, user: subscriber.who.id }, `a Home tab could not be taken back: ${messageOf(error)}`),
        )
      }
    }
    return stay
  }

  const refresh = async (ready: readonly Subscriber[]): Promise<void> => {
    const now = nowMs()
    for (const subscriber of ready) {
      subscriber.stale = false
      subscriber.published = now
    }
    const seen = await admitted(ready)
    if (seen.length === 0) return
    const homes = await app.homesOf(seen.map(({ who }) => who))
    const shown = homes.flatMap((home, at) => {
      const subscriber = seen[at]
      return subscriber === undefined ? [] : [show(subscriber, home)]
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
      const stale = subscribers.stale()
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
      if (!signal.aborted && subscribers.stale().length > 0) begin()
    })
  }

  const changed = (): void => {
    if (subscribers.changed()) begin()
  }

  const stops = [
    app.onChange(changed),
    repeatInBackground({ clock, log }, lookEveryMs, 'look for App Home changes', changed),
  ]

  return {
    entered(who) {
      subscribers.entered(who)
      begin()
    },
    pressed(who) {
      subscribers.pressed(who)
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

/** The Home tab of one person, as far as this process has filled it. */
export interface HomeTab {
  /**
   * Publishes what is not there already. False when something else was published in between, so that the newest state must be shown
   * again. Throws `SlackRefused`, `SlackBusy` or the client's errors.
   */
  show(fallbacks: HomeFallbacks): Promise<boolean>
}

interface HomeTabParts {
  readonly client: WebClient
  readonly log: Log
  /** Resolves when Slack may be called once more. */
  turn(): Promise<void>
}

const publishedSchema = z.object({ view: z.object({ hash: z.string() }) })

/** A tab of unknown content. The hash keeps a delayed call from overwriting a newer state. */
function createHomeTab(user: string, { client, log, turn }: HomeTabParts): HomeTab {
  let shown = ''
  let hash: string | undefined
  return {
    async show(fallbacks) {
      const richest = JSON.stringify(fallbacks[0])
      if (richest === shown) return true
      const basis = hash === undefined ? {} : { hash }
      // Unknown until Slack answers.
      shown = ''
      hash = undefined
      const publish = async (view: HomeFallbacks[number]): Promise<string> => {
        await turn()
        return (await call(client, 'views.publish', { user_id: user, view, ...basis }, publishedSchema)).view.hash
      }
      try {
        hash = (await sendWithFallbacks(fallbacks, publish, log)).result
        shown = richest
        return true
      } catch (error) {
        if (error instanceof SlackRefused && error.code === 'hash_conflict') return false
        throw error
      }
    },
  }
}
