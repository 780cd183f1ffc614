import { describe, expect, it } from 'vitest'
import type { Answer, RunView } from '../../../../src/core/answer.ts'
import { OpsError } from '../../../../src/core/errors.ts'
import { type Reply, text } from '../../../../src/core/reply.ts'
import { type FailedRun, failureReport } from '../../../../src/core/schedule/report/failure.ts'
import { anna, channel } from '../../../support/core.ts'
import { runRecord } from '../../../support/run.ts'
import { scheduled } from '../../../support/schedule.ts'

const created = '2026-11-20T12:00:00.000Z'
const started = '2026-11-25T21:30:00.000Z'

const schedule = {
  id: 4,
  ...scheduled({
    place: channel,
    owner: anna,
    created,
    lines: ['etl', 'qa checks', 'pulse'],
    phrase: 'nightly at 03:00',
    days: 'nightly',
    zone: 'Asia/Kolkata',
  }),
}

const step = (title: string, state: 'complete' | 'error', id = title) => ({ id, title, state, ms: 0, handles: {} })

const ofLoad = runRecord({
  id: 9,
  line: 'etl',
  state: 'error',
  steps: [step('Begin', 'complete'), step('Audit', 'error')],
})

function answer(said: Partial<Answer> = {}): Answer {
  return { ok: false, exit: 1, headline: '', audience: 'channel', run: null, replies: [], next: [], ...said }
}

/** The first line of a night failed on a cluster that costs nothing, before it published anything, unless said otherwise. */
function failed(said: Partial<FailedRun> = {}) {
  const report = failureReport({
    schedule,
    occurrence: runRecord({
      id: 8,
      started,
      origin: { kind: 'fire', schedule: 4, intended: started, cause: 'clock' },
      steps: [step('Check the warehouse', 'complete', 'awake-1'), step('etl', 'error', 'line-1')],
    }),
    reports: [{ line: 'etl', asks: false, answer: answer() }],
    restored: null,
    now: new Date('2026-11-25T21:31:30.000Z'),
    error: new OpsError('bad_data', 'Line 3 is no row.', 'Mend it.'),
    failed: ofLoad,
    live: null,
    posts: [],
    usd: null,
    standing: '',
    ...said,
  })
  return { ...report, message: report.message, paragraphs: report.message.split('\n').slice(1) }
}

const load = (published: string | null) => ({ id: 5, state: 'live' as const, started: created, published, facts: {} })
const postsAt = (...times: readonly string[]) =>
  times.map((time) => ({ at: new Date(`2026-11-26T${time}:00.000Z`), waits: false }))

