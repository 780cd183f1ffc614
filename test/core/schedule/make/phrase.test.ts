import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenize } from '../../../../src/core/command/line.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import { cutLines, readPhrase, readWhen } from '../../../../src/core/schedule/make/when.ts'
import { createTimetable } from '../../../../src/scheduler/timetable.ts'
import { lengths } from '../../../support/soak.ts'

const say = (words: string) => readPhrase(tokenize(words).map(({ text }) => text))

describe('the time of a schedule', () => {
  it.each([
    ['daily at 03:00', 'daily at 03:00', '0 3 * * *'],
    ['Daily At 3:00', 'daily at 03:00', '0 3 * * *'],
    ['daily 03:00', 'daily at 03:00', '0 3 * * *'],
    ['nightly at 23.30', 'nightly at 23:30', '30 23 * * *'],
    ['daily at 7am', 'daily at 07:00', '0 7 * * *'],
    ['daily at 12am', 'daily at 00:00', '0 0 * * *'],
    ['daily at 12pm', 'daily at 12:00', '0 12 * * *'],
    ['daily at 7:45pm', 'daily at 19:45', '45 19 * * *'],
    ['daily at 7', 'daily at 07:00', '0 7 * * *'],
    ['weekdays at 07:30', 'weekdays at 07:30', '30 7 * * 1-5'],
    ['weekends at 9', 'weekends at 09:00', '0 9 * * 0,6'],
    ['mondays at 9:00', 'mondays at 09:00', '0 9 * * 1'],
    ['on mondays at 9', 'mondays at 09:00', '0 9 * * 1'],
    ['monday at 9:00', 'monday at 09:00', '0 9 * * 1'],
    ['mondays,thursdays at 9:00', 'mondays,thursdays at 09:00', '0 9 * * 1,4'],
    ['every day at 03:00', 'daily at 03:00', '0 3 * * *'],
    ['every weekday at 07:30', 'weekdays at 07:30', '30 7 * * 1-5'],
    ['every monday at 9', 'mondays at 09:00', '0 9 * * 1'],
    ['at 07:00 daily', 'daily at 07:00', '0 7 * * *'],
    ['7am weekdays', 'weekdays at 07:00', '0 7 * * 1-5'],
    ['at 9 on mondays', 'mondays at 09:00', '0 9 * * 1'],
    ['at 03:00 every day', 'daily at 03:00', '0 3 * * *'],
    ['at 7:30 every 6 hours', 'every 6h from 01:30', '30 1-23/6 * * *'],
    ['at 0:20 hourly', 'hourly from 00:20', '20 */1 * * *'],
    ['every 6h', 'every 6h', '0 */6 * * *'],
    ['every 6 h', 'every 6h', '0 */6 * * *'],
    ['every 12 hours', 'every 12h', '0 */12 * * *'],
    ['every 1h', 'every 1h', '0 */1 * * *'],
    ['every 24h', 'every 24h', '0 0 * * *'],
    ['every hour', 'every 1h', '0 */1 * * *'],
    ['every 06h from 7:30', 'every 6h from 01:30', '30 1-23/6 * * *'],
    ['every 8 hours at 8', 'every 8h', '0 */8 * * *'],
    ['every 24h from 03:15', 'every 24h from 03:15', '15 3 * * *'],
    ['hourly', 'hourly', '0 */1 * * *'],
    ['hourly at 0:20', 'hourly from 00:20', '20 */1 * * *'],
    ['cron 0 3 * * *', 'cron 0 3 * * *', '0 3 * * *'],
    ['"daily at 03:00"', 'daily at 03:00', '0 3 * * *'],
    ['cron "0 3 * * *"', 'cron 0 3 * * *', '0 3 * * *'],
    ['"0 3 * * *"', 'cron 0 3 * * *', '0 3 * * *'],
    ['0 3 * * *', 'cron 0 3 * * *', '0 3 * * *'],
    ['*/15 7-19 * * mon-fri', 'cron */15 7-19 * * mon-fri', '*/15 7-19 * * mon-fri'],
  ])('%j is %j', (typed, phrase, cron) => {
    expect(say(typed)).toMatchObject({ phrase, cron, channel: null })
  })

  it.each([
    ['', 'When should it run? Nothing was done.'],
    ['in #music', 'When should it run? Nothing was done.'],
    ['soon', 'schedule does not understand "soon". Nothing was done.'],
    ['at 04:00', 'On which days? Nothing was done.'],
    ['4am', 'On which days? Nothing was done.'],
    ['at', 'At what time? Nothing was done.'],
    ['at noon daily', '"noon" is not a time. Nothing was done.'],
    ['at 25:00 daily', '"25:00" is not a time. Nothing was done.'],
    ['at 04:00 soon', 'schedule does not understand "soon". Nothing was done.'],
    ['at 04:00 daily sharp', 'schedule does not understand "sharp". Nothing was done.'],
    ['daily', 'At what time? Nothing was done.'],
    ['daily at', 'At what time? Nothing was done.'],
    ['daily at 24:00', '"24:00" is not a time. Nothing was done.'],
    ['daily at 3:60', '"3:60" is not a time. Nothing was done.'],
    ['daily at 13pm', '"13pm" is not a time. Nothing was done.'],
    ['daily at 0am', '"0am" is not a time. Nothing was done.'],
    ['daily at noon', '"noon" is not a time. Nothing was done.'],
    ['daily at 03:00 sharp', 'schedule does not understand "sharp". Nothing was done.'],
    ['daily at 9 <#C0MUSIC|music>', 'schedule does not understand "#music". Nothing was done.'],
    ['moondays at 9', 'schedule does not understand "moondays". Nothing was done.'],
    ['mondays,,tuesdays at 9', 'schedule does not understand "mondays,,tuesdays". Nothing was done.'],
    ['every', '"every" does not divide a day into equal parts. Nothing was done.'],
    ['every 15m', '"every 15m" does not divide a day into equal parts. Nothing was done.'],
    ['every 5h', '"every 5h" does not divide a day into equal parts. Nothing was done.'],
    ['every 0h', '"every 0h" does not divide a day into equal parts. Nothing was done.'],
    ['every 48h', '"every 48h" does not divide a day into equal parts. Nothing was done.'],
    ['every 6h sharp', 'schedule does not understand "sharp". Nothing was done.'],
    ['every 6h from', 'At what time? Nothing was done.'],
    ['every 6h from 7 sharp', 'schedule does not understand "sharp". Nothing was done.'],
    ['hourly sharp', 'schedule does not understand "sharp". Nothing was done.'],
    ['go to the shop now', 'schedule does not understand "go". Nothing was done.'],
  ])('%j is refused: %s', (typed, message) => {
    expect(() => say(typed)).toThrow(message)
  })
})

