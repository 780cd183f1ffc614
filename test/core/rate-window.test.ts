import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRateWindow } from '../../src/core/pacing.ts'
import { createFakeClock } from '../slack/support/clock.ts'
import { lengths } from '../support/soak.ts'

const never = (): AbortSignal => new AbortController().signal

describe('a rate window', () => {
  it('never gives more than it has in any minute, whoever asks whenever', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        async (pauses, perMinute) => {
          const clock = createFakeClock()
          const budget = createRateWindow(clock, perMinute)
          const taken: number[] = []
          const all = pauses.map(async (pause) => {
            await clock.sleep(pause)
            await budget.take(never())
            taken.push(clock.now().getTime())
          })
          for (let left = pauses.length * 61; left > 0 && taken.length < pauses.length; left--) {
            clock.advance(1000)
            await new Promise(setImmediate)
          }
          await Promise.all(all)
          for (const at of taken) {
            expect(taken.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(perMinute)
          }
        },
      ),
      { numRuns: lengths({ gate: 20, soak: 500 }) },
    )
  })

  it('counts last words, which do not wait', async () => {
    const clock = createFakeClock()
    const budget = createRateWindow(clock, 2)
    budget.count()
    budget.count()
    budget.count()
    let given = false
    const waiting = budget.take(never()).then(() => {
      given = true
    })
    clock.advance(59_999)
    await new Promise(setImmediate)
    expect(given).toBe(false)
    clock.advance(1)
    await waiting
  })

  it('does not wait for the old time after its clock was set back', async () => {
    const clock = createFakeClock()
    const budget = createRateWindow(clock, 1)
    budget.count()
    clock.jump(-3_600_000)
    const waiting = budget.take(never())
    clock.advance(60_000)
    await waiting
  })

  it('lets go of whoever does not want to wait any more', async () => {
    const clock = createFakeClock()
    const budget = createRateWindow(clock, 1)
    budget.count()
    const stop = new AbortController()
    const waiting = budget.take(stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})
