import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../../src/core/ports/runs.ts'
import type { ScheduleRecord } from '../../../src/core/ports/schedules.ts'
import { clockWords, dayAndClockWords, runTitle } from '../../../src/core/runner/run-title.ts'
import { anna, bob, channel, today } from '../../support/core.ts'
import { runRecord } from '../../support/run.ts'
import { scheduled } from '../../support/schedule.ts'

const zone = 'America/New_York'
const schedule: ScheduleRecord = { id: 3, ...scheduled({ place: channel, owner: anna, created: today, zone }) }
const due = new Date('2026-11-24T08:00:00.000Z')
const fire = { kind: 'fire', schedule: 3, intended: due.toISOString(), cause: 'clock' } as const
const night = (said: Partial<RunRecord> = {}): RunRecord =>
  runRecord({ origin: fire, started: due.toISOString(), ...said })

describe('times of a schedule', () => {
  it('are told by the clocks of its zone, with the year where it is another one there', () => {
    const newYear = new Date('2027-01-01T04:30:00.000Z')
    expect(clockWords(newYear, zone)).toBe('23:30')
    expect(dayAndClockWords(newYear, zone, due)).toBe('31 Dec, 23:30')
    expect(dayAndClockWords(newYear, 'UTC', due)).toBe('1 Jan 2027, 04:30')
    expect(dayAndClockWords(due, zone, newYear)).toBe('24 Nov, 03:00')
    expect(dayAndClockWords(due, 'UTC', newYear)).toBe('24 Nov 2026, 08:00')
  })
})

describe('the title of an occurrence', () => {
  it('says which schedule it is and of which time, who wants it now, and who has it continued', () => {
    expect(runTitle(schedule, night(), due)).toBe('Daily, 24 Nov, 03:00 (America/New_York)')
    expect(runTitle({ ...schedule, phrase: 'every 6h from 01:30', days: 'every 6h' }, night(), due)).toMatch(
      /^Every 6h, 24 Nov/,
    )
    expect(runTitle(schedule, night({ origin: { ...fire, cause: 'asked' }, who: bob }), due)).toBe('Daily, run by Bob')
    expect(runTitle(schedule, night({ retries: 1, who: bob }), due)).toBe('Daily, continued by Bob')
    expect(() => runTitle(schedule, runRecord(), due)).toThrow('only an occurrence')
  })
})
