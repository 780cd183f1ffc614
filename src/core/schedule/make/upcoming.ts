import type { Deps } from '../../deps.ts'

/** The next `count` times of a schedule; fewer where it fires less often than that in eight years. */
export function upcoming(
  { timetable, clock }: Deps,
  schedule: { readonly cron: string; readonly zone: string },
  count: number,
): readonly Date[] {
  const times: Date[] = []
  for (const time of timetable.times(schedule.cron, schedule.zone, clock.now())) {
    times.push(time)
    if (times.length === count) break
  }
  return times
}
