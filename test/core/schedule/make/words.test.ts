import { describe, expect, it } from 'vitest'
import type { ScheduleRecord } from '../../../../src/core/ports/schedules.ts'
import {
  clocksName,
  linesWords,
  offsetWords,
  scheduleWords,
  stateWord,
  timeWords,
  upcoming,
  whenWords,
} from '../../../../src/core/schedule/make/words.ts'
import { createTimetable } from '../../../../src/scheduler/timetable.ts'
import { anna, channel, today } from '../../../support/core.ts'
import { createFakeClock } from '../../../support/fake-clock.ts'
import { scheduled } from '../../../support/schedule.ts'

const summer = new Date('2026-07-01T10:05:00.000Z')
const winter = new Date('2026-12-01T10:05:00.000Z')

describe('a time of a schedule', () => {
  it.each([
    ['UTC', summer, 'Wed, 1 Jul 2026, 10:05 UTC'],
    ['Europe/London', summer, 'Wed, 1 Jul 2026, 11:05 BST (UTC+1)'],
    ['Europe/London', winter, 'Tue, 1 Dec 2026, 10:05 GMT (UTC+0)'],
    ['America/New_York', summer, 'Wed, 1 Jul 2026, 06:05 EDT (UTC−4)'],
    ['America/New_York', winter, 'Tue, 1 Dec 2026, 05:05 EST (UTC−5)'],
    ['Asia/Kolkata', winter, 'Tue, 1 Dec 2026, 15:35 IST (UTC+5:30)'],
    ['America/St_Johns', winter, 'Tue, 1 Dec 2026, 06:35 (UTC−3:30)'],
  ])('in %s at %s is told as its clocks show it', (zone, at, words) => {
    expect(timeWords(zone, at)).toBe(words)
  })

  it('names no clocks that have no name', () => {
    expect(clocksName('Asia/Kathmandu', winter)).toBe('')
    expect(timeWords('Asia/Kathmandu', winter)).toBe('Tue, 1 Dec 2026, 15:50 (UTC+5:45)')
    expect(offsetWords('Pacific/Kiritimati', winter)).toBe('UTC+14')
  })
})

describe('a schedule in words', () => {
  const schedule = scheduled({
    place: channel,
    owner: anna,
    created: today,
    lines: ['share 2 in <#C0MUSIC|music>', 'qa checks'],
    zone: 'Europe/London',
  })

  it('has its lines, its time and its place', () => {
    expect(whenWords(schedule)).toBe('daily at 03:00 (Europe/London)')
    expect(linesWords(schedule)).toBe('share 2 in #music; qa checks')
    expect(scheduleWords(schedule)).toBe('share 2 in #music; qa checks, daily at 03:00 (Europe/London) in #music')
    const states: readonly ScheduleRecord['state'][] = [
      { kind: 'active' },
      { kind: 'paused' },
      { kind: 'parked', why: '' },
    ]
    expect(states.map(stateWord)).toEqual(['active', 'paused', 'suspended'])
  })

  it('comes next at so many times', () => {
    const deps = { timetable: createTimetable(), clock: createFakeClock('2026-11-23T03:00:00.000Z') }
    const times = (cron: string, count: number) =>
      upcoming(deps, { cron, zone: 'UTC' }, count).map((time) => time.toISOString().slice(0, 16))
    expect(times('0 3 * * *', 2)).toEqual(['2026-11-24T03:00', '2026-11-25T03:00'])
    expect(times('0 3 29 2 *', 2)).toEqual(['2028-02-29T03:00', '2032-02-29T03:00'])
  })
})
