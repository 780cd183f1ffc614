import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeHeap } from '../../src/sample/heap.ts'

describe('makeHeap', () => {
  it('gives back what was pushed, first things first, whatever the order of pushing and popping', () => {
    const step = fc.oneof(fc.nat(50), fc.constant('pop' as const))
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const heap = makeHeap<number>((a, b) => a < b)
        const model: number[] = []
        for (const each of steps) {
          if (each === 'pop') expect(heap.pop()).toBe(model.shift())
          else {
            heap.push(each)
            model.push(each)
            model.sort((a, b) => a - b)
          }
          expect(heap.first()).toBe(model[0])
        }
      }),
    )
  })
})
