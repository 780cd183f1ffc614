import { createHmac } from 'node:crypto'

export const signingSecret = 'a signing secret'

/** A request as Slack signs it (https://docs.slack.dev/authentication/verifying-requests-from-slack). `at` is in seconds. */
export function postSigned(
  origin: string,
  fields: Readonly<Record<string, string>>,
  { at = Math.floor(Date.now() / 1000), secret = signingSecret } = {},
): Promise<Response> {
  const body = new URLSearchParams(fields).toString()
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')
  return fetch(`${origin}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': `v0=${signature}`,
    },
  })
}
