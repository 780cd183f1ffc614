import fc from 'fast-check'
import { createTask } from 'node-cron'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { lengths } from '../support/soak.ts'

const timetable = createTimetable()

function times(cron: string, zone: string, after: string, count: number): readonly string[] {
  const found: string[] = []
  for (const time of timetable.times(cron, zone, new Date(after))) {
    if (found.length === count) break
    found.push(time.toISOString())
  }
  return found
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a cron expression', () => {
  it.each([
    ['* * * *', 'UTC', '"* * * *" does not have five fields. Nothing was done.'],
    ['0 0 3 * * *', 'UTC', '"0 0 3 * * *" does not have five fields. Nothing was done.'],
    ['@daily', 'UTC', '"@daily" does not have five fields. Nothing was done.'],
    ['60 * * * *', 'UTC', '60 is not a valid minute. Nothing was done.'],
    ['0 3 31 2 *', 'UTC', '31 2 is an impossible day of month for the given month'],
    ['0 3 * * foo', 'UTC', 'foo is not a valid week day. Nothing was done.'],
    ['0 3 L * *', 'UTC', 'days like L are not supported'],
    ['0 3 15W * *', 'UTC', 'days like 15W are not supported'],
    ['0 3 * * 1#2', 'UTC', 'days like 1#2 are not supported'],
    ['0 3 * * *', 'Europe/Londonn', '"Europe/Londonn" is not a time zone. Nothing was done.'],
    ['0 3 * * *', '', '"" is not a time zone. Nothing was done.'],
  ])('%j in %j is refused', (cron, zone, message) => {
    expect(() => timetable.check(cron, zone)).toThrow(message)
  })

  it('fires at its minutes, in the zone it is meant in', () => {
    expect(times('30 9 * * 1', 'Asia/Kolkata', '2026-11-20T00:00:00Z', 3)).toEqual([
      '2026-11-23T04:00:00.000Z',
      '2026-11-30T04:00:00.000Z',
      '2026-12-07T04:00:00.000Z',
    ])
    expect(times('0,0 22-2 * * fri-mon', 'UTC', '2026-11-22T23:30:00Z', 4)).toEqual([
      '2026-11-23T00:00:00.000Z',
      '2026-11-23T01:00:00.000Z',
      '2026-11-23T02:00:00.000Z',
      '2026-11-23T22:00:00.000Z',
    ])
  })

  it('takes day of month and day of week together, as node-cron does', () => {
    expect(times('0 3 13 * fri', 'UTC', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-02-13T03:00:00.000Z',
      '2026-03-13T03:00:00.000Z',
      '2026-11-13T03:00:00.000Z',
    ])
  })

  it('finds the 29th of February, eight years apart where a century has none', () => {
    expect(times('0 3 29 2 *', 'UTC', '2096-01-01T00:00:00Z', 2)).toEqual([
      '2096-02-29T03:00:00.000Z',
      '2104-02-29T03:00:00.000Z',
    ])
  })

  it('fires at the times that node-cron works out itself, away from changes of the clocks', () => {
    const number = (min: number, max: number) => fc.integer({ min, max }).map(String)
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        number(min, max),
        fc.tuple(number(min, max), number(min, max)).map((pair) => pair.join(',')),
        fc
          .tuple(number(min, max), number(min, max))
          .map(([a, b]) => (Number(a) < Number(b) ? `${a}-${b}` : `${b}-${a}`)),
        fc.integer({ min: 2, max: Math.floor((max - min) / 2) + 2 }).map((step) => `*/${step}`),
      )
    const crons = fc
      .tuple(
        field(0, 59),
        field(0, 23),
        fc.constantFrom('*', '1', '*/9', '3-20', '28'),
        fc.constantFrom('*', '12,1', '*/2'),
        field(0, 6),
      )
      .map((fields) => fields.join(' '))
    const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe')
    vi.useFakeTimers({ toFake: ['Date'] })
    fc.assert(
      fc.property(crons, zones, fc.integer({ min: 0, max: 40 * 1440 }), (cron, zone, minutes) => {
        // From 15 November to the end of January no clock of these zones changes.
        const after = new Date(Date.UTC(2026, 10, 15) + minutes * 60_000)
        vi.setSystemTime(after)
        const task = createTask(cron, () => undefined, { timezone: zone })
        try {
          void task.start()
          const until = Date.UTC(2027, 0, 31)
          const theirs = task.getNextRuns(20).filter((time) => time.getTime() < until)
          expect(times(cron, zone, after.toISOString(), theirs.length)).toEqual(
            theirs.map((time) => time.toISOString()),
          )
        } finally {
          void task.destroy()
        }
      }),
      { numRuns: lengths({ gate: 30, soak: 1000 }) },
    )
  })
})

