/** When a cron expression fires in a time zone, daylight saving included. */
export interface Timetable {
  /** Throws `bad_argument` naming what is wrong with the expression (five fields) or the zone (IANA name). */
  check(cron: string, zone: string): void
  /** The times after `after`, in order, worked out as they are taken; it ends where eight years bring none. */
  times(cron: string, zone: string, after: Date): Iterable<Date>
}
