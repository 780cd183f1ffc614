import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { minuteMs } from '../core/span.ts'
import { contentOf, validOr } from './content.ts'
import { bot } from './personas.ts'
import { check } from './validate.ts'
import type { WorkspaceState } from './workspace-state.ts'

/** What a delivery gives the app to use later, a limited number of times and for a limited time. */
export interface Tokens<T> {
  /** A new token, secret enough to be part of a URL. */
  issue(value: T): string
  /** The value of a token, or why it cannot be used. */
  redeem(token: string): { readonly value: T } | { readonly error: 'unknown' | 'expired' | 'used' }
}

/** Tokens in memory that are valid for `lifetimeMs` and for `uses` calls; `now` in ms. */
function createTokens<T>(now: () => number, lifetimeMs: number, uses: number): Tokens<T> {
  const issued = new Map<string, { readonly value: T; readonly at: number; uses: number }>()
  return {
    issue(value) {
      // A token is forgotten after twice its lifetime; from then on it is unknown rather than expired.
      for (const [token, { at }] of issued) if (now() - at > 2 * lifetimeMs) issued.delete(token)
      const token = `${now()}.${randomBytes(16).toString('hex')}`
      issued.set(token, { value, at: now(), uses: 0 })
      return token
    },
    redeem(token) {
      const found = issued.get(token)
      if (found === undefined) return { error: 'unknown' }
      if (found.uses >= uses) return { error: 'used' }
      if (now() - found.at > lifetimeMs) return { error: 'expired' }
      found.uses += 1
      return { value: found.value }
    },
  }
}

/** Who triggered a delivery, and the conversation they were looking at, if any. */
export interface Trigger {
  readonly user: string
  readonly channel: string | undefined
}

/** Trigger ids: valid for 3 seconds, once (https://docs.slack.dev/reference/methods/views.open). `now` in ms. */
export const createTriggers = (now: () => number): Tokens<Trigger> => createTokens(now, 3_000, 1)

/** What a response URL belongs to: whose delivery, where, what was typed or pressed, and the message that was pressed, if one was. */
export interface ResponseOrigin {
  readonly user: string
  readonly channel: string
  readonly request: string
  readonly ts?: string
}

/** Response URLs: valid for 30 minutes, five times (https://docs.slack.dev/interactivity/handling-user-interaction). `now` in ms. */
export const createResponseUrls = (now: () => number): Tokens<ResponseOrigin> => createTokens(now, 30 * minuteMs, 5)

const responseSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
})

/** Does what an app posted to a response URL, or acknowledged a command with. Throws `ApiError`. */
export function respond(state: WorkspaceState, origin: ResponseOrigin, payload: unknown): void {
  const response = validOr(check(responseSchema, payload), 'invalid_payload')
  const { response_type, replace_original, thread_ts, ...given } = response
  const original = origin.ts === undefined ? undefined : state.find(origin.channel, origin.ts)
  const content = contentOf(given)
  if (replace_original && original !== undefined) {
    const { blocks: _, ...rest } = original
    state.replace({ ...rest, ...content })
    return
  }
  const isPublic = response_type === 'in_channel'
  const reader = isPublic ? {} : { viewer: origin.user, answers: origin.request }
  state.add({ channel: origin.channel, user: bot.id, ...content, ...reader, ...(thread_ts && { thread_ts }) })
}
