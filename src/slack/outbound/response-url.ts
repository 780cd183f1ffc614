import { z } from 'zod'
import { jsonOf } from '../../core/format.ts'
import type { Log } from '../../core/ports/log.ts'
import { SlackRefused } from '../slack-errors.ts'
import { type Fallbacks, messageFields, sendWithFallbacks } from './fallbacks.ts'

/**
 * The address that a command or a press brings along: good for five messages within half an hour, in any conversation, whether the
 * bot is a member or not (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses).
 * Each method throws `SlackRefused`, or `fetch`'s errors.
 */
export interface ResponseUrl {
  /** Whether Slack takes another message. */
  readonly isOpen: boolean
  /** Sends a message that only the asker sees. */
  say(fallbacks: Fallbacks): Promise<void>
  /** Replaces the message whose button was clicked. */
  replace(fallbacks: Fallbacks): Promise<void>
}

const timeoutMs = 10_000
const maxMessages = 5

const answerSchema = z.object({
  ok: z.literal(false),
  error: z.string(),
  response_metadata: z.object({ messages: z.array(z.string()) }).optional(),
})

// Slack and GovSlack (https://docs.slack.dev/govslack): hooks.slack.com, hooks.slack-gov.com.
const slackHost = /^(?:[a-z0-9-]+\.)*slack(?:-gov)?\.com$/

/**
 * The messages of one response URL. Undefined for an address that is neither Slack's, over https, nor at the Web API of `apiUrl`: a forged
 * payload must not send answers elsewhere.
 */
export function createResponseUrl(url: string, apiUrl: string | undefined, log: Log): ResponseUrl | undefined {
  if (!isSlacks(url, apiUrl)) {
    log.warn({ host: URL.canParse(url) ? new URL(url).host : null }, "a response URL is not Slack's; it is not used")
    return undefined
  }
  let taken = 0
  const send = async (fallbacks: Fallbacks, options: Readonly<Record<string, unknown>>): Promise<void> => {
    await sendWithFallbacks(
      fallbacks,
      (message) => deliver(url, { response_type: 'ephemeral', ...options, ...messageFields(message) }),
      log,
    )
    taken++
  }
  return {
    get isOpen() {
      return taken < maxMessages
    },
    say: (fallbacks) => send(fallbacks, { replace_original: false }),
    replace: (fallbacks) => send(fallbacks, { replace_original: true }),
  }
}

function isSlacks(address: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false
  const { origin, protocol, hostname, port, username, password } = new URL(address)
  if (apiUrl !== undefined && origin === new URL(apiUrl).origin) return true
  return protocol === 'https:' && slackHost.test(hostname) && port + username + password === ''
}

async function deliver(url: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    // Slack's response URLs do not redirect.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const words = (await response.text()).trim()
  const refused = answerSchema.safeParse(jsonOf(words))
  if (refused.success)
    throw new SlackRefused('a response', refused.data.error, refused.data.response_metadata?.messages)
  if (!response.ok) throw new SlackRefused('a response', /^[a-z_]+$/.test(words) ? words : `http_${response.status}`)
}
