import { z } from 'zod'
import type { Bill, ClusterState, LeaseAction } from '../../core/ports/cluster.ts'
import { dayMs, hourMs, minuteMs } from '../../core/span.ts'
import { hourly, type Price, priceOf, priceSchema } from '../price.ts'
import type { RedshiftSettings } from '../settings.ts'
import type { ClusterContext } from './cluster-context.ts'

/** How long a cluster may run before it is paused, unless another time is given. */
export const usualLeaseHours = 8

const warnMs = 30 * minuteMs
const remindMs = 14 * dayMs

// Leases written by an earlier version of the program know no prices: theirs is left out.
const periodSchema = z
  .object({ from: z.string(), to: z.string().nullable(), price: priceSchema.nullable().optional() })
  .readonly()

/**
 * What the bot remembers of its cluster because AWS does not report it. Times are ISO 8601 in UTC: `until` is when the cluster is
 * to be paused, null while it is; `ran` holds the times in which it ran, oldest first, the last period open (`to` is null) while it runs, each at
 * the price that held when it began, null where nobody knew it.
 */
export const leaseSchema = z.object({ until: z.string().nullable(), ran: z.array(periodSchema).readonly() }).readonly()
export type Lease = z.infer<typeof leaseSchema>

/** Where the lease is kept: one per cluster, null where there is none. It must outlive the process. */
export interface LeaseStore {
  get(): Promise<Lease | null>
  set(lease: Lease | null): Promise<void>
}

/**
 * What is due at a time: half an hour before the lease ends a warning, at its end the pause (never a deletion), and after
 * 14 days of being paused a reminder that storage is still billed.
 */
export function dueAction(now: Date, state: ClusterState, lease: Lease | null): LeaseAction {
  if (lease === null) return { kind: 'nothing' }
  const paused = pausedSince(lease)
  if (state === 'paused' && paused !== null && now.getTime() - paused.getTime() >= remindMs) {
    return { kind: 'remind', key: `lease-remind:${paused.toISOString()}`, pausedSince: paused }
  }
  if (state !== 'available' || lease.until === null) return { kind: 'nothing' }
  const until = new Date(lease.until)
  const left = until.getTime() - now.getTime()
  if (left <= 0) return { kind: 'pause', key: `lease-pause:${lease.until}`, until }
  return left <= warnMs ? { kind: 'warn', key: `lease-warn:${lease.until}`, until } : { kind: 'nothing' }
}

// Less is the time that passes between two looks at one clock.
const setBackMs = 2 * minuteMs

/**
 * The lease as it reads after the clock was set back: a cluster that is to have begun in the future began now, and runs for as long as
 * it was meant to. Otherwise a clock that was a year ahead would pay for a year.
 */
export function correctedForClock(lease: Lease | null, now: Date): Lease | null {
  const last = lease?.ran.at(-1)
  if (lease === null || last === undefined || last.to !== null) return lease
  const ahead = Date.parse(last.from) - now.getTime()
  if (ahead <= setBackMs) return lease
  const until = lease.until === null ? null : new Date(Date.parse(lease.until) - ahead).toISOString()
  return { until, ran: [...lease.ran.slice(0, -1), { ...last, from: now.toISOString() }] }
}

/** The lease of a cluster that runs from now on (or went on running, at the price it had) until the given time. */
export function running(lease: Lease | null, from: Date, until: Date, price: Price | null): Lease {
  const ran = lease?.ran ?? []
  const open = ran.at(-1)?.to === null
  return { until: until.toISOString(), ran: open ? ran : [...ran, { from: from.toISOString(), to: null, price }] }
}

/** The lease of a new cluster. Earlier periods stay for the month's bill, but for one that was never seen to end. */
export function begun(lease: Lease | null, from: Date, until: Date, price: Price | null): Lease {
  return running(neverBegun(lease), from, until, price)
}

/** The lease of a cluster that was to run, and AWS refused: what had not begun costs nothing. */
export function neverBegun(lease: Lease | null): Lease {
  return { until: null, ran: (lease?.ran ?? []).filter(({ to }) => to !== null) }
}

/** The lease of a cluster that is paused, or gone, as of `at`. */
export function stopped(lease: Lease | null, at: Date): Lease {
  const ran = (lease?.ran ?? []).map((period) => (period.to === null ? { ...period, to: at.toISOString() } : period))
  return { until: null, ran }
}

/** Since when the cluster has been paused; null while it runs. */
export function pausedSince(lease: Lease | null): Date | null {
  const to = lease?.ran.at(-1)?.to
  return typeof to === 'string' ? new Date(to) : null
}

/** Since when the cluster has been running; null while it is paused. */
export function runningSince(lease: Lease | null): Date | null {
  const last = lease?.ran.at(-1)
  return last !== undefined && last.to === null ? new Date(last.from) : null
}

/** The times between these two in which the cluster ran, as its lease remembers them, with their price. Asks nobody outside. */
export async function bill(
  { leases, settings, clock }: ClusterContext,
  from: Date,
  to: Date,
): Promise<readonly Bill[]> {
  const lease = await leases.get()
  const end = new Date(Math.min(to.getTime(), clock.now().getTime()))
  return lease === null ? [] : billOf(lease, from, end, configuredPrice(settings))
}

/** The periods of a lease between two times, an open one up to the second; `otherwise` is the price of those that have none, and of those for which none was known. */
export function billOf({ ran, until }: Lease, from: Date, to: Date, otherwise: Price | null): readonly Bill[] {
  return ran.flatMap((period): readonly Bill[] => {
    const begin = Math.max(Date.parse(period.from), from.getTime())
    const end = Math.min(period.to === null ? to.getTime() : Date.parse(period.to), to.getTime())
    if (end <= begin) return []
    const price = period.price ?? otherwise
    return [
      {
        from: new Date(begin),
        to: new Date(end),
        usd: price === null ? null : (price.hourlyUsd * (end - begin)) / hourMs,
        price: hourly(price),
        until: period.to === null && until !== null ? new Date(until) : null,
      },
    ]
  })
}

/** The price of the cluster that the configuration asks for; null where it is not known. */
export function configuredPrice(settings: RedshiftSettings): Price | null {
  return priceOf(settings.nodeType, settings.nodes, settings)
}
