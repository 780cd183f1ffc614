import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import { expect, it } from 'vitest'
import { SlackRefused, unreachable, whyUnreachable } from '../../src/slack/slack-errors.ts'

const failed = (code: string) =>
  new WebAPIRequestError(new TypeError('fetch failed', { cause: Object.assign(new Error(`x ${code}`), { code }) }))

it.each([
  [failed('ECONNREFUSED'), 'connection refused'],
  [failed('ENOTFOUND'), 'no such host'],
  [failed('ECONNRESET'), 'connection cut off'],
  [failed('UND_ERR_SOCKET'), 'connection cut off'],
  [failed('EAI_AGAIN'), 'no name server answers'],
  [failed('ENETUNREACH'), 'no network'],
  [failed('EHOSTUNREACH'), 'no route to the host'],
  [failed('ETIMEDOUT'), 'no answer in time'],
  [failed('UND_ERR_HEADERS_TIMEOUT'), 'no answer in time'],
  [failed('SELF_SIGNED_CERT_IN_CHAIN'), 'its certificate is not trusted (SELF_SIGNED_CERT_IN_CHAIN)'],
  [new WebAPIRequestError(new DOMException('The operation was aborted', 'TimeoutError')), 'no answer in time'],
  [new WebAPIHTTPError(503, 'Service Unavailable', {}, '<html>a page</html>'), 'HTTP 503'],
  [new WebAPIHTTPError(503, '', {}, '{"ok":false,"error":"fatal_error"}'), 'fatal_error'],
  [new WebAPIRateLimitedError(30), 'rate limited for 30 s'],
  [new SlackRefused('auth.test', 'invalid_auth'), 'invalid_auth'],
  [new Error('a reason of its own'), 'a reason of its own'],
  [new Error('outside', { cause: new Error('inside') }), 'inside'],
  [new AggregateError([failed('ENETUNREACH'), failed('ECONNREFUSED')], 'both'), 'no network'],
  ['a text', 'a text'],
])('says in a few words why Slack was not reached: %s', (error, words) => {
  expect(whyUnreachable(error)).toBe(words)
  expect(unreachable('auth.test', error)).toMatchObject({
    code: 'slack',
    message: `Cannot reach Slack (auth.test): ${words}.`,
    cause: error,
  })
})

it('names the variable for certificates where one is not trusted', () => {
  expect(unreachable('auth.test', failed('SELF_SIGNED_CERT_IN_CHAIN')).remedy).toContain('NODE_EXTRA_CA_CERTS')
  expect(unreachable('auth.test', failed('ECONNREFUSED')).remedy).not.toContain('NODE_EXTRA_CA_CERTS')
})
