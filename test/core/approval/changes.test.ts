import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesBetween } from '../../../src/core/approval/plans.ts'
import type { PlanDraft } from '../../../src/core/ports/plans.ts'

const draft = (facts: readonly string[], given: Partial<PlanDraft> = {}): PlanDraft => ({
  title: 'Do it?',
  act: 'Do it',
  danger: false,
  facts,
  ...given,
})

describe('what changed in a plan', () => {
  it('is nothing where every line is as it was', () => {
    expect(changesBetween(draft(['a', 'b']), draft(['a', 'b'], { mostUsd: 5 }))).toEqual([])
  })

  it('is a line beside the one that took its place, in order', () => {
    expect(changesBetween(draft(['a', 'b', 'c']), draft(['a', 'x', 'c'], { act: 'Do that' }))).toEqual([
      { was: 'b', now: 'x' },
      { was: 'Do it', now: 'Do that' },
    ])
  })

  it('is a line that came, or one that went', () => {
    expect(changesBetween(draft(['a', 'b']), draft(['a', 'new', 'b']))).toEqual([{ was: null, now: 'new' }])
    expect(changesBetween(draft(['a', 'b', 'c']), draft(['x', 'c']))).toEqual([
      { was: 'a', now: 'x' },
      { was: 'b', now: null },
    ])
  })

  it('is that the same lines stand in another order, because two prices may have changed places', () => {
    const wake = ['Wake it?', '$1', 'Wipe it?', '$2']
    expect(changesBetween(draft(wake), draft(['Wake it?', '$2', 'Wipe it?', '$1']))).toEqual([
      { was: '$1', now: '$2' },
      { was: '$2', now: '$1' },
    ])
  })

  it('is another word to type', () => {
    expect(changesBetween(draft([], { typed: 'sparkify' }), draft([], { typed: 'other' }))).toEqual([
      { was: 'Type sparkify to confirm.', now: 'Type other to confirm.' },
    ])
  })

  it('is exactly what leads from one plan to the other, and nothing else', () => {
    const facts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 })
    fc.assert(
      fc.property(facts, facts, (before, after) => {
        const changes = changesBetween(draft(before), draft(after))
        const gone = changes.flatMap(({ was }) => was ?? [])
        const come = changes.flatMap(({ now }) => now ?? [])
        const left = (lines: readonly string[], out: readonly string[]) => {
          const rest = [...out]
          return lines.filter((line) => {
            const at = rest.indexOf(line)
            if (at >= 0) rest.splice(at, 1)
            return at < 0
          })
        }
        expect(left(before, gone).toSorted()).toEqual(left(after, come).toSorted())
        expect(gone.length).toBeLessThanOrEqual(before.length)
        expect(changes.length === 0).toBe(JSON.stringify(before) === JSON.stringify(after))
        expect(changes.every(({ was, now }) => was !== now)).toBe(true)
      }),
    )
  })
})
