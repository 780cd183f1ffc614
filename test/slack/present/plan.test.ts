import { describe, expect, it } from 'vitest'
import type { PlanReply } from '../../../src/core/reply.ts'
import { presentDismissed, presentPressed } from '../../../src/slack/present/index.ts'
import { presentPlan } from '../../../src/slack/present/plan.ts'
import { readingOf } from './look.ts'

const plan: PlanReply = {
  kind: 'plan',
  id: 'p1',
  line: 'spin-up lease=8h',
  title: 'Spin up sparkify?',
  facts: ['Redshift ra3.large × 1', '$0.54 an hour'],
  act: 'Spin up for $0.54 an hour',
  danger: false,
  expires: '2026-11-30T03:10:00.000Z',
}

function buttons(given: Partial<PlanReply> = {}): unknown {
  return presentPlan({ ...plan, ...given }, '/sparkify').newest.find(({ type }) => type === 'actions')
}

describe('a plan', () => {
  it('tells its facts, how long it can be confirmed, and carries only its id', () => {
    const { newest } = presentPlan(plan, '/sparkify')
    expect(readingOf(newest)).toContain('Spin up sparkify?\nRedshift ra3.large × 1\n$0.54 an hour')
    expect(readingOf(newest)).toContain('<!date^1796008200^{time}|30 Nov 2026, 03:10 UTC>')
    expect(buttons()).toMatchObject({
      elements: [
        { action_id: 'plan-confirm', value: 'p1', style: 'primary', text: { text: 'Spin up for $0.54 an hour' } },
        { action_id: 'plan-dismiss', value: 'p1', text: { text: 'Not now' } },
      ],
    })
  })

  it('asks once more before a click that destroys', () => {
    expect(buttons({ danger: true })).toMatchObject({
      elements: [{ style: 'danger', confirm: { style: 'danger', title: { text: 'Spin up sparkify?' } } }, {}],
    })
    expect(JSON.stringify(buttons())).not.toContain('"confirm":')
  })

  it('opens the modal where a word must be typed, without a dialog before it', () => {
    const row = buttons({ danger: true, typed: 'sparkify' })
    expect(row).toMatchObject({ elements: [{ action_id: 'plan-type', value: 'p1', style: 'danger' }, {}] })
    expect(JSON.stringify(row)).not.toContain('"deny"')
  })

  it('says in words alone how to get its buttons back', () => {
    expect(presentPlan(plan, '/sparkify').words.at(-1)).toBe(
      'Its buttons could not be shown. Say /sparkify spin-up lease=8h again for new ones.',
    )
  })

  it('has no buttons once it was put away or used', () => {
    for (const { blocks } of [presentDismissed(), presentPressed('Spin up')]) {
      expect(blocks.map(({ type }) => type)).toEqual(['section'])
    }
    expect(presentPressed('Spin up').text).toBe('✓ Confirmed: Spin up')
  })
})
