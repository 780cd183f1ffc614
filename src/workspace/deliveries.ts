import { createHmac } from 'node:crypto'
import type { Clock } from '../core/ports/clock.ts'

/** How long Slack waits for a 200 (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response). */
const ackMs = 3_000

/** What became of a delivery: the app's answer, or the name that Slack gives to the failure. */
export type Ack =
  | { readonly kind: 'acked'; readonly body: string }
  | { readonly kind: 'failed'; readonly error: 'operation_timeout' | 'dispatch_failed' }

/** Sends form fields, as slash commands and `payload=…` travel; `copies` sends the very same request again, as Slack sometimes does. */
export type Deliver = (fields: Readonly<Record<string, string>>, copies?: number) => Promise<Ack>

/** Deliveries to `target()`, signed with HMAC v0 (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function createDeliver(
  target: () => string | undefined,
  signingSecret: string,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Deliver {
  const post = async (url: string, body: string): Promise<Ack> => {
    const timestamp = String(Math.floor(clock.now().getTime() / 1000))
    const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
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
  return async (fields, copies = 1) => {
    const url = target()
    if (url === undefined) return { kind: 'failed', error: 'dispatch_failed' }
    const body = new URLSearchParams(fields).toString()
    const [first, ...others] = [post(url, body), ...Array.from({ length: copies - 1 }, () => post(url, body))]
    await Promise.all(others)
    return first
  }
}
