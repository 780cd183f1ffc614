import type { Answer } from '../../../src/core/answer.ts'
import type { PlanEnd, PlanRecord } from '../../../src/core/ports/plans.ts'
import type { PlanReply } from '../../../src/core/reply.ts'
import { failed, press, type Shown } from './shown.ts'

const id = '0d1f5a34-2f6d-4d8e-9d3c-6c1f0f2c7a11'
const expires = '2026-11-30T03:10:00.000Z'

function asked(plan: Omit<PlanReply, 'kind' | 'id' | 'expires'>): Answer {
  return {
    ok: false,
    exit: 2,
    headline: `${plan.title} Not done yet: it must be confirmed.`,
    audience: 'asker',
    run: null,
    replies: [{ kind: 'plan', id, expires, ...plan }],
    next: [],
  }
}

function card(plan: Omit<PlanReply, 'kind' | 'id' | 'expires' | 'card'>, second: boolean): Answer {
  return {
    ...asked({ ...plan, card: { asker: 'ada', second, approvers: ['U02AB3C4D', 'S0APPROVE'] } }),
    headline: `ada asks: ${plan.title} Not done yet: it must be approved.`,
    audience: 'channel',
  }
}

const tearDown = {
  line: 'tear-down',
  title: 'Tear down sparkify?',
  facts: [
    'Deletes the cluster: Redshift ra3.large × 1, us-west-2, created 1 Nov 2026, 08:00 UTC, about $96 so far.',
    'Last load: 6,820 plays, live since 30 Nov 2026, 03:00 UTC.',
    'A final snapshot is kept for 7 days, until 7 Dec 2026, for about $0.024 per GB and month; spin-up restores it.',
    'The role sparkify-s3-read is deleted last.',
  ],
  act: 'Tear down sparkify',
  typed: 'sparkify',
  danger: true,
  reasons: ['This cannot be undone.'],
}

const spinUp = {
  line: 'spin-up lease=24h',
  title: 'Spin up sparkify?',
  facts: ['$0.60 an hour (negotiated price) · lease 24 h: at most $14.40'],
  act: 'Spin up for $0.60 an hour',
  danger: false,
}

const ada = { kind: 'slack', id: 'U0ADA', name: 'ada' } as const
const otto = { kind: 'slack', id: 'U02AB3C4D', name: 'otto' } as const

function ended(name: string, end: PlanEnd, isCard = true) {
  const { line, reasons: _, ...draft } = tearDown
  const place = { kind: 'slack', channel: 'C0DATAENG00', direct: false } as const
  const asked = { command: 'tear-down', args: {}, line }
  const of = { asker: ada, place, draft, expires, reasons: [], card: isCard }
  const plan: PlanRecord = { id, ...asked, ...of, post: null, end }
  return { name, plan }
}

/** What stands in place of plans that can no longer be confirmed. */
export const endedPlans: readonly { readonly name: string; readonly plan: PlanRecord | null }[] = [
  ended('plan-pressed', { kind: 'approved', by: ada, at: expires }, false),
  ended('plan-dismissed', { kind: 'withdrawn', by: ada, at: expires }, false),
  { name: 'plan-forgotten', plan: null },
  ended('card-approved', { kind: 'approved', by: otto, at: expires }),
  ended('card-not-done', {
    kind: 'failed',
    by: otto,
    at: expires,
    why: 'Anna\'s etl (run 12) has been changing the warehouse for 3 min 12 s, now at "Stage events". Nothing was done.',
  }),
  ended('card-replaced', { kind: 'replaced', by: otto, at: expires }),
  ended('card-rejected', { kind: 'rejected', by: otto, at: expires, why: 'Not before the Friday report.' }),
  ended('card-withdrawn', { kind: 'withdrawn', by: ada, at: expires }),
  ended('card-expired', { kind: 'expired', at: expires }),
]

export const plans: readonly Shown[] = [
  {
    name: 'plan-spin-up',
    answer: asked({
      line: 'spin-up lease=8h',
      title: 'Spin up sparkify?',
      facts: [
        'Redshift ra3.large × 1, us-west-2, encrypted, not public. Role sparkify-s3-read can read only s3://udacity-dend/log_data and /song_data.',
        '$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34',
        'Takes 5-10 minutes. When the lease ends, the cluster is paused, never deleted.',
      ],
      act: 'Spin up for $0.54 an hour',
      danger: false,
    }),
  },
  {
    name: 'plan-danger',
    answer: asked({
      line: 'pause',
      title: 'Pause sparkify?',
      facts: ['2 people queried it in the last hour.', 'Resuming takes about 5 minutes.'],
      act: 'Pause',
      danger: true,
    }),
  },
  {
    name: 'plan-typed',
    answer: asked({
      line: 'tear-down',
      title: 'Tear down sparkify?',
      facts: [
        'Deletes 3 loads (41 MB). They cannot be restored.',
        'The source files are kept: etl builds the warehouse from them again.',
      ],
      act: 'Tear down sparkify',
      typed: 'sparkify',
      danger: true,
    }),
  },
  { name: 'card-own', answer: card(tearDown, false) },
  {
    name: 'card-second',
    answer: card(
      {
        ...spinUp,
        reasons: [
          'It can cost $14.40; anything above $10.00 needs approval.',
          'It can exceed the budget of $100.00 for November 2026: $96.10 spent so far, $110.50 with it.',
        ],
      },
      true,
    ),
  },
  {
    name: 'card-changed',
    answer: card(
      {
        ...spinUp,
        reasons: ['It can cost $14.40; anything above $10.00 needs approval.'],
        changes: [
          {
            was: '$0.54 an hour (list price, March 2026) · lease 24 h: at most $13.03',
            now: '$0.60 an hour (negotiated price) · lease 24 h: at most $14.40',
          },
          { was: 'Spin up for $0.54 an hour', now: 'Spin up for $0.60 an hour' },
        ],
      },
      true,
    ),
  },
  {
    name: 'plan-expired',
    answer: failed('expired', 'This plan has expired. Nothing was done.', 'Run the command again for a new one.', {
      next: [press('Spin up', 'spin-up lease=8h')],
    }),
  },
]
