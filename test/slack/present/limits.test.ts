import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  presentAnswer,
  presentEnded,
  presentMention,
  presentRun,
  presentTypedModal,
} from '../../../src/slack/present/index.ts'
import { lengths } from '../../support/soak.ts'
import { answer, planRecord, run, words } from './arbitrary.ts'
import { refusalsOf, refusalsOfLadder, refusalsOfModal, strict } from './refusals.ts'

const now = new Date('2026-11-30T03:01:00.000Z')
const view = fc.record({ slash: fc.constant('/sparkify'), asker: words, direct: fc.boolean(), now: fc.constant(now) })

describe('whatever is said', () => {
  it.runIf(strict)('the rules that the other tests go by refuse what Slack refuses', () => {
    const empty = { type: 'section', text: { type: 'plain_text', text: '' } }
    expect(refusalsOf({ text: 'x', blocks: [empty] })).not.toEqual([])
    expect(refusalsOf({ text: 'x', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) })).not.toEqual([])
    expect(refusalsOf({ text: 'x'.repeat(4_000), blocks: [] })).not.toEqual([])
  })

  it('Slack takes every fallback of every message of an answer', {
    timeout: lengths({ gate: 120_000, soak: 3_600_000 }),
  }, () => {
    fc.assert(
      fc.property(answer, view, (given, to) => {
        const { main, thread } = presentAnswer(given, to)
        expect([main, ...thread].flatMap(refusalsOfLadder)).toEqual([])
      }),
      { numRuns: lengths({ gate: 30, soak: 1000 }) },
    )
  })

  it('nobody is mentioned but the approvers of a card, and nothing linked: what Slack reads as markup holds no other token but dates', () => {
    fc.assert(
      fc.property(answer, view, (given, to) => {
        const { main, thread } = presentAnswer(given, to)
        const markup = [main, ...thread].flat().flatMap(({ text, blocks }) => [text, ...mrkdwnIn(blocks)])
        for (const text of markup)
          expect(text.replace(/<@U02AB3C4D>|<!subteam\^S0APPROVE>/g, '')).not.toMatch(/[<>]|\w:\/\//)
      }),
    )
  })

  it('Slack takes a run that goes on', () => {
    fc.assert(
      fc.property(run, view, (given, to) => {
        expect(refusalsOfLadder(presentRun(given, to))).toEqual([])
      }),
    )
  })

  it('Slack takes a plan that can no longer be confirmed', () => {
    fc.assert(
      fc.property(planRecord, (given) => {
        const { text, blocks } = presentEnded(given)
        expect(refusalsOf({ text, blocks })).toEqual([])
        expect(text).not.toMatch(/[<>]/)
        expect(blocks.map(({ type }) => type)).not.toContain('actions')
      }),
    )
  })

  it('Slack takes a mention', () => {
    fc.assert(
      fc.property(run, words, (given, said) => {
        const mention = presentMention({ ...given, state: 'complete' }, said, ['U02AB3C4D'])
        expect(mention?.text.length).toBeLessThanOrEqual(3_900)
        expect(mention?.text).toMatch(/^<@U02AB3C4D> [^<>]+$/)
      }),
    )
  })

  it('Slack takes the modal in which a word is typed', () => {
    fc.assert(
      fc.property(words, words, words, (title, act, typed) => {
        expect(refusalsOfModal(presentTypedModal({ id: 'plan', title, act, typed }))).toEqual([])
      }),
    )
  })
})

/** The texts of all mrkdwn objects. */
function mrkdwnIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? [String(value.text)] : []
  return [...own, ...Object.values(value).flatMap(mrkdwnIn)]
}