describe('the report of a night that failed', () => {
  it('names the line and its step, or the step of the night itself, by the clocks of its zone', () => {
    const occasion = 'Nightly, 26 Nov, 03:00 (Asia/Kolkata)'
    expect(failed().report).toMatchObject({
      title: `${occasion} · etl failed at "Audit" after 1 min 30 s`,
      headline: `${occasion}: etl failed at "Audit". Line 3 is no row.`,
    })
    expect(failed({ failed: null }).report?.title).toBe(`${occasion} · etl failed after 1 min 30 s`)
    const occurrence = runRecord({
      id: 8,
      started,
      origin: { kind: 'fire', schedule: 4, intended: started, cause: 'clock' },
    })
    expect(failed({ failed: null, occurrence }).report?.title).toBe(`${occasion} · it failed after 1 min 30 s`)
  })

  it('gives the reason without what an error adds on live tables, which is said once', () => {
    const error = OpsError.untouched('bad_data', 'Line 3 is no row.', 'Mend it.')
    const { message, reason, code, remedy } = failed({
      error,
      live: { load: load('2026-11-24T21:30:00.000Z'), isNew: false },
    })
    expect(message.split('\n')[0]).toBe('Line 3 is no row.')
    expect(message.match(/Live tables/g)).toHaveLength(1)
    expect([reason, code, remedy]).toEqual([undefined, 'bad_data', 'Mend it.'])
  })

  it.each<[what: string, said: Partial<FailedRun>, skipped: string | undefined]>([
    ['behind the line that failed', {}, 'Skipped after that: qa checks; pulse.'],
    ['behind one that was refused', { failed: null, reports: [] }, 'Skipped after that: qa checks; pulse.'],
    [
      'all of them, where the warehouse did not wake',
      {
        failed: null,
        reports: [],
        occurrence: runRecord({
          started,
          origin: { kind: 'fire', schedule: 4, intended: started, cause: 'clock' },
          steps: [step('Check the warehouse', 'error', 'awake-1')],
        }),
      },
      'Skipped after that: etl; qa checks; pulse.',
    ],
    [
      'none behind the last',
      { reports: ['etl', 'qa checks', 'pulse'].map((line) => ({ line, asks: false, answer: answer() })) },
      undefined,
    ],
  ])('names the lines that were skipped: %s', (_, said, skipped) => {
    expect(failed(said).paragraphs[0]).toBe(skipped)
  })

  it.each<[live: FailedRun['live'], words: string | undefined]>([
    [null, undefined],
    [{ load: null, isNew: false }, 'Nothing is loaded.'],
    [{ load: load(null), isNew: true }, 'Nothing is loaded.'],
    [
      { load: load('2025-12-31T18:40:00.000Z'), isNew: false },
      'Live tables are untouched: the load of 1 Jan, 00:10 (Asia/Kolkata).',
    ],
    [
      { load: load('2025-12-31T18:20:00.000Z'), isNew: false },
      'Live tables are untouched: the load of 31 Dec 2025, 23:50 (Asia/Kolkata).',
    ],
    [
      { load: load('2026-11-25T21:31:00.000Z'), isNew: true },
      'It published the load of 26 Nov, 03:01 (Asia/Kolkata) before that, which is live.',
    ],
  ])('says what is live: %j', (live, words) => {
    expect(failed({ live }).paragraphs[1]).toBe(words)
  })

  it.each<[times: readonly string[], words: string]>([
    [['01:30'], 'The 07:00 post will use it and show its age.'],
    [['01:30', '01:30'], 'The 07:00 posts will use it and show its age.'],
    [['01:30', '02:30', '03:30', '04:30'], 'The 07:00, 08:00, 09:00 and 10:00 posts will use it and show its age.'],
    [
      ['01:30', '01:30', '02:30', '03:30', '04:30', '05:30'],
      'The 07:00, 08:00, 09:00 and 2 later posts will use it and show its age.',
    ],
  ])('says which posts will show it, by the same clocks: %j', (times, words) => {
    const live = { load: load('2026-11-24T21:30:00.000Z'), isNew: false }
    const posts = postsAt(...times)
    expect(failed({ live, posts }).paragraphs[1]).toMatch(new RegExp(`\\. ${words}$`))
    const waiting = posts.map((post) => ({ ...post, waits: true }))
    expect(failed({ live, posts: waiting }).paragraphs[1]).toMatch(
      posts.length === 1 ? /post waits until the cluster is resumed\.$/ : /posts wait until the cluster is resumed\.$/,
    )
  })

  it.each<[said: Partial<FailedRun>, words: string | undefined]>([
    [{ usd: null }, undefined],
    [{ usd: 0 }, undefined],
    [{ usd: 0.114 }, 'The cluster cost $0.11 in that time.'],
    [{ usd: 0.004, standing: 'It costs on.' }, 'The cluster cost less than $0.01 in that time. It costs on.'],
    [{ usd: 0.11, restored: 'It is paused again.' }, 'It is paused again. That cost $0.11.'],
    [{ usd: null, restored: 'It is paused again.' }, 'It is paused again.'],
  ])('says what it cost: %j', (said, words) => {
    expect(failed(said).paragraphs[1]).toBe(words)
  })

  it('suggests what mends it, then the whole story, and quiet', () => {
    const always = ['Details: runs 8', 'Snooze 8 h: schedule-snooze 4 8h']
    const next = (said: Partial<FailedRun>) => failed(said).report?.next.map(({ label, line }) => `${label}: ${line}`)
    const lineThat = (said: Partial<Answer>) => ({ failed: { ...ofLoad, answer: answer(said) } })
    const failure = { code: 'bad_data', message: '', remedy: '' } as const
    expect(next({ failed: null })).toEqual(always)
    expect(next(lineThat({ failure }))).toEqual(always)
    expect(next(lineThat({ failure: { ...failure, leaveOut: 1 } }))).toEqual([
      'Run again, leaving out this row: schedule-run 4 from=8 max-errors=1',
      ...always,
    ])
    expect(next(lineThat({ failure: { ...failure, leaveOut: 12, cure: 'status' } }))).toEqual([
      'Run again, leaving out these rows: schedule-run 4 from=8 max-errors=12',
      ...always,
    ])
    const curable = lineThat({ failure: { ...failure, cure: 'spin-up' } })
    expect(next(curable)).toEqual(['Spin up: spin-up', ...always])
    expect(next({ ...curable, schedule: { ...schedule, personal: true } })).toEqual([
      'Details: runs 8',
      'Stop following: unfollow 4',
    ])
    const suggested = [
      { label: 'Check', line: 'qa' },
      { label: 'Undo', line: 'rollback' },
    ]
    expect(next(lineThat({ next: suggested }))).toEqual(['Check: qa', ...always])
  })

  it('shows the rows of red checks, and in its details what was said before', () => {
    const run: RunView = {
      id: 9,
      command: 'etl',
      line: 'etl',
      state: 'error',
      who: 'Anna',
      started,
      ended: started,
      steps: [],
    }
    const rows: Reply = { kind: 'table', title: 'Keys', columns: ['n'], rows: [[1]], total: 1 }
    const other: Reply = { kind: 'table', title: 'Others', columns: ['n'], rows: [[2]], total: 1 }
    const red = { line: 'etl', asks: false, answer: answer({ run, brief: [rows], replies: [rows, other] }) }
    const before = { line: 'look', asks: true, answer: answer({ ok: true, replies: [text('Seen before.')] }) }
    const reports = [before, red]
    const checks = failed({ reports, error: new OpsError('checks_red', 'One is red.') })
    expect(checks.evidence).toEqual([rows])
    expect(checks.report?.details).toContainEqual(other)
    expect(checks.report?.details).not.toContainEqual(rows)
    expect(checks.report?.details).toContainEqual(text('Seen before.'))
    const sql = failed({ reports, error: new OpsError('sql_failed', 'No.', '', { evidence: [other] }) })
    expect(sql.evidence).toEqual([other])
    expect(sql.report?.details).toContainEqual(rows)
    const [first] = sql.report?.details ?? []
    expect(first).toMatchObject({ kind: 'steps', title: 'etl (run 9)', steps: { length: 2 } })
    expect(sql.report?.details.at(-1)).toMatchObject({ kind: 'steps', title: 'Steps' })
  })
})
