import { describe, expect, it } from 'vitest'
import { createResponseUrls, createTriggers } from '../../src/workspace/responses.ts'

const origin = { user: 'U1', channel: 'C1', request: '/sparkify qa' }

describe('a trigger id', () => {
  it('opens one view within three seconds', () => {
    let now = 1_000
    const triggers = createTriggers(() => now)
    const [early, late] = [1, 2].map(() => triggers.issue({ user: 'U1', channel: undefined }))
    now += 3_000
    expect(triggers.redeem(early ?? '')).toEqual({ value: { user: 'U1', channel: undefined } })
    expect(triggers.redeem(early ?? '')).toEqual({ error: 'used' })
    now += 1
    expect(triggers.redeem(late ?? '')).toEqual({ error: 'expired' })
    expect(triggers.redeem('none')).toEqual({ error: 'unknown' })
  })

  it('is forgotten after twice that time, when the next one is made', () => {
    let now = 1_000
    const triggers = createTriggers(() => now)
    const first = triggers.issue({ user: 'U1', channel: 'C1' })
    now += 6_000
    triggers.issue({ user: 'U1', channel: 'C1' })
    expect(triggers.redeem(first)).toEqual({ error: 'expired' })
    now += 1
    triggers.issue({ user: 'U1', channel: 'C1' })
    expect(triggers.redeem(first)).toEqual({ error: 'unknown' })
  })
})

describe('a response URL', () => {
  it('takes five messages within half an hour, and is told from every other', () => {
    let now = 1_000
    const urls = createResponseUrls(() => now)
    const [one, other] = [urls.issue(origin), urls.issue({ ...origin, user: 'U2' })]
    expect(one).not.toBe(other)
    now += 30 * 60_000
    for (let n = 0; n < 5; n++) expect(urls.redeem(one)).toEqual({ value: origin })
    expect(urls.redeem(one)).toEqual({ error: 'used' })
    now += 1
    expect(urls.redeem(other)).toEqual({ error: 'expired' })
  })
})
