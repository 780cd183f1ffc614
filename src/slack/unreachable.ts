import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'
import { SlackRefused } from './refused.ts'

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
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
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
  const isUntrusted = causesOf(error).some((cause) => 'code' in cause && certificateCodes.has(String(cause.code)))
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

/** Slack's own code in the body of an answer, which a passing fault has. */
function codeIn(body: unknown): string | null {
  const read = refusal.safeParse(body)
  return read.success ? read.data.error : null
}