describe('the channel of a schedule', () => {
  it.each([
    ['daily at 3 in #music', '#music'],
    ['daily at 3 in <#C024BE91L|music>', 'C024BE91L'],
    ['daily at 3 IN C024BE91L', 'C024BE91L'],
    ['in #music daily at 3', '#music'],
    ['at 07:00 in #music daily', '#music'],
    ['daily at 3 in U024BE91L', 'U024BE91L'],
    ['daily at 3 in W024BE91L', 'W024BE91L'],
    ['0 3 * * * in #müsik_2', '#müsik_2'],
  ])('of %j is %j', (typed, channel) => {
    expect(say(typed).channel?.channel ?? null).toBe(channel)
  })

  it.each([
    ['daily at 3 in', '"" is not a channel. Nothing was done.'],
    ['daily at 3 in music', '"music" is not a channel. Nothing was done.'],
    ['daily at 3 in <@U024BE7LH>', '"<@U024BE7LH>" is not a channel. Nothing was done.'],
    ['daily at 3 in #music please', 'schedule does not understand "please". Nothing was done.'],
  ])('is refused in %j: %s', (typed, message) => {
    expect(() => say(typed)).toThrow(message)
  })
})

describe('the lines of a schedule', () => {
  it.each([
    ['"top songs 10" daily at 3', 'top songs 10', 'daily at 3'],
    ['top songs 10 mondays,fridays at 3', 'top songs 10', 'mondays,fridays at 3'],
    ['top songs 10 in #music daily at 3', 'top songs 10', 'in #music daily at 3'],
    ['top songs 10 0 3 * * *', 'top songs 10', '0 3 * * *'],
    ['etl 0 3 * * mon in #music', 'etl', '0 3 * * mon in #music'],
    ['etl; qa every 6h', 'etl; qa', 'every 6h'],
    ['etl soon', 'etl', 'soon'],
    ['at 04:00', '', 'at 04:00'],
    ['"top songs 3" at 07:00 daily', 'top songs 3', 'at 07:00 daily'],
    ['top songs 3 at 7am on mondays in #music', 'top songs 3', 'at 7am on mondays in #music'],
    ['top songs 3 07:00 on mondays in #music', 'top songs 3', '07:00 on mondays in #music'],
    ['top songs 3 07:00 daily', 'top songs 3', '07:00 daily'],
    ['top songs 3 daily at 7', 'top songs 3', 'daily at 7'],
    ['etl; qa checks; pulse', 'etl; qa checks; pulse', ''],
    ['etl', 'etl', ''],
    ['daily at 3', '', 'daily at 3'],
    ['', '', ''],
  ])('of %j are %j', (typed, lines, when) => {
    const cut = cutLines(tokenize(typed).map(({ text }) => text))
    expect([cut.lines, cut.when.join(' ')]).toEqual([lines, when])
  })
})

describe('any words about time', () => {
  const timetable = createTimetable()
  const pieces = [
    'daily',
    'nightly',
    'weekdays',
    'mondays',
    'mondays,fridays',
    'every',
    'hourly',
    'from',
    'cron',
    'day',
    '6h',
    '5',
    'hours',
    'at',
    '3',
    '03:00',
    '7am',
    '25:00',
    'in',
    '#music',
    '<#C024BE91L>',
    '0 3 * * *',
    '*',
    '0',
    '*/5',
    '1-5',
    'L',
    '15W',
    '',
    ',',
    '\u{1f3b5}',
  ]

  it('are read or refused; what is read is a cron expression, and its tidied words say the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })), { maxLength: 8 }),
        (words) => {
          try {
            const { phrase, cron, days } = readPhrase(words)
            expect(readWhen(phrase.split(' '))).toEqual({ phrase, cron, days })
            expect(phrase.startsWith(days ?? 'cron ')).toBe(true)
            expect(cron.split(' ')).toHaveLength(5)
            timetable.check(cron, 'UTC')
          } catch (error) {
            expect(error).toBeInstanceOf(OpsError)
          }
        },
      ),
      { numRuns: lengths({ gate: 300, soak: 20000 }) },
    )
  })
})
