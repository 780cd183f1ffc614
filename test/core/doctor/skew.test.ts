import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { skewFinding } from '../../../src/core/doctor/run-probes.ts'

const noon = Date.parse('2026-11-23T12:00:00.000Z')

/** What is found by a machine whose clock is so far ahead of theirs, where the answer took so long. */
function found(ahead: number, took = 0, at = noon) {
  const asked = new Date(at + ahead)
  const date = new Date(at + took / 2).toUTCString()
  return skewFinding({ asked, answered: new Date(asked.getTime() + took), date }, "Slack's")
}

describe('the clock of this machine', () => {
  it.each([
    [0, 'green', "the same as Slack's"],
    [-29_000, 'green', "29 s behind Slack's"],
    [-31_000, 'warn', "31 s behind Slack's"],
    [32_001, 'warn', "31 s ahead of Slack's"],
    [-240_000, 'warn', "4 min behind Slack's"],
    [-241_000, 'red', "4 min 1 s behind Slack's"],
    [301_000, 'red', "5 min ahead of Slack's"],
  ])('that is %d ms ahead is %s: %s', (ahead, state, detail) => {
    expect(found(ahead)).toMatchObject({ state, detail })
  })

  it('has a remedy as soon as it is not green', () => {
    expect(found(0).remedy).toBe('')
    expect(found(-31_000).remedy).toContain('timedatectl')
    expect(found(-900_000).remedy).toContain('5 minutes')
  })

  it('is not blamed for an answer that took long, nor for the part of a second that the header leaves out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 86_400_000 }), (took, later) => {
        expect(found(0, took, noon + later).detail).toBe("the same as Slack's")
      }),
    )
  })

  it('is never said to be further off than it is, and by no more than a second and the answer’s time too near', () => {
    const signed = fc.integer({ min: -3_000_000, max: 3_000_000 })
    fc.assert(
      fc.property(signed, fc.integer({ min: 0, max: 10_000 }), (ahead, took) => {
        const { state } = found(ahead, took)
        const off = Math.abs(ahead)
        if (state === 'red') expect(off).toBeGreaterThan(240_000)
        if (state === 'green') expect(off).toBeLessThanOrEqual(30_000 + 1000 + took)
      }),
    )
  })

  it('cannot be told where the answer has no date', () => {
    const at = new Date(noon)
    for (const date of [null, 'soon']) {
      expect(skewFinding({ asked: at, answered: at, date }, "AWS's")).toMatchObject({ state: 'warn' })
    }
  })
})
