import { expect, it } from 'vitest'
import { rateLimit } from '../../src/workspace/web-api.ts'

it('takes a burst at once, then as many a second as it may, and after a long silence no more than a burst again', () => {
  let now = 0
  const limit = rateLimit(() => now, 0.5, 2)
  const take = (times: number): readonly number[] => Array.from({ length: times }, () => limit.take('C1'))
  expect(take(3)).toEqual([0, 0, 2])
  expect(limit.take('C2')).toBe(0)
  now += 2_000
  expect(take(2)).toEqual([0, 2])
  now += 3_600_000
  expect(take(3)).toEqual([0, 0, 2])
})