describe('a change of the clocks', () => {
  it.each([
    [
      'New York',
      '30 2 * * *',
      'America/New_York',
      '2027-03-13T12:00:00Z',
      ['2027-03-14T07:00:00.000Z', '2027-03-15T06:30:00.000Z'],
    ],
    [
      'London',
      '30 1 * * *',
      'Europe/London',
      '2027-03-27T12:00:00Z',
      ['2027-03-28T01:00:00.000Z', '2027-03-29T00:30:00.000Z'],
    ],
    [
      'Lord Howe, by half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T12:00:00Z',
      ['2026-10-03T15:30:00.000Z', '2026-10-04T15:15:00.000Z'],
    ],
    [
      'Havana, at midnight',
      '10 0 * * *',
      'America/Havana',
      '2027-03-13T12:00:00Z',
      ['2027-03-14T05:00:00.000Z', '2027-03-15T04:10:00.000Z'],
    ],
  ])('in spring in %s: a time inside the gap comes right after it', (_city, cron, zone, after, expected) => {
    expect(times(cron, zone, after, 2)).toEqual(expected)
  })

  it('in spring brings several times inside the gap as one', () => {
    expect(times('*/20 2 * * *', 'America/New_York', '2027-03-13T12:00:00Z', 2)).toEqual([
      '2027-03-14T07:00:00.000Z',
      '2027-03-15T06:00:00.000Z',
    ])
  })

  it.each([
    [
      'New York',
      '30 1 * * *',
      'America/New_York',
      '2026-10-31T12:00:00Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    [
      'London',
      '30 1 * * *',
      'Europe/London',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'Lord Howe, by half an hour',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2027-04-03T00:00:00Z',
      ['2027-04-03T14:45:00.000Z', '2027-04-04T15:15:00.000Z'],
    ],
  ])('in autumn in %s: a time that comes twice is taken once, the first time', (_city, cron, zone, after, expected) => {
    expect(times(cron, zone, after, 2)).toEqual(expected)
  })

  it('in autumn fires nothing again when it is asked in the middle of the repeated hour', () => {
    expect(times('30 1 * * *', 'America/New_York', '2026-11-01T06:10:00Z', 1)).toEqual(['2026-11-02T06:30:00.000Z'])
  })

  it.each(['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe'])(
    'in %s loses and doubles no day of a year, whenever the bot looks',
    (zone) => {
      const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone })
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 23 }),
          fc.integer({ min: 0, max: 59 }),
          fc.nat(365 * 24 * 60),
          (hour, minute, offset) => {
            const cron = `${minute} ${hour} * * *`
            const year = times(cron, zone, '2026-06-30T12:00:00Z', 365)
            expect(year).toEqual([...new Set(year)].toSorted())
            expect(new Set(year.map((time) => dayOf.format(new Date(time)))).size).toBe(365)
            const asked = new Date(Date.parse('2026-06-30T12:00:00Z') + offset * 60_000).toISOString()
            const left = year.filter((time) => time > asked)
            expect(times(cron, zone, asked, left.length)).toEqual(left)
          },
        ),
        { numRuns: lengths({ gate: 3, soak: 100 }) },
      )
    },
  )

  it.each([
    ['UTC', 365 * 24],
    ['America/New_York', 365 * 24],
    ['Europe/London', 365 * 24],
    ['Asia/Kolkata', 365 * 24],
  ])('in %s leaves %i full hours in a year, each once', (zone, hours) => {
    const all = [...until(timetable.times('0 * * * *', zone, new Date('2026-05-31T23:59:00Z')), '2027-05-31T23:59:00Z')]
    expect(all).toHaveLength(hours)
    expect(all.every((time, i) => i === 0 || time > (all[i - 1] ?? time))).toBe(true)
  })
})

