import { z } from 'zod'
import type { Log } from '../core/ports/log.ts'
import { descend } from './ladder.ts'
import type { Ladder, Message } from './message.ts'
import { SlackRefused } from './refused.ts'

/**
 * The address that a command or a press brings along: good for five messages within half an hour, wherever it was said, whether the
 * bot is a member or not (https://docs.slack.dev/interactivity/handling-user-interaction#message_responses).
 * Each method throws `SlackRefused`, or `fetch`'s errors.
 */
export interface ResponseUrl {
  /** Whether Slack takes another message. */
  readonly isOpen: boolean
  /** Says something that only the one who asked sees. */
  say(ladder: Ladder): Promise<void>
  /** Puts something else in place of the message that was pressed. */
  replace(ladder: Ladder): Promise<void>
  /** Takes the message away that was pressed. */
  remove(): Promise<void>
}

const timeoutMs = 10_000
const maxMessages = 5

const answerSchema = z.object({
  ok: z.literal(false),
  error: z.string(),
  response_metadata: z.object({ messages: z.array(z.string()) }).optional(),
})

/** What can be said through one response URL. */
export function createResponseUrl(url: string, log: Log): ResponseUrl {
  let taken = 0
  const send = async (ladder: Ladder, options: Readonly<Record<string, unknown>>): Promise<void> => {
    const content = ({ text, blocks }: Message) => (blocks.length === 0 ? { text } : { text, blocks })
    await descend(
      ladder,
      (message) => deliver(url, { response_type: 'ephemeral', ...options, ...content(message) }),
      log,
    )
    taken++
  }
  return {
    get isOpen() {
      return taken < maxMessages
    },
    say: (ladder) => send(ladder, { replace_original: false }),
    replace: (ladder) => send(ladder, { replace_original: true }),
    remove: () => deliver(url, { delete_original: true }),
  }
}

async function deliver(url: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const words = (await response.text()).trim()
  const refused = answerSchema.safeParse(jsonOf(words))
  if (refused.success)
    throw new SlackRefused('a response', refused.data.error, refused.data.response_metadata?.messages)
  if (!response.ok) throw new SlackRefused('a response', /^[a-z_]+$/.test(words) ? words : `http_${response.status}`)
}

/** The JSON that Slack answers with, or undefined for its plain "ok". */
function jsonOf(words: string): unknown {
  try {
    return JSON.parse(words)
  } catch {
    return undefined
  }
}
