import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { Log } from '../core/ports/log.ts'
import { createBoltLogger } from './bolt-logger.ts'

/** Two ways to call Slack's Web API with the same token. */
export interface SlackClients {
  /** For what somebody waits for: soon, or not at all. */
  readonly quick: WebClient
  /** For what must arrive: posts, last words, files. */
  readonly patient: WebClient
}

export interface ClientOptions {
  readonly botToken: string
  /** Another Web API root than Slack's, for tests and the local workspace. */
  readonly apiUrl?: string | undefined
  readonly log: Log
}

/**
 * Options of the client for interactive work. Retries are always said: the client's own default goes on for half an hour, and a
 * Socket Mode receiver writes its own into options that say none. Calls that Slack wants later are given back at once: the client
 * would hold up every other call with them.
 */
export function quickOptions({ apiUrl, log }: Omit<ClientOptions, 'botToken'>): WebClientOptions {
  return {
    logger: createBoltLogger(log),
    timeout: 10_000,
    retryConfig: { retries: 2, factor: 2, minTimeout: 500 },
    rejectRateLimitedCalls: true,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  }
}

/** The two clients. A post whose answer is lost may have arrived, so even the patient one gives up: after five tries, about half a minute of waiting. */
export function createSlackClients(options: ClientOptions): SlackClients {
  const quick = quickOptions(options)
  const patient = {
    ...quickOptions(options),
    timeout: 30_000,
    retryConfig: { retries: 5, factor: 2, minTimeout: 1000 },
  }
  return { quick: new WebClient(options.botToken, quick), patient: new WebClient(options.botToken, patient) }
}
