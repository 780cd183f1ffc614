import { createHmac } from 'node:crypto'
import type { Clock } from '../core/ports/clock.ts'

/** How long Slack waits for a 200 (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response). */
const ackMs = 3_000

/** What became of a delivery: the app's answer, or the name that Slack gives to the failure. */
export type Ack =
  | { readonly kind: 'acked'; readonly body: string }
  | { readonly kind: 'failed'; readonly error: 'operation_timeout' | 'dispatch_failed' }

/**
 * Sends form fields, as slash commands and `payload=…` travel, or an event as JSON; `copies` sends the very same request again, as
 * Slack sometimes does.
 */
export type Deliver = (what: URLSearchParams | Readonly<Record<string, unknown>>, copies?: number) => Promise<Ack>

/** Deliveries to `target()`, signed with HMAC v0 (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function createDeliver(
  target: () => string | undefined,
  signingSecret: string,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Deliver {
  const post = async (url: string, body: string, type: string): Promise<Ack> => {
    const timestamp = String(Math.floor(clock.now().getTime() / 1000))
    const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
    const headers = {
      'content-type': type,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    }
    const late = new AbortController()
    const answered = new AbortController()
    clock.sleep(ackMs, answered.signal).then(
      () => late.abort(),
      () => undefined,
    )
    try {
      const response = await fetch(url, { method: 'POST', body, headers, signal: late.signal })
      const text = await response.text()
      return response.status === 200 ? { kind: 'acked', body: text } : { kind: 'failed', error: 'dispatch_failed' }
    } catch {
      return { kind: 'failed', error: late.signal.aborted ? 'operation_timeout' : 'dispatch_failed' }
    } finally {
      answered.abort()
    }
  }
  return async (what, copies = 1) => {
    const url = target()
    if (url === undefined) return { kind: 'failed', error: 'dispatch_failed' }
    const form = what instanceof URLSearchParams
    const send = () =>
      post(
        url,
        form ? what.toString() : JSON.stringify(what),
        form ? 'application/x-www-form-urlencoded' : 'application/json',
      )
    const [first, ...others] = [send(), ...Array.from({ length: copies - 1 }, send)]
    await Promise.all(others)
    return first
  }
}
