import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clockChanges } from '../../../../src/core/schedule/make/clocks.ts'
import { timeWords } from '../../../../src/core/schedule/make/words.ts'
import { createTimetable } from '../../../../src/scheduler/timetable.ts'
import { createFakeClock } from '../../../support/fake-clock.ts'
import { lengths } from '../../../support/soak.ts'

const timetable = createTimetable()

function changes(cron: string, zone: string, now = '2026-11-23T12:00:00.000Z'): readonly string[] {
  return clockChanges({ cron, zone }, { timetable, clock: createFakeClock(now) })
}

describe('changes of clocks', () => {
  it('are told by what they do to the times of a schedule against UTC', () => {
    expect(changes('0 3 * * *', 'Europe/London')).toEqual([
      'Clocks change on 28 March 2027 (BST): 03:00 in London will be 02:00 UTC.',
    ])
    expect(changes('0 3 * * *', 'Europe/London', '2027-06-01T00:00:00.000Z')).toEqual([
      'Clocks change on 31 October 2027 (GMT): 03:00 in London will be 03:00 UTC.',
    ])
    expect(changes('0 12 * * *', 'Australia/Lord_Howe')).toEqual([
      'Clocks change on 4 April 2027 (LHST): 12:00 in Lord Howe will be 01:30 UTC.',
    ])
  })

  it('are told by times that they leave out', () => {
    expect(changes('30 2 * * *', 'America/New_York')).toContain(
      'On 14 March 2027 there is no 02:30 in New York: it runs at 03:00.',
    )
    expect(changes('*/20 2 * * *', 'America/New_York')).toContain(
      'On 14 March 2027 there is no 02:00 to 03:00 in New York: what is due then runs at 03:00.',
    )
    expect(changes('*/20 * * * *', 'America/New_York').join()).not.toContain('there is no')
    expect(changes('0 0 * * *', 'Africa/Cairo')).toContain(
      'On 30 April 2027 there is no 00:00 in Cairo: it runs at 01:00.',
    )
  })

  it('are told by times that they repeat', () => {
    expect(changes('30 1 * * *', 'America/New_York')).toContain(
      'On 7 November 2027 01:30 is twice in New York: it runs once, the first time.',
    )
    expect(changes('0,30 1 * * *', 'Europe/London')).toContain(
      'On 31 October 2027 01:00 to 02:00 is twice in London: what is due then runs once, the first time.',
    )
  })

  it.each([
    ['0 3 * * *', 'UTC'],
    ['0 3 * * *', 'Asia/Kolkata'],
    // Never at a time of the year with other clocks.
    ['0 0 1 1 *', 'Europe/London'],
  ])('that mean nothing for %s in %s are not told', (cron, zone) => {
    expect(changes(cron, zone)).toEqual([])
  })

  it('that leave a time out or repeat it agree with when the schedule comes, in every zone', () => {
    const zones = fc.constantFrom(
      ...[
        'America/New_York',
        'Europe/London',
        'Australia/Lord_Howe',
        'America/St_Johns',
        'Africa/Cairo',
        'Asia/Beirut',
      ],
    )
    const minutes = fc.constantFrom(0, 15, 30, 45)
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 4 }), minutes, (zone, hour, minute) => {
        const now = new Date('2026-11-23T12:00:00.000Z')
        const shown = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
        const other: string[] = []
        for (const time of timetable.times(`${minute} ${hour} * * *`, zone, now)) {
          if (time.getTime() > now.getTime() + 366 * 86_400_000) break
          const said = timeWords(zone, time)
          if (!said.includes(` ${shown} `)) other.push(/ (\d\d:\d\d) /.exec(said)?.[1] ?? '')
        }
        const told = changes(`${minute} ${hour} * * *`, zone).flatMap(
          (line) => /it runs at (.*)\.$/.exec(line)?.[1] ?? [],
        )
        expect(told).toEqual(other)
      }),
      // Each run walks through the days of a year.
      { numRuns: lengths({ gate: 5, soak: 200 }) },
    )
  })
})

describe('a time', () => {
  it.each([
    ['UTC', '03:00 UTC'],
    ['Europe/London', '03:00 GMT (UTC+0)'],
    ['America/New_York', '22:00 EST (UTC−5)'],
    ['America/St_Johns', '23:30 (UTC−3:30)'],
    ['Asia/Kolkata', '08:30 IST (UTC+5:30)'],
    ['Asia/Tokyo', '12:00 (UTC+9)'],
  ])('is shown in %s with the offset that holds then', (zone, shown) => {
    expect(timeWords(zone, new Date('2026-11-24T03:00:00.000Z'))).toMatch(
      new RegExp(`, ${shown.replace(/[()+]/g, '\\$&')}$`),
    )
  })
})
