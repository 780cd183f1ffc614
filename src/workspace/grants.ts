import { randomBytes } from 'node:crypto'

/** What a delivery gives the app to use later, a few times and for a while. */
export interface Grants<T> {
  /** A new id, secret enough to stand in a URL. */
  issue(what: T): string
  /** What the id stands for, or why it cannot be used. */
  redeem(id: string): { readonly what: T } | { readonly error: 'unknown' | 'expired' | 'used' }
}

/** Grants that live in memory for `lifetimeMs`, each good for `uses`; `now` in ms. */
export function createGrants<T>(now: () => number, lifetimeMs: number, uses: number): Grants<T> {
  const issued = new Map<string, { readonly what: T; readonly at: number; uses: number }>()
  return {
    issue(what) {
      // Far past its time an id is forgotten, and then unknown rather than expired.
      for (const [id, { at }] of issued) if (now() - at > 2 * lifetimeMs) issued.delete(id)
      const id = `${now()}.${randomBytes(16).toString('hex')}`
      issued.set(id, { what, at: now(), uses: 0 })
      return id
    },
    redeem(id) {
      const grant = issued.get(id)
      if (grant === undefined) return { error: 'unknown' }
      if (grant.uses >= uses) return { error: 'used' }
      if (now() - grant.at > lifetimeMs) return { error: 'expired' }
      grant.uses += 1
      return { what: grant.what }
    },
  }
}

/** What a trigger id stands for: who did something, and the conversation they were looking at, if any. */
export interface Trigger {
  readonly user: string
  readonly channel: string | undefined
}

/** Trigger ids: good for 3 seconds, once (https://docs.slack.dev/reference/methods/views.open). */
export type Triggers = Grants<Trigger>

/** Triggers dated by `now` in ms. */
export const createTriggers = (now: () => number): Triggers => createGrants(now, 3_000, 1)

/** What a response URL stands for: whose delivery, where, and the message that was pressed, if one was. */
export interface Origin {
  readonly user: string
  readonly channel: string
  readonly ts?: string
}

/** Response URLs: good for 30 minutes, five times (https://docs.slack.dev/interactivity/handling-user-interaction). */
export type ResponseUrls = Grants<Origin>

/** Response URLs dated by `now` in ms. */
export const createResponseUrls = (now: () => number): ResponseUrls => createGrants(now, 30 * 60_000, 5)
