import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, RunView } from '../../../src/core/answer.ts'
import { OpsError, type OpsErrorCode } from '../../../src/core/errors.ts'
import { type TableReply, text } from '../../../src/core/reply.ts'
import {
  errorOfAnswer,
  failureAnswer,
  isLeftOpen,
  outcomeWithoutRows,
  rowsIn,
  viewOf,
} from '../../../src/core/runner/answers.ts'
import { runRecord } from '../../support/run.ts'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }
const ended = '2026-11-30T12:00:01.000Z'
const run: RunView = {
  id: 7,
  command: 'top-songs',
  line: 'top-songs n=3',
  who: 'Anna',
  state: 'complete',
  started: '2026-11-30T12:00:00.000Z',
  ended,
  steps: [],
}
const table = (total: number): TableReply => ({ kind: 'table', title: 'Songs', columns: ['n'], rows: [], total })
const answer = (said: Partial<Answer> = {}): Answer => ({
  ok: true,
  exit: 0,
  headline: 'Three songs.',
  audience: 'channel',
  run,
  replies: [],
  next: [],
  ...said,
})

describe('a failure', () => {
  it('comes back from its answer as it was', () => {
    const words = fc.string({ minLength: 1 })
    const options = fc.record({
      fixCommand: fc.option(fc.constantFrom('status', 'spin-up'), { nil: undefined }),
      ask: fc.array(words),
      reason: fc.option(words, { nil: undefined }),
      leaveOut: fc.option(fc.nat(), { nil: undefined }),
      saysBill: fc.boolean(),
      evidence: fc.array(words.map((one) => text(one))),
    })
    const code = fc.constantFrom<OpsErrorCode>('bad_data', 'not_found', 'not_allowed', 'aws', 'storage')
    fc.assert(
      fc.property(code, words, fc.string(), options, (of, message, remedy, more) => {
        const error = new OpsError(of, message, remedy, more)
        const { failure, ...rest } = failureAnswer(error, null, silent)
        const again = errorOfAnswer({ failure: JSON.parse(JSON.stringify(failure)), ...rest })
        const known = (one: OpsError) => [one.code, one.message, one.remedy, one.fixCommand, one.reason, one.leaveOut]
        expect(known(again)).toEqual(known(error))
        expect([again.ask, again.saysBill, again.evidence]).toEqual([error.ask, error.saysBill, error.evidence])
      }),
    )
  })

  it('offers what mends it first; that of a schedule what its report suggests last', () => {
    const next = [{ label: 'Again', line: 'run-again 7' }]
    const error = new OpsError('cluster_state', 'It sleeps.', '', { fixCommand: 'resume' })
    expect(failureAnswer(error, run, silent, { next }).next.map(({ line }) => line)).toEqual(['resume', 'run-again 7'])
    const report = {
      title: 'Nightly',
      headline: 'Nightly: it sleeps.',
      details: [text('all')],
      next: [{ label: 'Details', line: 'runs 8' }],
      rowsOf: [{ command: 'top-songs', ended }],
    }
    expect(failureAnswer(error.with({ report }), run, silent, { next, audience: 'channel' })).toMatchObject({
      headline: 'Nightly: it sleeps.',
      title: 'Nightly',
      details: report.details,
      rowsOf: report.rowsOf,
      next: [{ line: 'run-again 7' }, { line: 'runs 8' }],
    })
  })

  it.each<[code: OpsErrorCode, exit: number, alone: Answer['audience']]>([
    ['bad_data', 1, 'channel'],
    ['aws', 1, 'channel'],
    ['not_allowed', 3, 'asker'],
    ['bad_argument', 2, 'asker'],
  ])('of %s ends with %i; without a report it is for %s', (code, exit, alone) => {
    const error = new OpsError(code, 'No.')
    const report = { title: '', headline: '', details: [], next: [], rowsOf: [] }
    expect(failureAnswer(error, null, silent, { audience: 'channel' })).toMatchObject({ exit, audience: alone })
    expect(failureAnswer(error.with({ report }), null, silent, { audience: 'channel' }).audience).toBe('channel')
    expect(failureAnswer(error, null, silent).audience).toBe('asker')
  })

  it('that is a bug goes to the log alone, with its run', () => {
    const logged: unknown[] = []
    const log = { ...silent, error: (facts: object, message: string) => void logged.push([facts, message]) }
    const bug = new TypeError('secret is undefined')
    const told = failureAnswer(bug, run, log)
    expect(told.failure).toMatchObject({ code: 'bug', remedy: expect.stringContaining('report it') })
    expect(JSON.stringify(told)).not.toContain('secret')
    expect(logged).toEqual([[{ err: bug, run: 7 }, 'bug: secret is undefined']])
    failureAnswer(new OpsError('aws', 'No.'), run, log)
    expect(logged).toHaveLength(1)
  })

  it('of checks that are red has the answer itself for evidence', () => {
    const replies = [table(2), text('Two are red.')]
    const error = errorOfAnswer(answer({ ok: false, exit: 1, headline: 'Two are red.', replies }))
    expect(error).toMatchObject({ code: 'checks_red', message: 'Two are red.', evidence: replies })
  })
})

