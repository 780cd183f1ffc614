import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadFacts, LoadMove, LoadRecord } from '../../../src/core/ports/loads.ts'
import { wallClock } from '../../../src/core/sql/zone.ts'
import { deadlines, heldSince, holdsDay, localDay, sourceUntil } from '../../../src/core/watch/freshness/days.ts'
import { createTimetable } from '../../../src/scheduler/timetable.ts'
import { lengths } from '../../support/soak.ts'

const timetable = createTimetable()
const minuteMs = 60_000
const hourMs = 3_600_000
const at = (text: string): number => Date.parse(`${text}Z`)
const iso = (instant: number): string => new Date(instant).toISOString()

function load(id: number, said: { started: number; published: number } & LoadFacts): LoadRecord {
  const { started, published, ...facts } = said
  return { id, state: 'live', started: iso(started), published: iso(published), facts }
}

function due(time: string, zone: string, after: string) {
  for (const one of deadlines({ time, zone }, new Date(at(after)), timetable)) {
    return { deadline: one.deadline.toISOString(), ...one.day, from: iso(one.day.from), until: iso(one.day.until) }
  }
  return null
}

describe('a deadline', () => {
  it.each([
    // The day before, by the clocks of the zone.
    ['06:00', 'UTC', '2018-11-30T06:00', '2018-12-01T06:00', '2018-11-30', '2018-11-30T00:00', '2018-12-01T00:00'],
    [
      '06:00',
      'Asia/Tokyo',
      '2018-11-30T00:00',
      '2018-11-30T21:00',
      '2018-11-30',
      '2018-11-29T15:00',
      '2018-11-30T15:00',
    ],
    [
      '18:00',
      'America/Los_Angeles',
      '2018-12-01T00:00',
      '2018-12-01T02:00',
      '2018-11-29',
      '2018-11-29T08:00',
      '2018-11-30T08:00',
    ],
    // In the gap of spring it comes right after it; in the hour that autumn repeats the first time.
    [
      '01:30',
      'Europe/London',
      '2018-03-24T12:00',
      '2018-03-25T01:00',
      '2018-03-24',
      '2018-03-24T00:00',
      '2018-03-25T00:00',
    ],
    [
      '01:30',
      'Europe/London',
      '2018-10-27T12:00',
      '2018-10-28T00:30',
      '2018-10-27',
      '2018-10-26T23:00',
      '2018-10-27T23:00',
    ],
    // The day of a change is 23 or 25 hours long.
    [
      '06:00',
      'Europe/London',
      '2018-03-25T12:00',
      '2018-03-26T05:00',
      '2018-03-25',
      '2018-03-25T00:00',
      '2018-03-25T23:00',
    ],
    [
      '06:00',
      'Europe/London',
      '2018-10-28T12:00',
      '2018-10-29T06:00',
      '2018-10-28',
      '2018-10-27T23:00',
      '2018-10-29T00:00',
    ],
    // Midnight itself is left out.
    [
      '06:00',
      'America/Sao_Paulo',
      '2018-11-04T12:00',
      '2018-11-05T08:00',
      '2018-11-04',
      '2018-11-04T03:00',
      '2018-11-05T02:00',
    ],
  ])('at %s in %s after %s', (time, zone, after, deadline, day, from, until) => {
    expect(due(time, zone, after)).toEqual({
      deadline: `${deadline}:00.000Z`,
      day,
      from: `${from}:00.000Z`,
      until: `${until}:00.000Z`,
    })
  })
})

