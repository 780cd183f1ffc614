import { describe, expect, it } from 'vitest'
import type { PlanEnd, PlanRecord } from '../../../src/core/ports/plans.ts'
import type { PlanReply } from '../../../src/core/reply.ts'
import { presentEnded } from '../../../src/slack/present/index.ts'
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
const until = '30 Nov 2026, 03:10 UTC'

const shown = (given: Partial<PlanReply> = {}) => presentPlan({ ...plan, ...given }, '/sparkify')
const buttons = (given: Partial<PlanReply> = {}): unknown => shown(given).newest.find(({ type }) => type === 'actions')

describe('a plan', () => {
  it('tells its facts, how long it can be confirmed, and carries only its id', () => {
    expect(readingOf(shown().newest)).toContain('Spin up sparkify?\nRedshift ra3.large × 1\n$0.54 an hour')
    expect(readingOf(shown().newest)).toContain(`Nothing has been done yet. You can confirm this once, until ${until}.`)
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
    expect(shown().words.at(-1)).toBe(
      'The buttons could not be shown. Type /sparkify spin-up lease=8h again to get new ones.',
    )
  })
})

describe('a card', () => {
  const card = { asker: 'ada', second: false, approvers: ['U0OTTO', 'W0ERNA', 'S0TEAM'] }
  const reasons = ['It can cost $4.34; more than $1.00 needs approval.']

  it('says who asked for what, why it needs approval, and who may confirm it until when, and calls nobody', () => {
    const reading = readingOf(shown({ card, reasons }).newest)
    expect(reading).toContain('⚠ It can cost $4.34; more than $1.00 needs approval.')
    expect(reading).toContain(
      `ada asked: spin-up lease=8h. Nothing has been done yet. ada or an approver can confirm this once, until ${until}.`,
    )
    expect(reading).not.toMatch(/U0OTTO|W0ERNA|S0TEAM/)
  })

  it('that somebody else must approve calls those who may, and can be rejected', () => {
    const { newest, words } = shown({ card: { ...card, second: true }, reasons })
    const call = '<@U0OTTO> <@W0ERNA> <!subteam^S0TEAM> Someone other than ada must approve this.'
    expect(newest).toContainEqual({ type: 'section', text: { type: 'mrkdwn', text: call, verbatim: true } })
    expect(words).toContain(call)
    expect(readingOf(newest)).toContain(
      `An approver can approve this once, until ${until}. ada can withdraw it with Reject.`,
    )
    expect(buttons({ card: { ...card, second: true } })).toMatchObject({ elements: [{}, { text: { text: 'Reject' } }] })
  })

  it('calls at most twenty of those who may approve it', () => {
    const approvers = Array.from({ length: 21 }, (_, at) => `U0MANY${at}`)
    const shownCard = JSON.stringify(shown({ card: { ...card, second: true, approvers }, reasons }).newest)
    expect([shownCard.includes('<@U0MANY19>'), shownCard.includes('<@U0MANY20>')]).toEqual([true, false])
  })

  it('says first what changed since it was asked, line by line', () => {
    const changes = [
      { was: '$0.54 an hour', now: '$0.60 an hour' },
      { was: 'One node', now: null },
      { was: null, now: 'It destroys.' },
    ]
    expect(readingOf(shown({ card, changes }).newest)).toContain(
      'Changed since it was requested:\n• was: $0.54 an hour\n   now: $0.60 an hour\n• no longer: One node\n• now also: It destroys.',
    )
  })
})

describe('a plan that can no longer be confirmed', () => {
  const ada = { kind: 'slack', id: 'U0ADA', name: 'ada' } as const
  const otto = { kind: 'slack', id: 'U0OTTO', name: 'otto' } as const
  const record: PlanRecord = {
    id: 'p1',
    command: 'tear-down',
    args: null,
    line: plan.line,
    asker: ada,
    place: { kind: 'slack', channel: 'C1', direct: false },
    draft: { title: plan.title, facts: plan.facts, act: plan.act, danger: false },
    expires: plan.expires,
    reasons: [],
    card: true,
    post: null,
    end: null,
  }
  const at = plan.expires
  const ends: readonly (readonly [PlanEnd, card: string, plan: string])[] = [
    [
      { kind: 'approved', by: otto, at },
      '✓ Approved by otto: Spin up for $0.54 an hour',
      '✓ Confirmed: Spin up for $0.54 an hour',
    ],
    [
      { kind: 'approved', by: ada, at },
      '✓ Confirmed by ada: Spin up for $0.54 an hour',
      '✓ Confirmed: Spin up for $0.54 an hour',
    ],
    [
      { kind: 'failed', by: otto, at, why: 'Anna is loading.' },
      '✗ Approved by otto, but not done: Anna is loading.',
      '✗ Confirmed, but not done: Spin up for $0.54 an hour',
    ],
    [
      { kind: 'replaced', by: otto, at },
      '○ The plan had changed when otto approved it. Nothing was done; a new card shows the change.',
      '○ The plan had changed. Nothing was done; a new plan shows the change.',
    ],
    [{ kind: 'rejected', by: otto, at }, '✗ Rejected by otto. Nothing was done.', 'Cancelled. Nothing was done.'],
    [
      { kind: 'rejected', by: otto, at, why: 'Not before Friday!' },
      '✗ Rejected by otto: Not before Friday. Nothing was done.',
      'Cancelled. Nothing was done.',
    ],
    [{ kind: 'withdrawn', by: ada, at }, '○ Withdrawn by ada. Nothing was done.', 'Cancelled. Nothing was done.'],
    [
      { kind: 'expired', at },
      '○ Expired: nobody approved it in time. Nothing was done.',
      '○ Expired. Nothing was done.',
    ],
  ]

  it.each(ends)('says what became of it and has no buttons: %j', (end, ofCard, ofPlan) => {
    const card = presentEnded({ ...record, end })
    expect(readingOf(card.blocks)).toBe(
      `Spin up sparkify?\nRedshift ra3.large × 1\n$0.54 an hour\nada asked: spin-up lease=8h\n${ofCard}`,
    )
    const own = presentEnded({ ...record, card: false, end })
    expect(readingOf(own.blocks)).toBe(ofPlan)
    for (const { blocks } of [card, own]) expect(blocks.map(({ type }) => type)).not.toContain('actions')
  })

  it('says that it expired where nobody knows it any more', () => {
    expect(presentEnded(null).text).toBe('○ Expired. Nothing was done.')
  })
})
