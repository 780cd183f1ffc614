import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { createFakeClock } from './fake-clock.ts'

it('the fake clock leaves no listener on a signal, whether somebody is woken or aborted', async () => {
  const clock = createFakeClock('2026-11-23T12:00:00.000Z')
  const { signal } = new AbortController()
  const slept = clock.sleep(1000, signal)
  clock.advance(1000)
  await slept
  expect(getEventListeners(signal, 'abort')).toEqual([])
  const aborting = new AbortController()
  const stopped = clock.sleep(1000, aborting.signal)
  aborting.abort(new Error('stopped'))
  await expect(stopped).rejects.toThrow('stopped')
  expect(getEventListeners(aborting.signal, 'abort')).toEqual([])
})