describe('a load holds a day', () => {
  const day = localDay('2018-11-30', 'UTC')
  const full = { started: at('2018-12-01T03:00'), published: at('2018-12-01T03:04') }
  const held = (said: Parameters<typeof load>[1], zone = 'UTC', of = day): boolean => holdsDay(load(1, said), of, zone)

  it('where its newest event is of a later day, or a log file is named after the day and the day was over', () => {
    expect(held({ ...full, dataUntil: '2018-12-01T00:00:00.000Z' })).toBe(true)
    expect(held({ ...full, dataUntil: '2018-11-30T21:59:00.000Z', filesUntil: '2018-12-01T00:00:00.000Z' })).toBe(true)
    expect(held({ ...full, dataUntil: '2018-11-29T21:59:00.000Z', filesUntil: '2018-11-30T00:00:00.000Z' })).toBe(false)
  })

  it('that has no event, where a log file is named after it; otherwise its source is late', () => {
    const empty = { ...full, dataUntil: '2018-11-29T21:59:00.000Z' }
    expect(held({ ...empty, filesUntil: '2018-12-01T00:00:00.000Z' })).toBe(true)
    expect(held({ ...empty, filesUntil: null })).toBe(false)
    expect(held({ ...full, dataUntil: null, filesUntil: '2018-12-01T00:00:00.000Z' })).toBe(true)
    expect(held({ ...full, dataUntil: null, filesUntil: null })).toBe(false)
  })

  it('not where it began before the day was over and has nothing of the next one', () => {
    const early = { started: at('2018-11-30T23:59'), published: at('2018-12-01T00:10') }
    expect(held({ ...early, dataUntil: '2018-11-30T23:58:00.000Z', filesUntil: '2018-12-01T00:00:00.000Z' })).toBe(
      false,
    )
    expect(held({ ...early, dataUntil: '2018-12-01T00:00:01.000Z' })).toBe(true)
  })

  it('not where it was published before the day was over, whatever its events are dated', () => {
    const dated = { started: at('2018-11-30T12:00'), published: at('2018-11-30T12:04') }
    expect(held({ ...dated, dataUntil: '2018-12-01T09:00:00.000Z' })).toBe(false)
  })

  it('by the newest event that is not dated far ahead', () => {
    const ahead = { ...full, dataUntil: '2019-06-01T00:00:00.000Z', anchor: '2018-11-29T20:00:00.000Z' }
    expect(held({ ...ahead, filesUntil: null })).toBe(false)
  })

  it('by the day of its newest event where no file name gives a day', () => {
    expect(held({ ...full, dataUntil: '2018-11-30T14:00:00.000Z' })).toBe(true)
    expect(iso(sourceUntil(load(1, { ...full, dataUntil: '2018-11-30T14:00:00.000Z' }), 'UTC') ?? 0)).toBe(
      '2018-12-01T00:00:00.000Z',
    )
  })

  it('west of UTC only once the file of the next day (UTC) is there, which has its evening', () => {
    const zone = 'America/Los_Angeles'
    const west = localDay('2018-11-30', zone)
    const morning = { started: at('2018-12-01T14:00'), published: at('2018-12-01T14:04') }
    const dataUntil = '2018-11-30T23:59:00.000Z'
    expect(held({ ...morning, dataUntil, filesUntil: '2018-12-01T00:00:00.000Z' }, zone, west)).toBe(false)
    expect(held({ ...morning, dataUntil, filesUntil: '2018-12-02T00:00:00.000Z' }, zone, west)).toBe(true)
  })
})

const zones = fc.constantFrom(
  ...['UTC', 'Europe/London', 'America/New_York', 'America/Los_Angeles', 'Asia/Kolkata', 'Australia/Lord_Howe'],
  ...['America/Sao_Paulo', 'America/Havana', 'Pacific/Auckland', 'Pacific/Kiritimati'],
)
// Half of the days are days around a change of the clocks somewhere.
const days = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }).map((n) => iso(at('2012-01-05T00:00') + n * 24 * hourMs).slice(0, 10)),
  fc.constantFrom(
    '2018-03-10',
    '2018-03-11',
    '2018-03-24',
    '2018-03-25',
    '2018-10-27',
    '2018-10-28',
    '2018-11-03',
    '2018-11-04',
  ),
)
const minutes = (max: number) => fc.integer({ min: 0, max })