describe('an answer', () => {
  const asked = { engine: 'duckdb', load: 1, sql: '', values: {} }
  const others = [{ command: 'pulse', ended: '2026-11-01T00:00:00.000Z' }]

  it('holds the rows that it asked for, at the time it ended, or those that it has from others', () => {
    expect(rowsIn(answer({ asked, rowsOf: others }))).toEqual([{ command: 'top-songs', ended }])
    expect(rowsIn(answer({ asked, run: { ...run, ended: null } }))).toEqual([
      { command: 'top-songs', ended: run.started },
    ])
    expect(rowsIn(answer({ asked, run: null, rowsOf: others }))).toEqual(others)
    expect(rowsIn(answer({ rowsOf: others }))).toEqual(others)
    expect(rowsIn(answer())).toEqual([])
  })

  it('is told to others without its rows', () => {
    expect(outcomeWithoutRows(answer())).toBe('Three songs.')
    expect(outcomeWithoutRows(answer({ asked, replies: [text('x'), table(1), table(5)] }))).toBe('1 row')
    expect(outcomeWithoutRows(answer({ asked, replies: [table(1234)] }))).toBe('1,234 rows')
    expect(outcomeWithoutRows(answer({ asked }))).toBe('answered')
    expect(outcomeWithoutRows(answer({ rowsOf: others, replies: [table(2)] }))).toBe('2 rows')
  })

  it('is left to another process while its run is running, or was never begun', () => {
    const shut = failureAnswer(new OpsError('shutting_down', 'Bye.'), null, silent)
    expect(isLeftOpen(shut)).toBe(true)
    expect(isLeftOpen(failureAnswer(new OpsError('interrupted', 'Bye.'), null, silent))).toBe(true)
    expect(isLeftOpen({ ...shut, run })).toBe(false)
    expect(isLeftOpen(answer({ run: { ...run, state: 'running' } }))).toBe(true)
    expect(isLeftOpen(answer())).toBe(false)
    expect(isLeftOpen(failureAnswer(new OpsError('aws', 'No.'), null, silent))).toBe(false)
  })

  it('names an attempt from the second on, and of its steps what is to be seen', () => {
    const step = { id: 'load', title: 'Load', state: 'complete', ms: 5, key: 'k', handles: { a: 'b' } } as const
    const record = runRecord({ id: 7, steps: [step, { ...step, detail: '3 rows' }] })
    expect(viewOf(record).steps).toEqual([
      { title: 'Load', state: 'complete', ms: 5 },
      { title: 'Load', state: 'complete', ms: 5, detail: '3 rows' },
    ])
    expect(viewOf(record)).not.toHaveProperty('attempt')
    expect(viewOf({ ...record, attempt: 2 }).attempt).toBe(2)
  })
})
