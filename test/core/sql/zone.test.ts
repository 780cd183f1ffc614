import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { instantAt, offsetAt, offsetSpans, wallClock, zoneName } from '../../../src/core/sql/zone.ts'
import { always } from './any-sql.ts'

const utc = (text: string): number => Date.parse(`${text}Z`)

const zones = fc.constantFrom(
  ...['UTC', 'Europe/London', 'America/Los_Angeles', 'America/St_Johns', 'Asia/Kolkata', 'Asia/Kathmandu'],
  ...['Australia/Lord_Howe', 'America/Sao_Paulo', 'Africa/Casablanca', 'Pacific/Apia', 'Pacific/Kiritimati'],
)
const instants = fc.integer({ min: utc('2005-01-01T00:00'), max: utc('2030-01-01T00:00') })

describe('zoneName', () => {
  it('knows IANA names however they are written, and keeps the one that was asked for', () => {
    expect(['UTC', 'europe/london', 'ASIA/KOLKATA', 'Asia/Kolkata', 'EST'].map(zoneName)).toEqual([
      ...['UTC', 'Europe/London', 'ASIA/KOLKATA', 'Asia/Kolkata', 'EST'],
    ])
    expect(['', 'Mars/Base', 'London', "UTC'"].map(zoneName)).toEqual([null, null, null, null])
  })
})

describe('offsetAt', () => {
  it.each([
    ['UTC', '2018-07-01T00:00', 0],
    ['Europe/London', '2018-10-28T00:59', 60],
    ['Europe/London', '2018-10-28T01:00', 0],
    ['America/St_Johns', '2018-11-30T00:00', -210],
    ['Asia/Kathmandu', '2018-11-30T00:00', 345],
    ['Pacific/Kiritimati', '2018-11-30T00:00', 840],
  ])('of %s at %s is %i minutes', (zone, at, minutes) => {
    expect(offsetAt(utc(at), zone)).toBe(minutes)
  })
})

describe('instantAt', () => {
  it.each([
    ['America/Los_Angeles', '2018-11-04T00:00', '2018-11-04T07:00'],
    ['America/Los_Angeles', '2018-11-05T00:00', '2018-11-05T08:00'],
    ['Europe/London', '2018-03-25T00:00', '2018-03-25T00:00'],
    ['Europe/London', '2018-07-01T09:30', '2018-07-01T08:30'],
    // Left out: the instant of the change.
    ['America/Sao_Paulo', '2018-11-04T00:00', '2018-11-04T03:00'],
    ['Europe/London', '2018-03-25T01:30', '2018-03-25T01:00'],
    // Repeated: the first of the two.
    ['America/Havana', '2018-11-04T00:00', '2018-11-04T04:00'],
    ['Australia/Lord_Howe', '2018-04-01T01:45', '2018-03-31T14:45'],
  ])('in %s of %s is %s', (zone, wall, instant) => {
    expect(new Date(instantAt(utc(wall), zone)).toISOString()).toBe(`${instant}:00.000Z`)
  })

  it('of midnight is the first instant that the clocks show with that day', () => {
    always(fc.tuple(zones, instants), ([zone, at]) => {
      const day = Math.floor(wallClock(at, zone).getTime() / 86_400_000) * 86_400_000
      const start = instantAt(day, zone)
      expect(start).toBeLessThanOrEqual(at)
      expect(wallClock(start, zone).getTime()).toBeGreaterThanOrEqual(day)
      expect(wallClock(start - 1, zone).getTime()).toBeLessThan(day)
    })
  })
})

describe('offsetSpans', () => {
  it('is one span where the clocks do not change, and has each change to the second', () => {
    expect(offsetSpans('UTC', 0, utc('2030-01-01T00:00'))).toEqual([{ from: 0, minutes: 0 }])
    const [from, to] = [utc('2018-01-01T00:00'), utc('2019-01-01T00:00')]
    expect(offsetSpans('Europe/London', from, to)).toEqual([
      { from, minutes: 0 },
      { from: utc('2018-03-25T01:00'), minutes: 60 },
      { from: utc('2018-10-28T01:00'), minutes: 0 },
    ])
    expect(offsetSpans('Europe/London', from, from)).toEqual([{ from, minutes: 0 }])
  })

  it('tells the offset of every instant in between', () => {
    const span = fc.tuple(
      instants,
      fc.integer({ min: 0, max: 900 * 86_400_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    always(fc.tuple(zones, span), ([zone, [from, length, part]]) => {
      const at = Math.floor(from + length * part)
      const told = offsetSpans(zone, from, from + length).findLast((candidate) => candidate.from <= at)
      expect(told?.minutes).toBe(offsetAt(at, zone))
    })
  })
})
