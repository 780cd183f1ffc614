import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/machine/clock.ts'
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
    const warnings: string[] = []
    return {
      errors,
      warnings,
      info: () => undefined,
      warn: (_facts: object, said: string) => void warnings.push(said),
      error: (_facts: object, said: string) => void errors.push(said),
    }
  }

  it('ticks at its start and at every full minute, whether the tick before has ended or not', async () => {
    const ticks: string[] = []
    const scheduler = startScheduler(
      () => {
        ticks.push(new Date().toISOString().slice(11, 19))
        return new Promise(() => undefined)
      },
      systemClock,
      log(),
    )
    await vi.advanceTimersByTimeAsync(121_000)
    expect(ticks).toEqual(['02:58:30', '02:59:00', '03:00:00'])
    await scheduler.stop()
    await vi.advanceTimersByTimeAsync(121_000)
    expect(ticks).toHaveLength(3)
  })

  it('goes on after a tick that failed, and logs it', async () => {
    let ticks = 0
    const logged = log()
    const scheduler = startScheduler(
      async () => {
        if (++ticks === 1) throw new Error('disk full')
      },
      systemClock,
      logged,
    )
    await vi.advanceTimersByTimeAsync(31_000)
    expect(ticks).toBe(2)
    expect(logged.errors).toEqual(['background task failed (minute tick): disk full'])
    await scheduler.stop()
  })

  it('ticks at once and every minute after its clock was set back by hours or forward by days, and logs it', async () => {
    for (const [to, words] of [
      ['2026-11-22T23:58:30.000Z', 'set back by 3 h'],
      ['2026-11-26T02:58:30.000Z', 'forward by 72 h'],
    ] as const) {
      vi.setSystemTime('2026-11-23T02:58:30.000Z')
      const logged = log()
      let ticks = 0
      const scheduler = startScheduler(async () => void ticks++, systemClock, logged)
      await vi.advanceTimersByTimeAsync(100)
      vi.setSystemTime(to)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(ticks).toBe(2)
      expect(logged.warnings).toEqual([expect.stringContaining(words)])
      for (let minute = 1; minute <= 5; minute++) {
        await vi.advanceTimersByTimeAsync(60_000)
        expect(ticks).toBe(2 + minute)
      }
      expect(logged.warnings).toHaveLength(1)
      await scheduler.stop()
    }
  })

  it('ticks within a minute of real time where no timer of node-cron comes', async () => {
    const stopped = vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-11-23T02:58:30.000Z'))
    let ticks = 0
    const clock = { ...systemClock, now: () => new Date(clock.elapsed()) }
    const scheduler = startScheduler(async () => void ticks++, clock, log())
    await vi.advanceTimersByTimeAsync(61_000)
    expect(ticks).toBeGreaterThanOrEqual(2)
    await scheduler.stop()
    stopped.mockRestore()
  })
})
