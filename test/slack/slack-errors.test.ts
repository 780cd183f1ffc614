import { WebAPIHTTPError, WebAPIRequestError } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  carriedOut,
  isContentRefusal,
  isGone,
  isNoViewer,
  isPassing,
  isPlaceRefusal,
  isShutOut,
  isTokenRefusal,
  NotSent,
  SlackBusy,
  SlackRefused,
} from '../../src/slack/slack-errors.ts'

const refused = (code: string) => new SlackRefused('a post', code)
const network = (code: string) => new WebAPIRequestError(Object.assign(new Error('no'), { code }))
/** As `fetch` throws it: the code is in the cause of the cause. */
const fetched = (code: string) =>
  new TypeError('fetch failed', {
    cause: new AggregateError([], 'all', { cause: Object.assign(new Error('no'), { code }) }),
  })
const http = (status: number) => new WebAPIHTTPError(status, 'no', {}, '')

describe('a call of Slack that failed', () => {
  it.each<[string, unknown, ReturnType<typeof carriedOut>]>([
    ['that has to wait', new SlackBusy('a post', 1_000), 'no'],
    ['that was not made', new NotSent('nobody knows where to'), 'no'],
    ['whose answer nobody understands', new z.ZodError([]), 'maybe'],
    ['with 503', http(503), 'no'],
    ['with 500', http(500), 'maybe'],
    ['with 404', http(404), 'maybe'],
    ['because nobody listens', network('ECONNREFUSED'), 'no'],
    ['because there is no such host', network('ENOTFOUND'), 'no'],
    ['because it was cut off', network('ECONNRESET'), 'maybe'],
    ['in time', network('ETIMEDOUT'), 'maybe'],
    ['because fetch reached nobody', fetched('UND_ERR_CONNECT_TIMEOUT'), 'no'],
    ['because fetch was cut off', fetched('UND_ERR_SOCKET'), null],
    ['by a bug', new TypeError('x is not a function'), null],
    ['by another bug', new Error('x'), null],
    ['with nothing', undefined, null],
  ])('%s', (_, error, state) => {
    expect(carriedOut(error)).toBe(state)
  })

  // https://docs.slack.dev/reference/methods/chat.postMessage#errors: which of them pass by themselves, or when somebody has seen to the token.
  it.each<[state: ReturnType<typeof carriedOut>, codes: readonly string[]]>([
    ['no', ['fatal_error', 'service_unavailable', 'ratelimited', 'team_added_to_org']],
    ['no', ['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'token_expired', 'team_disabled']],
    ['maybe', ['internal_error', 'request_timeout']],
    ['refused', ['not_in_channel', 'is_archived', 'msg_too_long', 'invalid_blocks', 'missing_scope', 'a_new_one']],
  ])('was carried out (%s) where Slack says one of %j', (state, codes) => {
    for (const code of codes) {
      expect([code, carriedOut(refused(code))]).toEqual([code, state])
      expect([code, isShutOut(refused(code))]).toEqual([code, /auth|token|inactive|disabled/.test(code)])
      expect([code, isPassing(code)]).toEqual([
        code,
        state === 'maybe' || (state === 'no' && !isShutOut(refused(code))),
      ])
    }
  })

  it('is about what it holds, where it goes, what it changes, who looks, or the token', () => {
    const kinds = (code: string) =>
      Object.entries({ content: isContentRefusal, place: isPlaceRefusal, gone: isGone, viewer: isNoViewer })
        .filter(([, is]) => is(refused(code)))
        .map(([name]) => name)
        .concat(isTokenRefusal(code) ? ['token'] : [])
        .join()
    const table: Readonly<Record<string, readonly string[]>> = {
      content: ['invalid_blocks', 'msg_too_long', 'msg_blocks_too_long', 'only_one_table_allowed', 'view_too_large'],
      place: ['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action', 'externally_shared'],
      gone: ['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found'],
      viewer: ['user_disabled', 'user_not_visible', 'not_enabled'],
      'viewer,token': ['user_not_found'],
      token: ['invalid_auth', 'token_revoked', 'missing_scope', 'not_allowed_token_type'],
      '': ['internal_error', 'ratelimited', 'hash_conflict'],
    }
    for (const [kind, codes] of Object.entries(table))
      for (const code of codes) expect([code, kinds(code)]).toEqual([code, kind])
    expect(isContentRefusal(new Error('invalid_blocks'))).toBe(false)
  })
})
