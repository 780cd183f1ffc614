import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSemaphore, jitteredPauseAfter, pauseAfter } from '../../src/core/pacing.ts'

describe('a semaphore', () => {
  it('admits no more than its size, in the order of asking, and loses no place, whatever is called off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ turns: fc.nat(3), calledOff: fc.boolean(), fails: fc.boolean() }), { maxLength: 20 }),
        async (size, jobs) => {
          const semaphore = createSemaphore(size)
          let inside = 0
          let most = 0
          const begun: number[] = []
          const all = jobs.map(({ turns, calledOff, fails }, n) => {
            const stop = new AbortController()
            const job = semaphore.use(stop.signal, async () => {
              begun.push(n)
              most = Math.max(most, ++inside)
              for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
              inside--
              if (fails) throw new Error('failed')
            })
            if (calledOff) stop.abort()
            return job
          })
          await Promise.allSettled(all)
          expect(most).toBeLessThanOrEqual(size)
          expect(begun).toEqual(begun.toSorted((a, b) => a - b))
          expect(begun).toEqual(expect.arrayContaining(jobs.flatMap(({ calledOff }, n) => (calledOff ? [] : [n]))))
          await Promise.all(
            Array.from({ length: size }, () => semaphore.use(new AbortController().signal, async () => {})),
          )
        },
      ),
    )
  })

  it('listens to a signal once, however many wait with it, and no longer than they wait', async () => {
    const semaphore = createSemaphore(1)
    const { signal } = new AbortController()
    let most = 0
    const job = async (): Promise<void> => {
      most = Math.max(most, getEventListeners(signal, 'abort').length)
      await new Promise(setImmediate)
    }
    await Promise.all(Array.from({ length: 30 }, () => semaphore.use(signal, job)))
    expect(most).toBe(1)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('refuses work that was called off before it asked', async () => {
    await expect(createSemaphore(1).use(AbortSignal.abort(), async () => {})).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})

describe('a pause between tries', () => {
  it('grows by its factor from the first to the longest', () => {
    const backoff = { firstMs: 500, factor: 2, mostMs: 3_000 }
    expect([1, 2, 3, 4, 50].map((failures) => pauseAfter(failures, backoff))).toEqual([500, 1_000, 2_000, 3_000, 3_000])
  })

  it('is at random between nothing and that, where callers must not come back together', () => {
    const backoff = { firstMs: 500, factor: 2, mostMs: 3_000 }
    for (const failures of [1, 2, 3, 40]) {
      const pause = jitteredPauseAfter(failures, backoff)
      expect(pause).toBeGreaterThanOrEqual(0)
      expect(pause).toBeLessThanOrEqual(pauseAfter(failures, backoff))
    }
  })
})
