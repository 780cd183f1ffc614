import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import { z } from 'zod'
import { codeOf, messageOf, OpsError } from '../core/errors.ts'

/** Slack refused, with its error code (https://docs.slack.dev/reference/methods, "Errors"). `messages` name the places in a payload. */
export class SlackRefused extends Error {
  readonly code: string
  readonly messages: readonly string[]

  constructor(what: string, code: string, messages: readonly string[] = []) {
    super(`Slack refused ${what}: ${[code, ...messages].join('; ')}`)
    this.name = 'SlackRefused'
    this.code = code
    this.messages = messages
  }
}

/** Slack asks to wait before the next call of this kind (https://docs.slack.dev/apis/web-api/rate-limits). */
export class SlackBusy extends Error {
  readonly retryAfterMs: number

  constructor(what: string, retryAfterMs: number) {
    super(`Slack asks to wait ${retryAfterMs / 1000} s before ${what}`)
    this.name = 'SlackBusy'
    this.retryAfterMs = retryAfterMs
  }
}

/** A step before the call failed, so the call was not made. */
export class NotSent extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(why, options)
    this.name = 'NotSent'
  }
}

// A message or a view that is too large, or holds a block that this workspace does not take.
const contentCodes = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'invalid_arguments',
  'invalid_payload',
  'only_one_table_allowed',
  'too_many_attachments',
  'attachment_payload_limit_exceeded',
  'block_mismatch',
  'msg_blocks_too_long',
  'msg_blocks_too_many',
  'msg_too_long',
  'view_too_large',
])

/** The bot's own code, not Slack's: people of another organization read along. */
export const externallyShared = 'externally_shared'

const placeCodes = new Set([
  externallyShared,
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'user_not_in_channel',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'restricted_action_thread_locked',
  'cannot_reply_to_message',
  'ekm_access_denied',
  'is_inactive',
  'messages_tab_disabled',
  'team_access_not_granted',
])

const goneCodes = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found'])

// A person who left, or for whom the app has no Home tab.
const viewerCodes = new Set(['user_not_found', 'user_disabled', 'user_not_visible', 'not_enabled'])

// Slack's refusals with status 200 that pass by themselves (https://github.com/slackapi/node-slack-sdk/issues/1680, 2094): those of a call
// that was not carried out, and those of one that may have been.
const passingCodes = new Set(['fatal_error', 'service_unavailable', 'ratelimited', 'team_added_to_org'])
const unclearCodes = new Set(['internal_error', 'request_timeout'])

// Every call fails until the token is replaced.
const shutOutCodes = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'team_disabled',
])

// The request did not reach Slack.
const unsentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Whether the same call may be accepted a little later. */
export function isPassing(code: string): boolean {
  return passingCodes.has(code) || unclearCodes.has(code)
}

/** Whether every call with the token fails. A response URL needs none. */
export function isShutOut(error: unknown): boolean {
  return error instanceof SlackRefused && shutOutCodes.has(error.code)
}

/**
 * Whether a call that failed with this error was carried out: `no`, and a retry may succeed; `maybe`; or `refused`, also next time. Null for
 * errors of neither Slack nor the network.
 */
export function carriedOut(error: unknown): 'no' | 'maybe' | 'refused' | null {
  if (error instanceof SlackBusy) return 'no'
  if (error instanceof NotSent) return 'no'
  // Slack accepted it with an undocumented answer.
  if (error instanceof z.ZodError) return 'maybe'
  if (error instanceof SlackRefused) {
    if (passingCodes.has(error.code) || shutOutCodes.has(error.code)) return 'no'
    return unclearCodes.has(error.code) ? 'maybe' : 'refused'
  }
  if (error instanceof WebAPIHTTPError) return error.statusCode === 503 ? 'no' : 'maybe'
  if (error instanceof WebAPIRequestError || error instanceof TypeError) {
    return unsentCodes.has(networkCode(error)) ? 'no' : error instanceof WebAPIRequestError ? 'maybe' : null
  }
  return null
}

