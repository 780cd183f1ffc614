import { type Logger, LogLevel } from '@slack/bolt'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { z } from 'zod'
import { messageOf } from '../core/errors.ts'
import { jsonOf } from '../core/format.ts'
import type { Log } from '../core/ports/log.ts'
import { isPassing } from './slack-errors.ts'

/** Two ways to call Slack's Web API with the same token. */
export interface SlackClients {
  /** For interactive work: 10 s, two retries. */
  readonly quick: WebClient
  /** One try each, for what the outbox retries itself: posts, edits, files. */
  readonly once: WebClient
}

export interface ClientOptions {
  readonly botToken: string
  /** Another Web API root than Slack's, for tests and the local workspace. */
  readonly apiUrl?: string | undefined
  readonly log: Log
  /** The pause before the first retry of `quick`: 500 by default. */
  readonly retryPauseMs?: number
}

/**
 * Options of the client for interactive work. Retries are always set: the client's default retries for half an hour, and a Socket Mode
 * receiver replaces missing ones by its own. Rate-limited calls fail at once: the client would delay every other call with them.
 */
export function quickOptions({ apiUrl, log, retryPauseMs = 500 }: Omit<ClientOptions, 'botToken'>): WebClientOptions {
  return {
    logger: createBoltLogger(log),
    timeout: 10_000,
    retryConfig: { retries: 2, factor: 2, minTimeout: retryPauseMs },
    rejectRateLimitedCalls: true,
    fetch: async (url, init) => judged(await fetch(url, init)),
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  }
}

const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() })

/**
 * Turns a transient refusal of Slack with status 200 into a 503, which the client retries. Throws for an answer that is not Slack's, such
 * as the page of a proxy, which the client would take for an error code.
 */
async function judged(response: Response): Promise<Response> {
  if (response.status !== 200) return response
  const body = await response.text()
  const read = jsonOf(body)
  const answer = answerSchema.safeParse(read)
  // Uploaded bytes are answered in plain text.
  const isText = read === undefined && !body.trimStart().startsWith('<')
  if (!answer.success && !isText) throw new Error("the answer is not Slack's; a proxy may have sent it")
  const passes = answer.data?.ok === false && isPassing(answer.data.error ?? '')
  return new Response(body, { status: passes ? 503 : 200, headers: response.headers })
}

export function createSlackClients(options: ClientOptions): SlackClients {
  const quick = quickOptions(options)
  const once = { ...quick, timeout: 30_000, retryConfig: { retries: 0 } }
  return { quick: new WebClient(options.botToken, quick), once: new WebClient(options.botToken, once) }
}

/** The bot's log for Slack's libraries. Their debug lines hold whole payloads and are dropped. */
export function createBoltLogger(log: Log): Logger {
  const sentence = (parts: readonly unknown[]): string =>
    parts.map((part) => (typeof part === 'string' ? part : messageOf(part))).join(' ')
  const facts = { from: 'bolt' }
  return {
    debug: () => undefined,
    // One line for each rate-limited call, which the bot logs itself.
    info: () => undefined,
    warn: (...parts) => log.warn(facts, sentence(parts)),
    error: (...parts) => log.error(facts, sentence(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  }
}
