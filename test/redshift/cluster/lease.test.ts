import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClusterState } from '../../../src/core/ports/cluster.ts'
import {
  begun,
  correctedForClock,
  dueAction,
  type Lease,
  leaseSchema,
  neverBegun,
  pausedSince,
  running,
  runningSince,
  stopped,
} from '../../../src/redshift/cluster/lease.ts'

const at = (time: string): Date => new Date(`2026-11-${time}Z`)
const price = { hourlyUsd: 0.543, label: 'list price, March 2026' }
const lease: Lease = running(null, at('07T09:00:00'), at('07T17:00:00'), price)

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
    expect(dueAction(at(time), state, lease).kind).toBe(kind)
  })

  it('of a cluster that was paused: a reminder after fourteen days, never a deletion', () => {
    const asleep = stopped(lease, at('07T17:10:00'))
    expect(dueAction(at('21T17:09:59'), 'paused', asleep).kind).toBe('nothing')
    expect(dueAction(at('21T17:10:00'), 'available', asleep).kind).toBe('nothing')
    expect(dueAction(at('21T17:10:00'), 'paused', asleep)).toEqual({
      kind: 'remind',
      key: 'lease-remind:2026-11-07T17:10:00.000Z',
      pausedSince: at('07T17:10:00'),
    })
  })

  it('of a cluster that began before its clock was set back by a year: the same length from now on', () => {
    const year = 365 * 24 * 3_600_000
    const now = new Date(at('07T09:10:00').getTime() - year)
    expect(correctedForClock(lease, now)).toEqual({
      until: new Date(now.getTime() + 8 * 3_600_000).toISOString(),
      ran: [{ from: now.toISOString(), to: null, price }],
    })
    // Two minutes are the time between two looks at the clock.
    for (const time of ['07T09:00:00', '07T08:58:00']) expect(correctedForClock(lease, at(time))).toBe(lease)
    expect(correctedForClock(lease, at('07T08:57:59'))).toEqual({
      until: at('07T16:57:59').toISOString(),
      ran: [{ from: at('07T08:57:59').toISOString(), to: null, price }],
    })
    expect(correctedForClock({ ...lease, until: null }, now)?.until).toBeNull()
    expect(correctedForClock(null, now)).toBeNull()
    expect(correctedForClock(stopped(lease, at('07T10:00:00')), now)).toEqual(stopped(lease, at('07T10:00:00')))
  })

  it('of no lease: nothing', () => {
    expect(dueAction(at('07T09:00:00'), 'available', null)).toEqual({ kind: 'nothing' })
  })

  it('has one key for an occasion, and another once the lease was lengthened', () => {
    const key = (time: string, until: string) => {
      const due = dueAction(at(time), 'available', { ...lease, until: at(until).toISOString() })
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
        expect(dueAction(now, 'available', lease).kind).toBe(expected)
      }),
    )
  })
})

describe('the periods a cluster ran', () => {
  it('open and close, and tell since when it runs or is paused', () => {
    const asleep = stopped(lease, at('07T12:00:00'))
    const again = running(asleep, at('08T09:00:00'), at('08T17:00:00'), price)
    expect(again.ran.map(({ to }) => to)).toEqual(['2026-11-07T12:00:00.000Z', null])
    expect(stopped(again, at('08T12:00:00'))).toEqual({
      until: null,
      ran: [
        { from: at('07T09:00:00').toISOString(), to: at('07T12:00:00').toISOString(), price },
        { from: at('08T09:00:00').toISOString(), to: at('08T12:00:00').toISOString(), price },
      ],
    })
    expect([stopped(null, at('08T12:00:00')), neverBegun(null)]).toEqual([
      { until: null, ran: [] },
      { until: null, ran: [] },
    ])
    expect([runningSince(asleep), runningSince(null), pausedSince(null)]).toEqual([null, null, null])
    expect(runningSince(again)).toEqual(at('08T09:00:00'))
    expect(pausedSince(again)).toBeNull()
    expect(pausedSince(asleep)).toEqual(at('07T12:00:00'))
  })

  it('keep the price that held when they began, also when the lease goes on at another one', () => {
    const dearer = { hourlyUsd: 9, label: 'negotiated price' }
    expect(running(lease, at('07T10:00:00'), at('07T20:00:00'), dearer).ran).toEqual(lease.ran)
    const next = running(stopped(lease, at('07T12:00:00')), at('08T09:00:00'), at('08T17:00:00'), dearer)
    expect(next.ran.map((period) => period.price)).toEqual([price, dearer])
  })

  it('of a new cluster begin anew, without a period that was never seen to end', () => {
    expect(begun(lease, at('09T09:00:00'), at('09T17:00:00'), price)).toEqual(
      running(null, at('09T09:00:00'), at('09T17:00:00'), price),
    )
    const earlier = stopped(lease, at('07T12:00:00'))
    expect(begun(earlier, at('09T09:00:00'), at('09T17:00:00'), price).ran).toHaveLength(2)
  })

  it('that never began leave no trace', () => {
    const earlier = stopped(lease, at('07T12:00:00'))
    expect(neverBegun(begun(earlier, at('09T09:00:00'), at('09T17:00:00'), price))).toEqual(earlier)
  })
})

describe('a lease in the ledger', () => {
  it('is read back as it was written, also one of a version that kept no prices', () => {
    expect(leaseSchema.parse(JSON.parse(JSON.stringify(lease)))).toEqual(lease)
    const old = { until: null, ran: [{ from: '2026-11-07T09:00:00.000Z', to: '2026-11-07T12:00:00.000Z' }] }
    expect(leaseSchema.parse(old)).toEqual(old)
  })
})
