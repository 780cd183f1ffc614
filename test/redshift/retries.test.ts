import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/core/ports/clock.ts'
import { poll } from '../../src/redshift/retries.ts'

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
    expect(clock.slept[0]).toBe(5_000)
    expect(clock.slept.at(-1)).toBe(30_000)
    expect(clock.slept).toEqual([...clock.slept].sort((a, b) => a - b))
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

  it('ends with null when the time is over', async () => {
    const clock = fakeClock()
    expect(await poll(async () => null, { clock, signal, atMostMs: 60_000 })).toBeNull()
    expect(clock.now().getTime()).toBeLessThan(120_000)
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
