import type { Answer } from '../../../src/core/answer.ts'
import type { Outcome } from '../../../src/core/command/define.ts'
import { OpsError } from '../../../src/core/errors.ts'
import type { LoadRecord, RunRecord, ScheduleRecord } from '../../../src/core/ports/ledger.ts'
import { type Reply, stating } from '../../../src/core/reply.ts'
import { failureAnswer, viewOf } from '../../../src/core/runner/answers.ts'
import type { LineReport } from '../../../src/core/schedule/report/digest.ts'
import { digestOfRun, type FinishedRun } from '../../../src/core/schedule/report/digest.ts'
import { type FailedRun, failureReport } from '../../../src/core/schedule/report/failure.ts'
import { scheduled } from '../../support/schedule.ts'
import { ada, checked, fresh, green, loaded, place, pulse, runAt, top, trust } from './night-lines.ts'
import { press, type Shown } from './shown.ts'

const schedule: ScheduleRecord = {
  ...scheduled({ place, owner: ada, created: '2018-11-01T09:00:00.000Z' }),
  id: 3,
  lines: ['etl', 'qa checks', 'pulse', 'top-songs last=whole-day'],
  phrase: 'nightly at 03:00',
  days: 'nightly',
}

const steps = (states: readonly (readonly [title: string, state: 'complete' | 'error', ms: number])[]) =>
  states.map(([title, state, ms], at) =>
    at === 0
      ? { id: 'awake-1', title, state, ms, handles: {} }
      : { id: `line-${at}`, request: title, title, state, ms, handles: {} },
  )

function fireAt(from: string, given: Partial<RunRecord> = {}): RunRecord {
  return runAt(57, 'schedule-run id=3', from, 0, {
    origin: { kind: 'fire', schedule: 3, intended: '2018-11-30T03:00:00.000Z', cause: 'clock' },
    state: 'running',
    ended: null,
    steps: steps([
      ['Check the warehouse', 'complete', 300],
      ['etl', 'complete', 41_000],
      ['qa checks', 'complete', 5_100],
      ['pulse', 'complete', 900],
      ['top-songs last=whole-day', 'complete', 700],
    ]),
    ...given,
  })
}

const good: FinishedRun = {
  schedule,
  occurrence: fireAt('03:00:00'),
  reports: [loaded, checked, pulse, top],
  restored: null,
  now: new Date('2018-11-30T03:00:52.000Z'),
}

function told(
  { headline, title, replies = [], details = [], next = [] }: Outcome,
  { occurrence, now }: FinishedRun,
): Answer {
  return {
    ok: true,
    exit: 0,
    headline,
    ...(title === undefined ? {} : { title }),
    audience: 'channel',
    run: { ...viewOf(occurrence), state: 'complete', ended: now.toISOString() },
    replies: [...replies],
    details: [...details],
    next: [...next],
  }
}

const wellTold = (name: string, night: FinishedRun): Shown => ({ name, answer: told(digestOfRun(night), night) })

const gap = 'Every day between the first and the last play has plays'

const someGreen = '19 of 20 checks green · 1 warning'
const someChecks = { about: 'checks', text: someGreen }
const doubt = stating([fresh, { about: 'warnings', text: `Warning: ${gap}` }], ' · ', 'note')

/** What the line says of a load on which one check is red that only warns. */
function withGap({ answer: { brief = [], headline, replies, ...answer }, ...said }: LineReport): LineReport {
  const doubted = (reply: Reply): Reply => {
    if (reply === green) return said.line === 'etl' ? stating([someChecks], '') : red
    return reply === trust ? doubt : reply
  }
  return {
    ...said,
    answer: {
      ...answer,
      headline: headline.replace('20 of 20 checks green', someGreen),
      replies: replies.map(doubted),
      brief: brief.map(doubted),
    },
  }
}

const since = { about: 'warnings', text: `Warning: ${gap}, since the load of 28 Nov 2018, 03:04 UTC` }
const red = stating([someChecks, since], '\n', 'warning')

