import type { RunView } from '../../../src/core/answer.ts'
import { type Card, cardMessage } from '../../../src/core/outbox/card.ts'
import { type StepView, text } from '../../../src/core/reply.ts'
import { choices } from '../../../src/core/warehouse/held.ts'
import { failed, press, runOf, type Shown, said, step } from './shown.ts'

const built: readonly StepView[] = [
  step('Check sources', 'complete', 400, '30 log files, 14,896 song files, 9.8 MB'),
  step('Create tables', 'skipped', 0, 'already there'),
  step('Stage events', 'complete', 3_100, '8,056 rows'),
  step('Stage songs', 'complete', 21_400, '14,896 rows'),
  step('Build users', 'complete', 300, '97 rows'),
  step('Build artists', 'complete', 900, '9,553 rows'),
  step('Build songs', 'complete', 1_100, '14,896 rows'),
  step('Build songplays', 'complete', 6_200, '6,820 rows'),
  step('Build time', 'complete', 500, '6,813 rows'),
  step('Audit', 'complete', 5_900, '12 of 12 checks green'),
  step('Publish', 'complete', 1_200, '37,379 rows live'),
]

const pending = (steps: readonly StepView[]): StepView[] => steps.map(({ title }) => step(title, 'pending', null))

function steps(done: number, doing: readonly StepView[]): StepView[] {
  return [...built.slice(0, done), ...doing, ...pending(built.slice(done + doing.length))]
}

/** Runs that go on, as their living message shows them. */
export const runsGoingOn: readonly { readonly name: string; readonly run: RunView; readonly now: Date }[] = [
  { name: 'run-pending', run: going(steps(0, [])), now: at(400) },
  { name: 'run-in-progress', run: going(steps(7, [step('Build songplays', 'in_progress', 2_000)])), now: at(33_000) },
  {
    name: 'run-side-by-side',
    run: going(
      steps(2, [
        step('Stage events', 'in_progress', 900, '5,000 rows'),
        step('Stage songs', 'in_progress', 900, '2,100 rows'),
      ]),
    ),
    now: at(12_000),
  },
  { name: 'run-without-steps', run: going([], 'top-songs n=20'), now: at(3_000) },
]

function going(parts: StepView[], line = 'etl'): RunView {
  return runOf(line, 0, { state: 'running', ended: null, steps: parts })
}

function at(ms: number): Date {
  return new Date(Date.parse('2026-11-30T03:00:00.000Z') + ms)
}

const summary = [
  text(
    '8,056 events and 14,896 songs read from 14,926 files\nsongplays 6,820 · users 97 · songs 14,896 · artists 9,553 · time 6,813',
  ),
  text('12 of 12 checks green', 'good'),
  text('4.9% of plays match the catalogue (last load 4.9%)', 'note'),
]

const lost = '2018-11-28 loses 310 of 346 plays and songplays loses 310 of 6,820 rows.'

/** The message of a held load in one of its states, made by the code that posts it. */
function heldCard(name: string, given: Pick<Card, 'title' | 'headline' | 'replies' | 'next' | 'open'>): Shown {
  const place = { kind: 'slack', channel: 'C0DATA123', direct: false } as const
  const who = { kind: 'slack', id: 'U02AB3C4D', name: 'ada' } as const
  const ways = [{ kind: 'conversation', place, who }] as const
  const { content } = cardMessage({ key: 'held:13', ways, mention: [], ...given }, at(0))
  if (content.kind !== 'answer') throw new Error('a card is an answer')
  return { name, answer: content.answer }
}

const becameOfHeld = 'Load 13 was held; Grace published it: the source was corrected.'

export const loads: readonly Shown[] = [
  heldCard('held-load', {
    title: 'Load 13 is held',
    headline: `Load 13 is held: ${lost}`,
    replies: [
      text(`${lost} Live tables are untouched.`, 'warning'),
      {
        kind: 'table',
        title: 'Rows, live and held',
        columns: ['table', 'before', 'after', 'change'],
        formats: ['text', 'integer', 'integer', 'signed'],
        rows: [
          ['songplays', 6_820, 6_510, -310],
          ['users', 97, 96, -1],
        ],
        total: 2,
      },
    ],
    next: choices(13),
    open: true,
  }),
  heldCard('held-load-published', {
    title: becameOfHeld,
    headline: becameOfHeld,
    replies: [],
    next: [],
    open: false,
  }),
  {
    name: 'etl-complete',
    answer: said(runOf('etl', 41_000, { steps: [...built] }), '6,820 plays are live; 12 of 12 checks green.', summary, [
      press('Top songs', 'top-songs'),
      press('Check', 'qa'),
    ]),
  },
  {
    name: 'etl-complete-direct',
    view: { direct: true },
    answer: said(runOf('etl', 41_000, { steps: [...built] }), '6,820 plays are live; 12 of 12 checks green.', summary, [
      press('Top songs', 'top-songs'),
    ]),
  },
  {
    name: 'etl-complete-with-warnings',
    answer: said(
      runOf('etl max-errors=10', 44_000, { steps: [...built] }),
      '6,817 plays are live; 11 of 12 checks green · 1 warning.',
      [
        text(
          '8,053 events and 14,896 songs read from 14,926 files\nsongplays 6,817 · users 97 · songs 14,896 · artists 9,553 · time 6,810',
        ),
        text('11 of 12 checks green · 1 warning'),
        text('Every day between the first and the last play has plays', 'warning'),
        text('2 events delivered more than once; each counts once', 'note'),
        text(
          '3 unreadable rows left out:\n2018-11-29-events.json, line 212: registration is "15401O6212796.0", not a number',
          'warning',
        ),
      ],
      [press('Top songs', 'top-songs')],
    ),
  },
  {
    name: 'etl-failed-with-evidence',
    answer: failed(
      'checks_red',
      '1 check red: Each user is in users once (3 rows). Live tables are untouched.',
      'Fix the source data and load again.',
      {
        run: runOf('etl', 38_000, { state: 'error', steps: steps(9, [step('Audit', 'error', 5_900)]) }),
        evidence: [
          {
            kind: 'table',
            title: 'Each user is in users once',
            columns: ['user_id', 'times'],
            formats: ['integer', 'integer'],
            rows: [
              [15, 2],
              [29, 2],
              [88, 3],
            ],
            total: 3,
          },
        ],
        next: [press('Run again', 'run-again 12')],
      },
    ),
  },
  {
    name: 'etl-cancelled',
    answer: failed(
      'cancelled',
      'Stopped by Ada at "Stage songs". Live tables are untouched.',
      'Continue it with run-again 12.',
      {
        run: runOf('etl', 14_000, {
          state: 'cancelled',
          steps: steps(3, [step('Stage songs', 'error', 11_000)]),
        }),
        next: [press('Run again', 'run-again 12')],
      },
    ),
  },
  {
    name: 'etl-interrupted',
    answer: failed(
      'interrupted',
      'The program stopped during etl at "Stage songs". Live tables are untouched.',
      'Continue it with run-again 12: finished steps are not repeated.',
      {
        run: runOf('etl', 65_000, { state: 'error', steps: steps(3, [step('Stage songs', 'in_progress', 4_000)]) }),
        next: [press('Run again', 'run-again 12')],
      },
    ),
  },
]
