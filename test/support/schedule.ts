import type { ScheduleRecord } from '../../src/core/ports/schedules.ts'

/** A schedule of one line, daily at 03:00 UTC, with nothing special about it, unless said otherwise. */
export function scheduled(
  said: Partial<ScheduleRecord> & Pick<ScheduleRecord, 'place' | 'owner' | 'created'>,
): Omit<ScheduleRecord, 'id'> {
  return {
    lines: ['help'],
    phrase: 'daily at 03:00',
    days: 'daily',
    cron: '0 3 * * *',
    zone: 'UTC',
    condition: { kind: 'always' },
    whenPaused: 'wait',
    catchUpHours: 6,
    since: said.created,
    state: { kind: 'active' },
    approval: null,
    snoozedUntil: null,
    personal: false,
    ...said,
  }
}
