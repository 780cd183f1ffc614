import { type TableReply, text } from '../../../src/core/reply.ts'
import { failed, press, runOf, type Shown, said, step, whispered } from './shown.ts'

type Facts = readonly (readonly [string, string])[]

function status(state: string, load: Facts, facts: Facts): TableReply {
  const rows = [...load, ['Cluster', 'sparkify'], ['State', state], ...facts].map(([label, value]) => [
    label ?? '',
    value ?? '',
  ])
  return {
    kind: 'table',
    title: 'Status',
    columns: ['what', 'now'],
    formats: ['text', 'text'],
    rows,
    total: rows.length,
  }
}

const loaded = [
  ['Live load', '6,820 plays until 30 Nov 2018, 23:54 UTC; published 30 Nov 2026, 03:04 UTC (load 11)'],
  ['Checks', 'all 12 green'],
] as const
const empty = [
  ['Live load', 'none'],
  ['Checks', 'not run'],
] as const
const idle = ['Running', 'nothing'] as const
const cost = (spent: string) => ['Cost', `$0.54 an hour; ${spent} so far`] as const

function shownStatus(
  name: string,
  state: string,
  load: Facts,
  facts: Facts,
  next = [press('Status', 'status'), press('Help', 'help')],
): Shown {
  return {
    name: `status-${name}`,
    answer: whispered(`Cluster sparkify is ${name}`, [status(state, load, facts)], next),
  }
}

const since = 'since 30 Nov 2026, 02:51 UTC'

export const cluster: readonly Shown[] = [
  shownStatus(
    'none',
    'none',
    [...empty, idle],
    [],
    [press('Spin up', 'spin-up'), press('Doctor', 'doctor'), press('Help', 'help')],
  ),
  shownStatus(
    'creating',
    `creating, ${since}`,
    [...empty, ['Running', 'run 12, Ada: spin-up lease=8h, running for 9 min, at "Wait until available"']],
    [cost('$0.08')],
  ),
  shownStatus(
    'available',
    `available, ${since}`,
    [...loaded, idle],
    [cost('$2.16'), ['Lease', 'until 30 Nov 2026, 10:51 UTC']],
    [press('Top songs', 'top-songs'), press('Check', 'qa'), press('Load again', 'etl')],
  ),
  shownStatus('pausing', `pausing, ${since}`, [...loaded, idle], [cost('$2.16')]),
  shownStatus(
    'paused',
    `paused, ${since}`,
    [...loaded, idle],
    [['Cost', 'storage only']],
    [press('Resume', 'resume'), press('Status', 'status'), press('Help', 'help')],
  ),
  shownStatus('resuming', `resuming, ${since}`, [...loaded, idle], []),
  shownStatus('deleting', `deleting, ${since}`, [...empty, idle], []),
  {
    name: 'spin-up-complete',
    answer: said(
      runOf('spin-up lease=8h', 402_000, {
        steps: [
          step('Create role sparkify-s3-read', 'complete', 2_100),
          step('Create cluster sparkify', 'complete', 1_900),
          step('Wait until available', 'complete', 398_000, 'available'),
        ],
      }),
      'Cluster sparkify is available until 30 Nov 2026, 11:06 UTC.',
      [text('Cluster sparkify is available until 30 Nov 2026, 11:06 UTC.', 'good')],
      [press('Load', 'etl')],
    ),
  },
  {
    name: 'tear-down-complete',
    answer: said(
      runOf('tear-down', 4_200, {
        steps: [
          step('Remove the loads', 'complete', 300),
          step('Verify that nothing is left', 'complete', 100),
          step('Remove the loads from the ledger', 'complete', 3_000),
        ],
      }),
      'Cluster sparkify is deleted. The source files are kept.',
      [text('Cluster sparkify is deleted. The source files are kept.', 'good')],
      [press('Spin up', 'spin-up')],
    ),
  },
  {
    name: 'paused-question',
    answer: failed(
      'cluster_state',
      'Cluster sparkify has been paused for 3 h 12 min.',
      'Resume it to query and load.',
      {
        run: runOf('top-songs', 20, { state: 'error' }),
        next: [press('Resume', 'resume')],
      },
    ),
  },
]