/** The code of what broke the network; fetch wraps it once or twice. */
function networkCode(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const code = codeOf(error)
  return unsentCodes.has(code) ? code : networkCode(error.cause)
}

/** The message itself was refused: a simpler form may pass. */
export function isContentRefusal(error: unknown): error is SlackRefused {
  return error instanceof SlackRefused && contentCodes.has(error.code)
}

/** The bot may not post in this conversation. */
export function isPlaceRefusal(error: unknown): error is SlackRefused {
  return error instanceof SlackRefused && placeCodes.has(error.code)
}

/** The message to be edited was deleted, or can no longer be edited. */
export function isGone(error: unknown): error is SlackRefused {
  return error instanceof SlackRefused && goneCodes.has(error.code)
}

/** There is no such Home tab. */
export function isNoViewer(error: unknown): error is SlackRefused {
  return error instanceof SlackRefused && viewerCodes.has(error.code)
}

// Slack's answers to a token that will not work again (https://docs.slack.dev/reference/methods/auth.test#errors).
const tokenCodes = new Set([
  ...shutOutCodes,
  'no_permission',
  'user_not_found',
  'user_removed_from_team',
  'missing_scope',
  'access_denied',
  'not_allowed_token_type',
])

/** Whether this code of `auth.test` or `apps.connections.open` refuses the token itself. */
export function isTokenRefusal(code: string): boolean {
  return tokenCodes.has(code)
}

const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection cut off',
  EPIPE: 'connection cut off',
  UND_ERR_SOCKET: 'connection cut off',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no name server answers',
  ENETUNREACH: 'no network',
  EHOSTUNREACH: 'no route to the host',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
}

// Node's codes of a certificate that it does not trust (https://nodejs.org/api/tls.html#x509-certificate-error-codes).
const certificateCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Why Slack was not reached, in a few words for people: "connection refused", "HTTP 503", Slack's own code. Never the body of an answer. */
export function whyUnreachable(error: unknown): string {
  for (const cause of causesOf(error)) {
    if (cause instanceof WebAPIHTTPError) return codeIn(cause.body) ?? `HTTP ${cause.statusCode}`
    if (cause instanceof WebAPIRateLimitedError) return `rate limited for ${cause.retryAfter} s`
    if (cause instanceof WebAPIPlatformError) return cause.data.error
    if (cause instanceof SlackRefused) return cause.code
    const code = codeOf(cause)
    if (certificateCodes.has(code)) return `its certificate is not trusted (${code})`
    const meaning = meanings[code]
    if (meaning !== undefined) return meaning
    if (cause.name === 'TimeoutError') return 'no answer in time'
  }
  return messageOf(causesOf(error).at(-1) ?? error)
}

/** The error `slack` of a call that did not reach Slack. */
export function unreachable(what: string, error: unknown): OpsError {
  const why = whyUnreachable(error)
  const isUntrusted = causesOf(error).some((cause) => certificateCodes.has(codeOf(cause)))
  const remedy = isUntrusted
    ? "Set NODE_EXTRA_CA_CERTS to the file of your company's certificates, then start again."
    : 'Check the network (and HTTPS_PROXY, if you need a proxy), then try again.'
  return new OpsError('slack', `Cannot reach Slack (${what}): ${why}.`, remedy, { cause: error })
}

/** An error and what caused it, outermost first. Several attempts at one host (IPv6, IPv4) count as the first of them. */
function causesOf(error: unknown): readonly Error[] {
  if (!(error instanceof Error)) return []
  const inner =
    error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : (error.cause ?? originalOf(error))
  return [error, ...causesOf(inner)]
}

/** Socket Mode's errors keep the cause in a field of their own. */
function originalOf(error: Error): unknown {
  return 'original' in error ? error.original : undefined
}

const refusal = z.object({ ok: z.literal(false), error: z.string() })

/** Slack's error code in the body of an answer; null where it has none. */
export function codeIn(body: unknown): string | null {
  return refusal.safeParse(body).data?.error ?? null
}
