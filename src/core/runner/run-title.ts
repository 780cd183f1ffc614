import type { Suggestion } from '../answer.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { capitalized } from '../format.ts'
import type { RunRecord } from '../ports/runs.ts'
import type { ScheduleRecord } from '../ports/schedules.ts'
import { dateText } from '../sql/window.ts'
import { wallClock } from '../sql/zone.ts'

/** "03:00", by the clocks of a zone. */
export function clockWords(at: Date, zone: string): string {
  return wallClock(at.getTime(), zone).toISOString().slice(11, 16)
}

/** "28 Nov, 03:04", by the clocks of a zone; with the year where it is not that of `now`. */
export function dayAndClockWords(at: Date, zone: string, now: Date): string {
  const date = dateText(wallClock(at.getTime(), zone))
  const year = String(wallClock(now.getTime(), zone).getUTCFullYear())
  return `${date.endsWith(year) ? date.slice(0, -year.length - 1) : date}, ${clockWords(at, zone)}`
}

/** Which schedule ran, and for which time: "Nightly, 30 Nov, 03:00 (UTC)", "Nightly, asked for by Ada". */
export function runTitle(
  { phrase, days, zone, personal }: ScheduleRecord,
  { origin, who, retries }: RunRecord,
  now: Date,
): string {
  if (origin.kind !== 'fire') throw new Error('only an occurrence has a title')
  const name = capitalized(personal ? 'what you follow' : (days ?? phrase))
  if (retries > 0) return `${name}, continued by ${who.name}`
  if (origin.cause === 'clock') return `${name}, ${dayAndClockWords(new Date(origin.intended), zone, now)} (${zone})`
  return `${name}, run by ${who.name}`
}

/** The failure of an occurrence, or why it was cancelled, under its title. */
export function underTitle(error: OpsError, title: string, next: readonly Suggestion[] = []): OpsError {
  const what = error.code === 'cancelled' ? 'cancelled' : 'failed'
  const report = { title: `${title} · ${what}`, headline: `${title}: ${error.message}`, details: [], next, rowsOf: [] }
  return error.with({ report })
}

/** Of an occurrence that ends where its schedule cannot report it: what ended it, under its title. Of any other run and a bug: as it is. */
export async function titled(
  error: unknown,
  run: RunRecord,
  { ledger, clock }: Pick<Deps, 'ledger' | 'clock'>,
): Promise<unknown> {
  if (!(error instanceof OpsError) || error.report !== undefined || run.origin.kind !== 'fire') return error
  const schedule = await ledger.schedules.get(run.origin.schedule)
  return schedule === null ? error : underTitle(error, runTitle(schedule, run, clock.now()))
}
