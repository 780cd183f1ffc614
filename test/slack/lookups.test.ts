import { expect, it } from 'vitest'
import { createLookups } from '../../src/slack/people/lookups.ts'
import { SlackBusy } from '../../src/slack/slack-errors.ts'
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
  // What came again is new: the one after it goes.
  lookups.note(person(2), person(2))
  await lookups.of(person(5_001), 0)
  await lookups.of(person(2), 0)
  expect(asked).toHaveLength(5_003)
  await lookups.of(person(3), 0)
  expect(asked.at(-1)).toBe(person(3))
})

it('an answer that came by another way is new, and newer than one that is known', async () => {
  const clock = createFakeClock()
  let asked = 0
  const lookups = createLookups<number>({ clock, freshMs: 1000, ask: async () => ++asked, failed: () => undefined })
  expect(await lookups.of('C1', 0)).toBe(1)
  clock.advance(900)
  lookups.note('C1', 40)
  clock.advance(900)
  expect(await lookups.of('C1', 0)).toBe(40)
  clock.advance(100)
  expect(await lookups.of('C1', 0)).toBe(2)
})

it('what Slack asks to wait for holds for every key, ends when it is over, and is counted from the newest time', async () => {
  const clock = createFakeClock()
  const failures: string[] = []
  let asked = 0
  let busyMs: number | null = 30_000
  const lookups = createLookups<string>({
    clock,
    freshMs: 1000,
    ask: async (key) => {
      asked++
      if (busyMs !== null) throw new SlackBusy('users.info', busyMs)
      return key
    },
    failed: (_, key) => failures.push(key),
  })
  await expect(lookups.of('a', 0)).rejects.toThrow(SlackBusy)
  clock.advance(29_999)
  await expect(lookups.of('b', 0)).rejects.toThrow(SlackBusy)
  expect([asked, failures]).toEqual([1, ['a', 'b']])
  clock.advance(1)
  busyMs = 5_000
  await expect(lookups.of('a', 0)).rejects.toThrow(SlackBusy)
  clock.advance(4_999)
  await expect(lookups.of('a', 0)).rejects.toThrow(SlackBusy)
  expect(asked).toBe(2)
  busyMs = null
  clock.advance(1)
  expect(await lookups.of('a', 0)).toBe('a')
})