describe('a series of hours', () => {
  it.each([
    [
      '0 * * * *',
      60,
      ['UTC', 'America/New_York', 'Europe/London', 'Asia/Kolkata', 'America/Havana', 'Pacific/Chatham'],
    ],
    ['30 * * * *', 60, ['America/New_York', 'Europe/London', 'America/Havana']],
    ['*/15 * * * *', 15, ['America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Pacific/Chatham']],
    ['* * * * *', 1, ['Europe/London', 'Australia/Lord_Howe']],
  ] as const)('%s comes every %i minutes, whatever the clocks do', (cron, minutes, zones) => {
    for (const zone of zones) {
      fc.assert(
        fc.property(fc.nat(365 * 24 * 60), (offset) => {
          const after = new Date(Date.UTC(2026, 0, 1) + offset * 60_000).toISOString()
          const instants = times(cron, zone, after, 60).map((at) => Date.parse(at))
          expect(instants.slice(1).every((at, i) => at - (instants[i] ?? at) === minutes * 60_000)).toBe(true)
        }),
        {
          numRuns: 20,
          // The hours before the changes of 2026.
          examples: [
            '2026-03-08T05:30:00Z',
            '2026-11-01T04:30:00Z',
            '2026-03-28T23:30:00Z',
            '2026-10-24T23:30:00Z',
            '2026-04-04T13:30:00Z',
            '2026-10-03T14:30:00Z',
          ].map((at) => [(Date.parse(at) - Date.UTC(2026, 0, 1)) / 60_000]),
        },
      )
    }
  })

  it('of a part of the day runs through the hour that autumn repeats', () => {
    expect(times('0 0-6 * * *', 'Europe/London', '2026-10-24T12:00:00Z', 4)).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ])
  })

  it('of a part of the day passes over the hour that spring leaves out', () => {
    const afterGap = ['2026-03-29T01:00:00.000Z', '2026-03-29T02:00:00.000Z', '2026-03-29T03:00:00.000Z']
    const seen = (cron: string, count: number) => times(cron, 'Europe/London', '2026-03-28T12:00:00Z', count)
    expect(seen('0 0-6 * * *', 4)).toEqual(['2026-03-29T00:00:00.000Z', ...afterGap])
    // One that begins in the gap begins right after it.
    expect(seen('0 1-6 * * *', 3)).toEqual(afterGap)
    expect(seen('*/30 1-2 * * *', 2)).toEqual(['2026-03-29T01:00:00.000Z', '2026-03-29T01:30:00.000Z'])
  })

  it.each([
    ['0 * * * *', 23, 24, 25],
    ['*/15 * * * *', 92, 96, 100],
  ])('%s comes %i times on the day of spring, %i on others, %i on the day of autumn', (cron, spring, usual, autumn) => {
    const on = (after: string, end: string) =>
      [...until(timetable.times(cron, 'America/New_York', new Date(after)), end)].length
    expect(on('2026-03-08T04:59:00Z', '2026-03-09T03:59:00Z')).toBe(spring)
    expect(on('2026-03-09T03:59:00Z', '2026-03-10T03:59:00Z')).toBe(usual)
    expect(on('2026-11-01T03:59:00Z', '2026-11-02T04:59:00Z')).toBe(autumn)
  })

  it.each(['0 1 * * *', '0 0,1 * * *', '0 1,2 * * *', '0 */6 * * *', '30 1,7,13,19 * * *', '0 1,23 * * *'])(
    'is not %s, whose times come once in each autumn night',
    (cron) => {
      const day = [
        ...until(timetable.times(cron, 'Europe/London', new Date('2026-10-24T23:00:00Z')), '2026-10-25T23:59:00Z'),
      ]
      const wall = day.map((at) =>
        new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeStyle: 'short' }).format(at),
      )
      expect(new Set(wall).size).toBe(wall.length)
    },
  )
})

function* until(all: Iterable<Date>, end: string): Generator<Date> {
  for (const time of all) {
    if (time > new Date(end)) return
    yield time
  }
}
