import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSlots } from '../../src/duckdb/slots.ts'

describe('slots', () => {
  it('admit no more than there are, in the order of asking, and lose none, whatever is called off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.record({ turns: fc.nat(3), calledOff: fc.boolean(), fails: fc.boolean() }), { maxLength: 20 }),
        async (size, jobs) => {
          const slots = createSlots(size)
          let inside = 0
          let most = 0
          const begun: number[] = []
          const all = jobs.map(({ turns, calledOff, fails }, n) => {
            const stop = new AbortController()
            const job = slots.use(stop.signal, async () => {
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
          await Promise.all(Array.from({ length: size }, () => slots.use(new AbortController().signal, async () => {})))
        },
      ),
    )
  })

  it('refuse work that was called off before it asked', async () => {
    await expect(createSlots(1).use(AbortSignal.abort(), async () => {})).rejects.toMatchObject({ code: 'cancelled' })
  })
})
