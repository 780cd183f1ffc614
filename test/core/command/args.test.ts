import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  argMeta,
  choice,
  flag,
  integer,
  optionalChannel,
  optionalChoice,
  optionalDate,
  optionalHours,
  optionalId,
  optionalInteger,
  optionalMonth,
  optionalPeriod,
  optionalSince,
  optionalText,
  optionalTime,
  optionalZone,
  sinceTime,
} from '../../../src/core/command/args.ts'

const about = 'a test'
const bounds = { about, min: 1, max: 1_000 }

/** Each argument, what is read of what was typed, and what is not read. `absent` is what holds where nothing was. */
const kinds: readonly (readonly [
  title: string,
  schema: z.ZodType,
  absent: unknown,
  read: Readonly<Record<string, unknown>>,
  refused: readonly string[],
])[] = [
  [
    'a whole number',
    integer({ ...bounds, fallback: 10 }),
    10,
    { '1': 1, '1000': 1_000, '1,000': 1_000, '1_000': 1_000, '+5': 5, '007': 7 },
    ['0', '1001', '-5', '1,00', '1,0000', '5.5', '1e3', 'ten', '', '#5', '9'.repeat(16)],
  ],
  [
    'a whole number below nothing',
    integer({ about, min: -5, max: 5, fallback: 0 }),
    0,
    { '-5': -5, '5': 5 },
    ['-6', '6'],
  ],
  [
    'a whole number that may be left out',
    optionalInteger(bounds),
    undefined,
    { '1': 1, '1000': 1_000, '+12': 12 },
    ['0', '1001', '1,000', '-1', '#12', ''],
  ],
  [
    'the number of a run or a schedule',
    optionalId({ about }),
    undefined,
    { '1': 1, '1000000000': 1_000_000_000, '#12': 12, '+12': 12 },
    ['0', '1,000', '-1', '12#', '', '##1', '1234567890123456'],
  ],
  [
    'one of a few words',
    choice({ about, values: ['any', 'free'], fallback: 'any' }),
    'any',
    { FREE: 'free' },
    ['', 'fre'],
  ],
  [
    'one of a few words that may be left out',
    optionalChoice({ about, values: ['any', 'free'] }),
    undefined,
    { Any: 'any' },
    ['both'],
  ],
  [
    'a yes or no',
    flag({ about, fallback: true }),
    true,
    { yes: true, TRUE: true, on: true, '1': true, no: false, False: false, off: false, '0': false },
    ['', 'maybe', '2', 'y'],
  ],
  [
    'a day',
    optionalDate({ about }),
    undefined,
    { '2018-11-30': '2018-11-30', '2020-02-29': '2020-02-29' },
    ['2018-02-29', '2018-13-01', '18-11-30', 'today'],
  ],
  [
    'a month',
    optionalMonth({ about }),
    undefined,
    { '2026-01': '2026-01', '2026-12': '2026-12' },
    ['2026-00', '2026-13', '2026-1', '2026-11-01', 'x2026-11'],
  ],
  [
    'a period',
    optionalPeriod({ about }),
    undefined,
    { '24H': '24h', '7d': '7d', '9999w': '9999w', 'Whole-Day': 'whole-day' },
    ['10000d', '0d', '7', '5m', 'whole-days'],
  ],
  [
    'a duration',
    optionalHours({ about, max: 48 }),
    undefined,
    { '30m': 0.5, '8h': 8, '2d': 48, '8': 8 },
    ['49h', '3d', '2881m', '0h', '1w', 'long'],
  ],
  [
    'a time to begin from',
    optionalSince({ about }),
    undefined,
    { '2018-11-30': '2018-11-30', '15m': '15m', '4w': '4w' },
    ['2018-11-31', '7', '0m', '1y'],
  ],
  [
    'a text',
    optionalText({ about, maxLength: 3, accepts: 'a text' }),
    undefined,
    { abc: 'abc', ' ': ' ' },
    ['', 'abcd'],
  ],
  [
    'a channel',
    optionalChannel({ about }),
    undefined,
    { '<#C024BE91L|music>': { channel: 'C024BE91L', channelName: 'music' } },
    ['music', ''],
  ],
  [
    'a time of day',
    optionalTime({ about }),
    undefined,
    { '00:00': '00:00', '23:59': '23:59', '7:30': '07:30', '6am': '06:00', '12PM': '12:00', '18': '18:00' },
    ['24:00', '07:60', '13pm', '0am', 'noon', ''],
  ],
  [
    'a time zone',
    optionalZone({ about }),
    undefined,
    { 'europe/london': 'Europe/London', UTC: 'UTC' },
    ['London', '', 'Mars/Base'],
  ],
]

describe('an argument', () => {
  it.each(kinds)('that is %s', (_, schema, absent, read, refused) => {
    expect(schema.parse(undefined)).toEqual(absent)
    for (const [typed, value] of Object.entries(read)) expect([typed, schema.parse(typed)]).toEqual([typed, value])
    for (const typed of refused) expect([typed, schema.safeParse(typed).success]).toEqual([typed, false])
  })

  it('names what it takes, as help, forms and errors show it', () => {
    const metaOf = (schema: z.ZodType) => argMeta.get(schema)
    expect(metaOf(integer({ ...bounds, fallback: 10 }))).toEqual({
      about,
      accepts: 'a whole number from 1 to 1,000',
      bare: true,
      rest: false,
      looks: 'number',
      fallback: '10',
    })
    expect(metaOf(flag({ about, fallback: false }))).toMatchObject({
      bare: false,
      values: ['yes', 'no'],
      fallback: 'no',
    })
    expect(
      metaOf(optionalHours({ about, max: 1_000, label: 'How long', form: 'required', bare: false })),
    ).toMatchObject({
      accepts: '30m, 8h or 2d, at most 1,000h',
      label: 'How long',
      form: 'required',
      bare: false,
    })
    expect(metaOf(optionalZone({ about, usual: 'yours' }))).toMatchObject({ fallback: 'yours', kind: 'zone' })
    expect(metaOf(optionalZone({ about }))).not.toHaveProperty('kind')
  })

  it('that is a time to begin from is the beginning of that day, or so long before now', () => {
    const now = new Date('2026-11-23T12:00:00.000Z')
    expect(['2018-11-30', '15m', '24h', '7d', '1w'].map((typed) => sinceTime(typed, now))).toEqual([
      '2018-11-30T00:00:00.000Z',
      '2026-11-23T11:45:00.000Z',
      '2026-11-22T12:00:00.000Z',
      '2026-11-16T12:00:00.000Z',
      '2026-11-16T12:00:00.000Z',
    ])
  })
})
