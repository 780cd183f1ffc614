import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startScheduler } from '../../src/scheduler/scheduler.ts'

describe('the scheduler', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2026-11-23T02:58:30.000Z') })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const log = () => {
    const errors: string[] = []
    return {
      errors,
      info: () => undefined,
      warn: () => undefined,
      error: (_facts: object, said: string) => void errors.push(said),
    }
  }

  it('ticks at its start and at every full minute, whether the tick before has ended or not', async () => {
    const ticks: string[] = []
    const scheduler = startScheduler(() => {
      ticks.push(new Date().toISOString().slice(11, 19))
      return new Promise(() => undefined)
    }, log())
    await vi.advanceTimersByTimeAsync(121_000)
    expect(ticks).toEqual(['02:58:30', '02:59:00', '03:00:00'])
    await scheduler.stop()
    await vi.advanceTimersByTimeAsync(121_000)
    expect(ticks).toHaveLength(3)
  })

  it('goes on after a tick that failed, and logs it', async () => {
    let ticks = 0
    const logged = log()
    const scheduler = startScheduler(async () => {
      if (++ticks === 1) throw new Error('disk full')
    }, logged)
    await vi.advanceTimersByTimeAsync(31_000)
    expect(ticks).toBe(2)
    expect(logged.errors).toEqual(['a tick of the scheduler failed: disk full'])
    await scheduler.stop()
  })
})
