import { createHmac } from 'node:crypto'

export const signingSecret = 'a signing secret'

/** A request as Slack signs it (https://docs.slack.dev/authentication/verifying-requests-from-slack). `at` is in seconds. */
export function postSigned(
  origin: string,
  fields: Readonly<Record<string, string>>,
  { type = 'application/x-www-form-urlencoded', ...options }: { at?: number; secret?: string; type?: string } = {},
): Promise<Response> {
  return post(origin, new URLSearchParams(fields).toString(), type, options)
}

/** The same for an event, which travels as JSON. */
export function postSignedJson(origin: string, body: object): Promise<Response> {
  return postSignedText(origin, JSON.stringify(body))
}

/** A JSON request with this text for its body, which need not be JSON. */
export function postSignedText(origin: string, text: string, options: { secret?: string } = {}): Promise<Response> {
  return post(origin, text, 'application/json', options)
}

function post(
  origin: string,
  body: string,
  type: string,
  { at = Math.floor(Date.now() / 1000), secret = signingSecret }: { at?: number; secret?: string },
): Promise<Response> {
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')
  return fetch(`${origin}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${signature}`,
    },
  })
}
