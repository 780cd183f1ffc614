import { z } from 'zod'
import type { Bill } from '../../core/ports/cluster.ts'
import type { ResultSet } from '../../core/ports/engine.ts'
import { dayMs, hourMs, minuteMs } from '../../core/span.ts'
import type { RedshiftSettings } from '../settings.ts'
import type { ServerlessContext } from './context.ts'
import { ownWorkgroup, rpuPrice } from './resources.ts'

/** A time in which the workgroup computed without a pause of a minute, and what AWS charges for it. Times are ISO 8601 in UTC. */
const periodSchema = z.object({ from: z.string(), to: z.string(), rpuSeconds: z.number() }).readonly()

/** What the ledger keeps of the use of a workgroup, oldest first. */
export const usageSchema = z.array(periodSchema).readonly()
export type RpuUsage = z.infer<typeof usageSchema>

/** Where it is kept: one list per workgroup, null where nothing is known yet. */
export interface UsageStore {
  get(): Promise<RpuUsage | null>
  set(usage: RpuUsage): Promise<void>
}

// AWS counts minutes, keeps them for seven days, and charges a minute only when its transactions have ended.
// https://docs.aws.amazon.com/redshift/latest/dg/SYS_SERVERLESS_USAGE.html
const keptByAwsMs = 7 * dayMs
const settlesWithinMs = 2 * hourMs
const mostMinutes = 7 * 24 * 60

// A bill of a year ago can still be asked for.
const keptMs = 400 * dayMs

/**
 * Reads what was used since the newest minutes that may still change, and keeps it in their place, so that reading twice counts once. Nothing to do
 * where there is no workgroup. Throws `OpsError` where AWS does not answer.
 */
export async function settleWorkgroupUsage(context: ServerlessContext): Promise<void> {
  const { usage, clock, readUsage } = context
  const workgroup = await ownWorkgroup(context)
  if (workgroup === null) return
  const kept = (await usage.get()) ?? []
  const now = clock.now().getTime()
  // Counted from the newest minute that is kept: what AWS charged after the last look is read whenever the next one is.
  const known = Math.min(now, Date.parse(kept.at(-1)?.to ?? clock.now().toISOString()))
  const unsettled = new Date(known - settlesWithinMs).toISOString()
  const crossing = kept.find(({ to }) => to > unsettled)
  // The first minute that AWS still has whole.
  const earliest = new Date(Math.ceil((now - keptByAwsMs) / minuteMs) * minuteMs).toISOString()
  const wanted =
    kept.length === 0 ? earliest : crossing !== undefined && crossing.from < unsettled ? crossing.from : unsettled
  // Of a workgroup before this one AWS knows nothing any more; what is kept of it stays.
  const minute = Math.floor((workgroup.creationDate?.getTime() ?? 0) / minuteMs) * minuteMs
  const created = kept.length === 0 ? earliest : new Date(minute).toISOString()
  const since = [wanted, earliest, created].toSorted().at(-1) ?? wanted
  // Of a period that goes back further than AWS does, the part before that is known here alone.
  const before = periodsBetween(kept, new Date(now - keptMs), new Date(since)).map(
    ({ from, to, rpuSeconds }): RpuUsage[number] => ({ from: from.toISOString(), to: to.toISOString(), rpuSeconds }),
  )
  await usage.set(joined([...before, ...(await readUsage(since))]))
}

/** The statement that reads the minutes since a time; `since` is ours, never a person's. */
export function usageSince(since: string): { readonly sql: string; readonly maxRows: number } {
  const at = since.replace('T', ' ').replace(/(\.\d+)?Z$/, '')
  return {
    sql: `select start_time, end_time, charged_seconds from sys_serverless_usage where charged_seconds > 0 and start_time >= '${at}' order by start_time`,
    maxRows: mostMinutes,
  }
}

const rowSchema = z.tuple([z.string(), z.string(), z.coerce.number()])

/** The answer to it. */
export function usageIn({ rows }: ResultSet): RpuUsage {
  return rows.map((row) => {
    const [from, to, rpuSeconds] = rowSchema.parse(row)
    return { from, to, rpuSeconds }
  })
}

/** Minutes that follow each other, as one period. */
function joined(minutes: RpuUsage): RpuUsage {
  const periods: { from: string; to: string; rpuSeconds: number }[] = []
  for (const { from, to, rpuSeconds } of minutes) {
    const last = periods.at(-1)
    if (last !== undefined && from <= last.to) {
      last.to = to
      last.rpuSeconds += rpuSeconds
    } else periods.push({ from, to, rpuSeconds })
  }
  return periods
}

/** RPU-hours between two times; of a period that one of them cuts, its share by time. */
export function rpuHours(usage: RpuUsage, from: Date, to: Date): number {
  return periodsBetween(usage, from, to).reduce((sum, { rpuSeconds }) => sum + rpuSeconds, 0) / 3600
}

/** The times between these two in which the workgroup computed, at the configured price. Asks nobody outside. */
export function billOfUsage(usage: RpuUsage, settings: RedshiftSettings, from: Date, to: Date): readonly Bill[] {
  const { rpuHourUsd } = settings.serverless
  return periodsBetween(usage, from, to).map((period) => ({
    from: period.from,
    to: period.to,
    usd: rpuHourUsd === null ? null : (period.rpuSeconds / 3600) * rpuHourUsd,
    price: rpuPrice(settings),
    until: null,
  }))
}

function periodsBetween(usage: RpuUsage, from: Date, to: Date) {
  return usage.flatMap((period) => {
    const [begin, end] = [Date.parse(period.from), Date.parse(period.to)]
    const [first, last] = [Math.max(begin, from.getTime()), Math.min(end, to.getTime())]
    if (last <= first) return []
    return [
      { from: new Date(first), to: new Date(last), rpuSeconds: (period.rpuSeconds * (last - first)) / (end - begin) },
    ]
  })
}
