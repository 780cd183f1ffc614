import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Life, Observation } from '../../../src/core/ports/watches.ts'
import { advance, isOpen, type LifeEvent } from '../../../src/core/watch/life.ts'
import { anna, bob } from '../../support/core.ts'

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
const day = (when: number, kind: 'red' | 'green'): Observation => ({
  kind,
  when: `day ${when}`,
  headline: `${kind} on day ${when}`,
  facts: [],
})
const observed = (observation: Observation): LifeEvent => ({ kind: 'observed', observation })

describe('the life of a watched condition', () => {
  it('fires, is acknowledged, goes on with newer findings, is snoozed, wakes and is resolved; the next firing has the next number', () => {
    const events: readonly LifeEvent[] = [
      observed(day(1, 'green')),
      observed(day(2, 'red')),
      { kind: 'acknowledged', by: anna },
      observed(day(3, 'red')),
      { kind: 'snoozed', by: bob, until: at(6) },
      { kind: 'passed' },
      { kind: 'passed' },
      observed(day(4, 'green')),
      observed(day(5, 'red')),
      { kind: 'ended', end: { kind: 'person', by: bob, how: 'paused' } },
    ]
    const lives: Life[] = [{ kind: 'ok' }]
    for (const [minute, event] of events.entries())
      lives.push(advance(lives.at(-1) ?? { kind: 'ok' }, event, at(minute)))
    expect(lives.map((life) => (life.kind === 'ok' ? life.kind : `${life.kind} ${life.firing.number}`))).toEqual([
      ...['ok', 'ok', 'firing 1', 'acknowledged 1', 'acknowledged 1', 'snoozed 1', 'snoozed 1', 'firing 1'],
      ...['resolved 1', 'firing 2', 'resolved 2'],
    ])
    expect(lives.at(5)).toMatchObject({ by: bob, firing: { began: at(1), since: 'day 2', found: { when: 'day 3' } } })
    expect(lives.at(8)).toMatchObject({ at: at(7), end: { kind: 'green' }, found: { when: 'day 4' } })
    expect(lives.at(-1)).toMatchObject({ end: { kind: 'person', by: bob, how: 'paused' }, found: null })
  })

  it('is the same object where nothing changes, whatever happens', () => {
    const observation = fc.oneof(
      fc.record({
        kind: fc.constantFrom('red', 'green'),
        when: fc.constantFrom('a', 'b'),
        headline: fc.constantFrom('x', 'y'),
        facts: fc.constant([]),
      }),
      fc.constant({ kind: 'unknown' as const, why: 'asleep' }),
    ) as fc.Arbitrary<Observation>
    const event: fc.Arbitrary<LifeEvent> = fc.oneof(
      observation.map(observed),
      fc.constantFrom(anna, bob).map((by): LifeEvent => ({ kind: 'acknowledged', by })),
      fc.nat(30).map((minute): LifeEvent => ({ kind: 'snoozed', by: anna, until: at(minute) })),
      fc.constant<LifeEvent>({ kind: 'passed' }),
      fc.constant<LifeEvent>({ kind: 'ended', end: { kind: 'person', by: anna, how: 'edited' } }),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let life: Life = { kind: 'ok' }
        let firings = 0
        for (const [minute, one] of events.entries()) {
          const next: Life = advance(life, one, at(minute))
          // Once more changes nothing: an event may come twice, and a process may die behind the write.
          const twice = advance(next, one, at(minute))
          if (one.kind !== 'snoozed') expect(twice).toBe(next)
          else expect(twice).toEqual(next)
          const red = one.kind === 'observed' && one.observation.kind === 'red'
          if (!isOpen(life) && red) firings++
          if (next.kind !== 'ok') expect(next.firing.number).toBe(firings)
          if (next !== life && one.kind !== 'snoozed') expect(next).not.toEqual(life)
          // Only a red observation begins a firing, and only a green one or a person ends it.
          expect(isOpen(next) && !isOpen(life)).toBe(!isOpen(life) && red)
          if (isOpen(life) && !isOpen(next)) {
            expect(one.kind === 'ended' || (one.kind === 'observed' && one.observation.kind === 'green')).toBe(true)
          }
          life = next
        }
      }),
    )
  })
})
