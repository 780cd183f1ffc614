import type { Answer } from '../../../src/core/answer.ts'
import type { PlanReply } from '../../../src/core/reply.ts'
import { failed, press, type Shown } from './shown.ts'

function asked(plan: Omit<PlanReply, 'kind' | 'id' | 'expires'>): Answer {
  return {
    ok: false,
    exit: 2,
    headline: `${plan.title} Not done yet: it must be confirmed.`,
    audience: 'asker',
    run: null,
    replies: [
      { kind: 'plan', id: '0d1f5a34-2f6d-4d8e-9d3c-6c1f0f2c7a11', expires: '2026-11-30T03:10:00.000Z', ...plan },
    ],
    next: [],
  }
}

export const plans: readonly Shown[] = [
  {
    name: 'plan-spin-up',
    answer: asked({
      line: 'spin-up lease=8h',
      title: 'Spin up sparkify?',
      facts: [
        'Redshift ra3.large × 1, us-west-2, encrypted, not public. Role sparkify-s3-read may read s3://udacity-dend/log_data and /song_data, nothing else.',
        '$0.54 an hour (list price, March 2026) · lease 8 h: at most $4.34',
        'Takes 5–10 minutes. At the end of the lease it is paused, never deleted.',
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
      facts: ['2 people asked it something in the last hour.', 'Resuming takes about 5 minutes.'],
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
        '3 loads and 41 MB on disk go, and cannot be brought back.',
        'The source data are untouched: etl builds the warehouse anew.',
      ],
      act: 'Tear down sparkify',
      typed: 'sparkify',
      danger: true,
    }),
  },
  {
    name: 'plan-expired',
    answer: failed('expired', 'This plan has expired. Nothing was done.', 'Say the command again for a fresh one.', {
      next: [press('Spin up', 'spin-up lease=8h')],
    }),
  },
]
