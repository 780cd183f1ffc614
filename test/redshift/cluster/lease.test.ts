import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClusterState } from '../../../src/core/ports/cluster.ts'
import {
  begun,
  hoursRan,
  type Lease,
  leaseDue,
  pausedSince,
  running,
  runningSince,
  stopped,
} from '../../../src/redshift/cluster/lease.ts'

const at = (time: string): Date => new Date(`2026-11-${time}Z`)
const lease: Lease = running(null, at('07T09:00:00'), at('07T17:00:00'))

describe('what is due of a lease', () => {
  it.each<[string, ClusterState, string]>([
    ['07T16:29:59', 'available', 'nothing'],
    ['07T16:30:00', 'available', 'warn'],
    ['07T16:59:59', 'available', 'warn'],
    ['07T17:00:00', 'available', 'pause'],
    ['09T17:00:00', 'available', 'pause'],
    ['07T17:00:00', 'pausing', 'nothing'],
    ['07T17:00:00', 'deleting', 'nothing'],
    ['07T17:00:00', 'none', 'nothing'],
  ])('at %s of a cluster that is %s: %s', (time, state, kind) => {
    expect(leaseDue(at(time), state, lease).kind).toBe(kind)
  })

  it('of a cluster that was paused: a reminder after fourteen days, never a deletion', () => {
    const asleep = stopped(lease, at('07T17:10:00'))
    expect(leaseDue(at('21T17:09:59'), 'paused', asleep).kind).toBe('nothing')
    expect(leaseDue(at('21T17:10:00'), 'paused', asleep)).toEqual({
      kind: 'remind',
      key: 'lease-remind:2026-11-07T17:10:00.000Z',
      pausedSince: at('07T17:10:00'),
    })
  })

  it('of no lease: nothing', () => {
    expect(leaseDue(at('07T09:00:00'), 'available', null)).toEqual({ kind: 'nothing' })
  })

  it('has one key for an occasion, and another once the lease was lengthened', () => {
    const key = (time: string, until: string) => {
      const due = leaseDue(at(time), 'available', { ...lease, until: at(until).toISOString() })
      return due.kind === 'nothing' ? null : due.key
    }
    expect(key('07T16:40:00', '07T17:00:00')).toBe(key('07T16:50:00', '07T17:00:00'))
    expect(key('07T18:50:00', '07T19:00:00')).not.toBe(key('07T16:50:00', '07T17:00:00'))
  })

  it('is never more than one thing, and a pause only after its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (seconds) => {
        const now = new Date(at('07T17:00:00').getTime() + seconds * 1000)
        const expected = seconds >= 0 ? 'pause' : seconds >= -1800 ? 'warn' : 'nothing'
        expect(leaseDue(now, 'available', lease).kind).toBe(expected)
      }),
    )
  })
})

describe('the hours a cluster ran', () => {
  it('leave out what it was paused, and count within the asked time only', () => {
    const asleep = stopped(lease, at('07T12:00:00'))
    const again = running(asleep, at('08T09:00:00'), at('08T17:00:00'))
    expect(hoursRan(again, at('01T00:00:00'), at('08T11:00:00'))).toBe(5)
    expect(hoursRan(again, at('07T11:00:00'), at('07T20:00:00'))).toBe(1)
    expect(runningSince(again)).toEqual(at('08T09:00:00'))
    expect(pausedSince(again)).toBeNull()
    expect(pausedSince(asleep)).toEqual(at('07T12:00:00'))
  })

  it('of a new cluster begin anew, without a period that was never seen to end', () => {
    expect(begun(lease, at('09T09:00:00'), at('09T17:00:00'))).toEqual(
      running(null, at('09T09:00:00'), at('09T17:00:00')),
    )
    const earlier = stopped(lease, at('07T12:00:00'))
    expect(begun(earlier, at('09T09:00:00'), at('09T17:00:00')).ran).toHaveLength(2)
  })

  it('are all of the time when cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 12 }),
        fc.nat(),
        (gaps, cut) => {
          let sum = 0
          const times = [0, ...gaps].map((gap) => (sum += gap * 60_000))
          let whole: Lease | null = null
          for (const [i, ms] of times.entries()) {
            whole = i % 2 === 0 ? running(whole, new Date(ms), new Date(ms)) : stopped(whole, new Date(ms))
          }
          if (whole === null) return
          const end = new Date(times.at(-1) ?? 0)
          const middle = new Date(cut % (end.getTime() + 1))
          const parts = hoursRan(whole, new Date(0), middle) + hoursRan(whole, middle, end)
          expect(parts).toBeCloseTo(hoursRan(whole, new Date(0), end), 9)
        },
      ),
    )
  })
})
