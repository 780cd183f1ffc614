import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/ports/clock.ts'
import { isAway, isStalePassword, poll, resubmitPause, withRetries } from '../../src/redshift/retries.ts'

function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => new Date(now),
    elapsed: () => now,
    async sleep(ms) {
      slept.push(ms)
      now += ms
    },
    every: () => () => undefined,
  }
}

const signal = new AbortController().signal
const throttled = Object.assign(new Error('Rate exceeded'), { name: 'Throttling', $metadata: { httpStatusCode: 400 } })
const denied = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })

describe('polling', () => {
  it('looks at once, then at intervals that grow from five to thirty seconds', async () => {
    const clock = fakeClock()
    let looks = 0
    const found = await poll(async () => (++looks > 12 ? 'it' : null), { clock, signal, atMostMs: 3_600_000 })
    expect(found).toBe('it')
    const growing = [5_000, 6_500, 8_450, 10_985, 14_281, 18_565, 24_134, 30_000, 30_000, 30_000, 30_000, 30_000]
    expect(clock.slept.map(Math.round)).toEqual(growing)
  })

  it('looks at a cluster that takes ten minutes less than half as often as every ten seconds', async () => {
    const clock = fakeClock()
    let looks = 0
    const look = async () => {
      looks++
      return clock.now().getTime() >= 600_000 ? true : null
    }
    await poll(look, { clock, signal, atMostMs: 3_600_000 })
    expect(looks).toBeLessThan(30)
  })

  it('ends with null when its own time is over, by the look at its end', async () => {
    const clock = fakeClock()
    await clock.sleep(600_000)
    let looks = 0
    const look = async () => {
      looks++
      return null
    }
    expect(await poll(look, { clock, signal, atMostMs: 11_500 })).toBeNull()
    expect([looks, clock.elapsed()]).toEqual([3, 611_500])
    await expect(poll(look, { clock, signal: AbortSignal.abort(), atMostMs: 11_500 })).rejects.toThrow()
    expect(looks).toBe(3)
  })

  it('outlasts four failed looks in a row of a kind that passes, and not a fifth', async () => {
    const lookAfter = (failures: number) => {
      let looks = 0
      const look = async () => {
        if (++looks <= failures) throw throttled
        return 'it'
      }
      return poll(look, { clock: fakeClock(), signal, atMostMs: 3_600_000 })
    }
    expect(await lookAfter(4)).toBe('it')
    await expect(lookAfter(5)).rejects.toBe(throttled)
    // A look that answers in between begins the row anew, and the pauses go on growing.
    const clock = fakeClock()
    let looks = 0
    const look = async () => {
      if (++looks === 9) return 'it'
      if (looks === 5) return null
      throw throttled
    }
    expect(await poll(look, { clock, signal, atMostMs: 3_600_000 })).toBe('it')
    expect(clock.slept.at(-1)).toBe(30_000)
  })

  it('ends at once on what does not pass by itself', async () => {
    const clock = fakeClock()
    const look = async () => {
      throw denied
    }
    await expect(poll(look, { clock, signal, atMostMs: 3_600_000 })).rejects.toBe(denied)
    expect(clock.slept).toEqual([])
  })
})

const awsError = (name: string, message: string, httpStatusCode?: number) =>
  Object.assign(new Error(message), {
    name,
    ...(httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } }),
  })

describe('a call', () => {
  /** How often it is made where it fails so every time, and how long it waited in all. */
  async function triesOf(error: Error, stop = new AbortController()) {
    const clock = fakeClock()
    let calls = 0
    const call = async () => {
      calls++
      if (calls === 3 && stop.signal.aborted === false && error.message === 'stop') stop.abort()
      throw error
    }
    await expect(withRetries(call, clock, stop.signal)).rejects.toBe(error)
    expect(clock.slept).toHaveLength(calls - 1)
    for (const [at, ms] of clock.slept.entries()) expect(ms).toBeLessThanOrEqual(Math.min(20_000, 1_000 * 2 ** at))
    return calls
  }

  it.each<[Error, number]>([
    [awsError('ActiveStatementsExceededException', 'too many', 400), 8],
    [awsError('ActiveSessionsExceededException', 'too many', 400), 8],
    [awsError('ThrottlingException', 'rate', 400), 8],
    [awsError('ValidationException', "Redshift endpoint doesn't exist in this region.", 400), 4],
    [awsError('ValidationException', 'Cluster sparkify is not available: it is paused', 400), 1],
    [awsError('ValidationException', 'Cluster sparkify is not available: it is being deleted', 400), 1],
    [awsError('ValidationException', 'Invalid parameter', 400), 1],
    [awsError('InternalServerException', 'oops', 500), 5],
    [Object.assign(new Error('reset'), { code: 'ECONNRESET' }), 5],
    [awsError('AccessDeniedException', 'no', 403), 1],
    [new TypeError('a bug'), 1],
  ])('that fails with %s is made %i times', async (error, times) => {
    expect(await triesOf(error)).toBe(times)
  })

  it('is not made again once it is called off, and answers as soon as it can', async () => {
    expect(await triesOf(awsError('ThrottlingException', 'stop', 400))).toBe(3)
    let left = 2
    const call = async () => (left-- > 0 ? Promise.reject(throttled) : 'it')
    expect(await withRetries(call, fakeClock(), signal)).toBe('it')
  })
})

describe('a batch that failed', () => {
  it.each([
    ['1023 DETAIL: Serializable isolation violation on table', 4],
    ['ERROR: could not open relation with OID 5', 4],
    ['ERROR: conflict with concurrent transaction', 4],
    ['FATAL: password authentication failed for user "sparkify"', 5],
    ['S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,CanRetry 1', 5],
    ['S3ServiceException:Access Denied,Status 403,Error AccessDenied,CanRetry 1', 0],
    ['User arn:aws:redshift is not authorized to assume IAM Role arn:aws:iam::1:role/x', 6],
    ['syntax error at or near "selct"', 0],
    ['', 0],
  ])('with %s is submitted again %i times', (error, times) => {
    const pauses = Array.from({ length: 8 }, (_, failures) => resubmitPause(error, failures + 1))
    expect(pauses.map((pause) => pause !== null)).toEqual(pauses.map((_, at) => at < times))
    for (const [at, pause] of pauses.entries()) if (pause !== null) expect(pause).toBeLessThanOrEqual(2_000 * 2 ** at)
  })

  it('waits twice as long each time where it waits for AWS to come round', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((failures) => resubmitPause('not authorized to assume the IAM role', failures))
    expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000])
  })

  it('asks for the password again where that was refused', () => {
    expect(isStalePassword('FATAL: Password authentication failed for user "x"')).toBe(true)
    expect(isStalePassword('permission denied')).toBe(false)
  })
})

describe('the words of a cluster that is not there', () => {
  it.each([
    ["Redshift endpoint doesn't exist in this region.", true],
    ['Cluster sparkify not found.', true],
    ['The cluster sparkify does not exist', true],
    ['Cluster is not available at the moment', true],
    ['Database x does not exist', false],
    ['Statement not found', false],
  ])('%s: %s', (message, away) => {
    expect(isAway(message)).toBe(away)
  })
})
