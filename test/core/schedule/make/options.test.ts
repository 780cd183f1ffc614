import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Condition } from '../../../../src/core/ports/schedules.ts'
import {
  changeArgs,
  type Options,
  optionArgs,
  optionSentence,
  optionWords,
  readCondition,
  unusualWords,
  usual,
} from '../../../../src/core/schedule/make/options.ts'

const schema = z.object(changeArgs)
const read = (typed: Readonly<Record<string, string>>) => schema.safeParse(typed)

describe('how late a missed time is still run', () => {
  it.each([
    ['6h', 6],
    ['8', 8],
    ['90m', 1.5],
    ['2D', 48],
    ['168h', 168],
    ['7d', 168],
    ['0', 0],
    ['0h', 0],
    [' 0M ', 0],
  ])('is read from %j', (typed, hours) => {
    expect(read({ 'catch-up': typed }).data).toEqual({ 'catch-up': hours })
  })

  it.each(['169h', '8d', '10081m', '1w', '-1h', '1.5h', '0w', 'soon', ''])('is not read from %j', (typed) => {
    expect(read({ 'catch-up': typed }).success).toBe(false)
  })
})

describe('a condition', () => {
  it.each<[string, Condition]>([
    ['Always', { kind: 'always' }],
    [' not-empty ', { kind: 'not-empty' }],
    ['checks', { kind: 'checks' }],
    ['changed', { kind: 'changed', percent: 0 }],
    ['changed>10%', { kind: 'changed', percent: 10 }],
    ['changed > 2.5', { kind: 'changed', percent: 2.5 }],
    ['changed by 10 %', { kind: 'changed', percent: 10 }],
    ['changed 1000%', { kind: 'changed', percent: 1000 }],
  ])('is read from %j', (typed, condition) => {
    expect(readCondition(typed)).toEqual(condition)
  })

  it.each(['', 'never', 'changed>', 'changed>-1%', 'changed>10000%', 'changed10', 'unchanged', 'checks red'])(
    'is not read from %j',
    (typed) => {
      expect(readCondition(typed)).toBeNull()
    },
  )
})

const conditions = fc.oneof(
  fc.constantFrom<Condition>({ kind: 'always' }, { kind: 'not-empty' }, { kind: 'checks' }),
  fc
    .integer({ min: 0, max: 9_999_999 })
    .map((thousandths): Condition => ({ kind: 'changed', percent: thousandths / 1000 })),
)
const options: fc.Arbitrary<Options> = fc.record({
  condition: conditions,
  whenPaused: fc.constantFrom('wait', 'resume', 'last'),
  catchUpHours: fc.oneof(
    fc.integer({ min: 0, max: 168 }),
    fc.integer({ min: 1, max: 168 * 60 }).map((minutes) => minutes / 60),
  ),
})

describe('the options of a schedule', () => {
  it('are the same when the words that say them are read, which are those that are not usual', () => {
    fc.assert(
      fc.property(options, (given) => {
        const words = optionWords(given)
        const typed = Object.fromEntries(words.map((word) => word.split(/=(.*)/s).slice(0, 2)))
        const { if: condition, paused, 'catch-up': hours } = schema.parse(typed)
        expect({
          condition: condition ?? usual.condition,
          whenPaused: paused ?? usual.whenPaused,
          catchUpHours: hours ?? usual.catchUpHours,
        }).toEqual({ ...given, catchUpHours: expect.closeTo(given.catchUpHours, 9) })
        expect(unusualWords(given)).toHaveLength(words.length)
        for (const part of unusualWords(given))
          expect(optionSentence(given).toLowerCase()).toContain(part.toLowerCase())
      }),
    )
    expect(optionWords(usual)).toEqual([])
  })

  it('are told whole in a sentence', () => {
    expect(optionSentence(usual)).toBe(
      'Always posts · waits while the warehouse is paused · runs up to 6 h late if missed',
    )
    const other: Options = { condition: { kind: 'changed', percent: 10 }, whenPaused: 'last', catchUpHours: 1.5 }
    expect(optionSentence(other)).toBe(
      'Posts when a figure changes by more than 10% or it fails · posts the last answers while the warehouse is paused · runs up to 1 h 30 min late if missed',
    )
    expect(optionSentence({ condition: { kind: 'changed', percent: 0 }, whenPaused: 'resume', catchUpHours: 0 })).toBe(
      'Posts when a figure changes or it fails · resumes a paused warehouse and pauses it again · does not run late',
    )
    expect(optionWords(other)).toEqual(['if=changed>10%', 'paused=last', 'catch-up=90m'])
    expect(optionWords({ ...usual, condition: { kind: 'changed', percent: 0 }, catchUpHours: 0 })).toEqual([
      'if=changed',
      'catch-up=0h',
    ])
  })

  it('are usual in a new schedule and as they were in one that is changed, where they are left out', () => {
    expect(z.object(optionArgs).parse({})).toEqual({})
    expect(schema.parse({ paused: 'RESUME', if: 'checks' })).toEqual({ paused: 'resume', if: { kind: 'checks' } })
    expect(read({ paused: 'sleep' }).success).toBe(false)
    expect(read({ if: 'changed>x' }).success).toBe(false)
  })
})
