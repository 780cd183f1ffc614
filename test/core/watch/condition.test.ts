import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionText, readColumnCondition } from '../../../src/core/watch/condition.ts'

describe('the condition of an alert', () => {
  const below = { column: 'plays', condition: { kind: 'limit', operator: '<', limit: 200 } }
  const changed = { column: 'plays', condition: { kind: 'changed', percent: 20 } }
  const unusual = { column: 'paid_share', condition: { kind: 'unusual' } }
  it.each([
    ['plays<200', below],
    ['plays < 200', below],
    [' Plays  below 200 ', below],
    ['plays under 200', below],
    ['plays>=1,200.5', { column: 'plays', condition: { kind: 'limit', operator: '>=', limit: 1200.5 } }],
    ['paid_share over 80%', { column: 'paid_share', condition: { kind: 'limit', operator: '>', limit: 80 } }],
    ['change<-20%', { column: 'change', condition: { kind: 'limit', operator: '<', limit: -20 } }],
    ['plays changed>20%', changed],
    ['plays changed > 20 %', changed],
    ['plays changed by 20%', changed],
    ['plays changed by more than 20%', changed],
    ['paid_share unusual', unusual],
    ['paid_share is unusual', unusual],
  ])('is read from %j', (typed, read) => {
    expect(readColumnCondition(typed)).toEqual(read)
  })

  it.each([
    ...['', 'plays', 'plays<', 'plays<many', 'plays<1,2', 'plays=200', '<200', 'plays changed', 'plays changed>20'],
    ...['plays changed>20% unusual', 'unusual', 'plays below200x', '9plays<2', 'plays<1e3', 'playsbelow 200'],
  ])('is not read from %j', (typed) => {
    expect(readColumnCondition(typed)).toBeNull()
  })

  it('is read again from how it is written, whatever it is', () => {
    const column = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
    const limit = fc
      .tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.nat(3))
      .map(([n, at]) => n / 10 ** at)
    const condition = fc.oneof(
      fc.record({ kind: fc.constant('limit' as const), operator: fc.constantFrom('<', '<=', '>', '>='), limit }),
      fc.record({ kind: fc.constant('changed' as const), percent: fc.nat(9999).map((n) => n / 10) }),
      fc.record({ kind: fc.constant('unusual' as const) }),
    )
    fc.assert(
      fc.property(column, condition, (name, one) => {
        const meant = { column: name, condition: one }
        expect(readColumnCondition(conditionText(meant))).toEqual(meant)
      }),
    )
  })

  it('is read or refused from anything, and never throws', () => {
    fc.assert(fc.property(fc.string(), (typed) => void readColumnCondition(typed)))
  })
})
