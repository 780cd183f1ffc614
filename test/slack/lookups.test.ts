import { expect, it } from 'vitest'
import { createLookups } from '../../src/slack/people/lookups.ts'
import { createFakeClock } from './support/clock.ts'

it('5,000 answers are kept, and no more: the one that was got longest ago is asked for again', async () => {
  const asked: string[] = []
  const lookups = createLookups<string>({
    clock: createFakeClock(),
    freshMs: 1000,
    ask: async (key) => {
      asked.push(key)
      return key
    },
    failed: () => undefined,
  })
  const person = (i: number): string => `U${i}`
  for (let i = 0; i < 5_000; i++) await lookups.of(person(i), 0)
  await lookups.of(person(0), 0)
  expect(asked).toHaveLength(5_000)
  await lookups.of(person(5_000), 0)
  await lookups.of(person(1), 0)
  await lookups.of(person(4_999), 0)
  expect(asked).toHaveLength(5_001)
  await lookups.of(person(0), 0)
  expect(asked.slice(5_000)).toEqual([person(5_000), person(0)])
})