const live: LoadRecord = {
  id: 41,
  state: 'live',
  started: '2018-11-28T03:00:02.000Z',
  published: '2018-11-28T03:04:11.000Z',
  facts: {},
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

const bad = OpsError.untouched(
  'bad_data',
  '2018-11-29-events.json, line 212: registration is "15401O6212796.0", not a number (1 row).',
  'Fix the data, or load without this row: etl max-errors=1.',
  { fixCommand: 'etl max-errors=1', leaveOut: 1 },
)

const staging = runAt(58, 'etl', '03:00:01', 191_000, {
  state: 'error',
  steps: steps([
    ['Check sources', 'complete', 400],
    ['Create tables', 'complete', 900],
    ['Stage events', 'error', 189_000],
    ['Stage songs', 'complete', 21_400],
  ]),
})
const notLoaded = failureAnswer(bad, viewOf(staging), silent, {
  audience: 'channel',
  next: [press('Run again', 'run-again 58')],
})

const failing: FailedRun = {
  ...good,
  now: new Date('2018-11-30T03:03:12.000Z'),
  occurrence: fireAt('03:00:00', {
    steps: steps([
      ['Check the warehouse', 'complete', 300],
      ['etl', 'error', 191_000],
    ]),
  }),
  reports: [{ line: 'etl', asks: false, answer: notLoaded }],
  restored: 'Cluster sparkify was resumed for this and is paused again.',
  error: bad,
  failed: { ...staging, answer: notLoaded },
  live: { load: live, isNew: false },
  posts: ['07:00', '07:00'].map((time) => ({ at: new Date(`2018-11-30T${time}:00.000Z`), waits: false })),
  usd: 0.11,
  standing: 'Only its storage is billed now.',
}

const asleep: FailedRun = {
  ...failing,
  now: new Date('2018-11-30T03:32:00.000Z'),
  occurrence: fireAt('03:00:00', { steps: steps([['Check the warehouse', 'error', 1_920_000]]) }),
  reports: [],
  restored: null,
  error: new OpsError(
    'aws',
    'AWS could not resume cluster sparkify: "Insufficient capacity in us-west-2a". AWS request 9b1f2c3d.',
    'Try again later; AWS usually has capacity within the hour.',
  ),
  failed: runAt(58, 'resume', '03:00:01', 1_919_000, {
    origin: { kind: 'line', fire: 57, at: -1 },
    state: 'error',
    steps: steps([
      ['Resume the cluster', 'complete', 2_000],
      ['Wait until it answers', 'error', 1_917_000],
    ]),
  }),
  posts: [
    { at: new Date('2018-11-30T07:00:00.000Z'), waits: false },
    { at: new Date('2018-11-30T07:30:00.000Z'), waits: true },
  ],
  usd: null,
  standing: 'Cluster sparkify is paused; only its storage is billed.',
}

function badlyTold(name: string, night: FailedRun): Shown {
  const run = { ...viewOf(night.occurrence), state: 'error', ended: night.now.toISOString() } as const
  const next = [press('Run again', 'run-again 57')]
  return { name, answer: failureAnswer(failureReport(night), run, silent, { audience: 'channel', next }) }
}

const daily: FinishedRun = {
  ...good,
  schedule: {
    ...schedule,
    lines: ['top-songs last=whole-day'],
    phrase: 'weekdays at 03:00',
    days: 'weekdays',
    zone: 'Europe/London',
  },
  reports: [top],
}

const followed: FinishedRun = {
  ...good,
  schedule: { ...schedule, personal: true, lines: ['pulse'], phrase: 'daily at 03:00', days: 'daily' },
  reports: [pulse, top],
}

/** What a schedule posts: a whole night, one line, and what one person follows. */
export const nightly: readonly Shown[] = [
  wellTold('nightly-good', { ...good, restored: 'Cluster sparkify was resumed for this and is paused again.' }),
  wellTold('nightly-late', {
    ...good,
    occurrence: fireAt('05:11:20'),
    now: new Date('2018-11-30T05:12:08.000Z'),
  }),
  wellTold('nightly-warning', { ...good, reports: good.reports.map(withGap) }),
  badlyTold('nightly-failed', failing),
  badlyTold('nightly-failed-cluster', asleep),
  wellTold('schedule-one-line', daily),
  { ...wellTold('follow-digest', followed), view: { direct: true } },
]