/** The same, minute by minute, by the clocks alone. */
function reference(day: string, time: string, zone: string, moves: readonly LoadMove[]) {
  const begin = at(`${day}T00:00`) - 16 * hourMs
  const clocks = Array.from({ length: 4 * 24 * 60 }, (_, n) => {
    const instant = begin + n * minuteMs
    return { instant, wall: wallClock(instant, zone).toISOString() }
  })
  const instants = clocks.map(({ instant }) => instant)
  const next = iso(at(`${day}T00:00`) + 24 * hourMs).slice(0, 10)
  const first = (text: string): number => clocks.find(({ wall }) => wall >= `${text}:00.000Z`)?.instant ?? Number.NaN
  const [until, deadline] = [first(`${next}T00:00`), first(`${next}T${time}`)]
  const ofDay = clocks.filter(({ wall }) => wall.startsWith(day))
  const holders = new Set(
    moves.flatMap(({ load: record }) => {
      if (record === null || Date.parse(record.published ?? '') < until) return []
      const { dataUntil, filesUntil } = record.facts
      const newest = Date.parse(dataUntil ?? '')
      const lastDay = wallClock(newest, zone).toISOString().slice(0, 10)
      const isWhole = ofDay.every(({ instant, wall }) => {
        const end = instant + minuteMs
        const isNamed = filesUntil == null ? wall.slice(0, 10) <= lastDay : end <= Date.parse(filesUntil)
        return end <= newest || (isNamed && end <= Date.parse(record.started))
      })
      return isWhole ? [record.id] : []
    }),
  )
  const isHeld = (instant: number): boolean =>
    holders.has(moves.findLast((move) => Date.parse(move.at) <= instant)?.load?.id ?? 0)
  const atDeadline = isHeld(deadline)
  const before = atDeadline ? instants.filter((instant) => instant <= deadline && !isHeld(instant)).at(-1) : undefined
  const met = atDeadline
    ? (before ?? deadline) + minuteMs
    : (instants.find((instant) => instant > deadline && isHeld(instant)) ?? null)
  return { until, deadline, met }
}

describe('the judgement of a day', () => {
  it('is that of who looks at the clock and at the live load in every minute', () => {
    const stories = fc.record({
      zone: zones,
      day: days,
      hour: fc.integer({ min: 3, max: 20 }),
      loads: fc.array(
        fc.record({
          started: minutes(60 * 60),
          takes: fc.integer({ min: 1, max: 90 }),
          newest: fc.integer({ min: -40 * 60, max: 40 * 60 }),
          files: fc.option(fc.integer({ min: -1, max: 2 })),
          back: fc.boolean(),
        }),
        { maxLength: 6 },
      ),
    })
    const property = fc.property(stories, ({ zone, day, hour, loads }) => {
      const time = `${String(hour).padStart(2, '0')}:30`
      const midnight = at(`${day}T00:00`)
      const records: LoadRecord[] = []
      const moves = loads
        .toSorted((a, b) => a.started + a.takes - b.started - b.takes)
        .map(({ started, takes, newest, files, back }, n): LoadMove => {
          const begun = midnight - 12 * hourMs + started * minuteMs
          const published = begun + takes * minuteMs
          const earlier = records.at(-1)
          if (back && earlier !== undefined) return { at: iso(published), load: earlier }
          const record = load(n + 1, {
            started: begun,
            published,
            dataUntil: iso(Math.min(midnight + 24 * hourMs + newest * minuteMs, begun)),
            filesUntil: files === null ? null : iso(midnight + files * 24 * hourMs),
          })
          records.push(record)
          return { at: iso(published), load: record }
        })
      const expected = reference(day, time, zone, moves)
      const here = localDay(day, zone)
      const [one] = deadlines({ time, zone }, new Date(expected.deadline - 1), timetable)
      expect(here.until).toBe(expected.until)
      expect(one?.deadline.getTime()).toBe(expected.deadline)
      expect(one?.day.day).toBe(day)
      const { met } = heldSince({ deadline: new Date(expected.deadline), day: here }, zone, moves)
      const inTime = (time: number | null): boolean => time !== null && time <= expected.deadline
      expect(inTime(met === null ? null : Date.parse(met))).toBe(inTime(expected.met))
      expect(met === null ? null : Date.parse(met)).toBe(expected.met)
    })
    void fc.assert(property, { numRuns: lengths({ gate: 25, soak: 2_000 }) })
  })

  it('counts a load that is published exactly at the deadline, and not one a millisecond later', () => {
    const [one] = deadlines({ time: '06:00', zone: 'UTC' }, new Date(at('2018-12-01T00:00')), timetable)
    if (one === undefined) throw new Error('no deadline')
    const published = (moment: number) => {
      const record = load(1, { started: moment - hourMs, published: moment, filesUntil: '2018-12-01T00:00:00.000Z' })
      return heldSince(one, 'UTC', [{ at: iso(moment), load: record }]).met
    }
    expect(published(at('2018-12-01T06:00'))).toBe('2018-12-01T06:00:00.000Z')
    expect(published(at('2018-12-01T06:00') + 1)).toBe('2018-12-01T06:00:00.001Z')
  })
})
