import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient, type InValue } from '@libsql/client'
import { expect, it, onTestFinished } from 'vitest'
import { openLedger } from '../../src/store/ledger.ts'
import { migrations } from '../../src/store/migrations/index.ts'

const place = JSON.stringify({ kind: 'slack', channel: 'C1', direct: false })
const anna = JSON.stringify({ kind: 'slack', id: 'U1', name: 'anna' })
const at = '2026-11-20T03:00:00.000Z'
const answer = JSON.stringify({
  ok: true,
  exit: 0,
  headline: 'Done.',
  audience: 'channel',
  run: null,
  replies: [],
  next: [],
})
const plan = JSON.stringify({
  id: 'p1',
  plan: { title: 'Go?', facts: [], act: 'Go', danger: false },
  by: JSON.parse(anna),
})

/** A ledger of the version before there were attempts, with these runs, numbered from 1, opened by this one. */
async function upgraded(
  runs: readonly Readonly<Record<string, InValue>>[],
  steps: readonly [number, number, object][] = [],
) {
  const home = await mkdtemp(join(tmpdir(), 'attempts-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const url = pathToFileURL(join(home, 'state.db')).href
  const old = createClient({ url })
  const usual = {
    command: 'etl',
    line: 'etl',
    who_id: 'U1',
    who: anna,
    place,
    writer: 1,
    listed: 1,
    process: 'gone',
    started: at,
    told: 1,
  }
  await old.batch([
    'create table migrations (version integer primary key) strict',
    ...migrations.slice(0, 9).flatMap((statements, n) => [...statements, `insert into migrations values (${n + 1})`]),
    ...runs.map((run) => {
      const over = run['state'] === undefined ? {} : { ended: at, answer }
      const row = Object.entries({ ...usual, ...over, state: 'running', ...run })
      return {
        sql: `insert into runs (${row.map(([name]) => name).join(', ')}) values (${row.map(() => '?').join(', ')})`,
        args: row.map(([, value]) => value),
      }
    }),
    ...steps.map(([run, place, step]) => ({
      sql: 'insert into steps (run, at, record) values (?, ?, ?)',
      args: [run, place, JSON.stringify({ ms: 1, handles: {}, ...step })],
    })),
  ])
  old.close()
  const ledger = await openLedger({ url, now: () => new Date(at) })
  onTestFinished(() => ledger.close())
  return ledger
}

it('a run at work keeps its steps, the name of what is under way outside, and the processes that it has lost', async () => {
  const ledger = await upgraded(
    [{ attempts: 3, approval: plan, cancel_by: 'anna' }],
    [
      [1, 0, { title: 'Stage', state: 'complete' }],
      [1, 1, { title: 'Build', state: 'in_progress', handles: { id: 'x-1' } }],
    ],
  )
  expect(await ledger.runs.get(1)).toMatchObject({
    attempt: 3,
    lost: 2,
    worker: 'gone',
    args: null,
    approval: JSON.parse(plan),
    steps: [{ title: 'Stage' }, { title: 'Build', key: 'run-1-step-1', handles: { id: 'x-1' } }],
  })
  expect((await ledger.runs.attempts(1)).map(({ state }) => state)).toEqual(['lost', 'lost', 'running'])
  expect(await ledger.runs.cancelRequests('gone')).toEqual([{ id: 1, by: 'anna' }])
  const taken = await ledger.runs.claim(1, 'gone', 'next', new Date(at))
  expect(taken).toMatchObject({ attempt: 4, lost: 3, steps: [{}, { key: 'run-1-step-1' }] })
})

it('what was approved stays so, also of an occurrence and its lines, which change nothing themselves', async () => {
  const ledger = await upgraded([
    { approval: plan, state: 'error' },
    {
      command: 'schedule-run',
      line: 'schedule-run id=3',
      writer: 0,
      schedule: 3,
      intended: at,
      cause: 'asked',
      approval: plan,
    },
    { fire: 2, line_at: 0, writer: 0, state: 'complete', approval: plan },
    { fire: 2, line_at: 1 },
  ])
  const approvers = (await ledger.runs.list({ limit: 9 })).map(({ id, approval }) => [id, approval?.by.name])
  expect(approvers).toEqual([
    [4, undefined],
    [3, 'anna'],
    [2, 'anna'],
    [1, 'anna'],
  ])
})

it('what was over is one attempt, whose entry in the record stays as it is, and can be tried again', async () => {
  const ledger = await upgraded([
    { attempts: 2, state: 'error' },
    { command: 'qa', line: 'qa', state: 'complete', writer: 0 },
  ])
  // The version before entered them itself; here they were inserted as they are.
  const run = await ledger.runs.get(1)
  expect(run).toMatchObject({ attempt: 1, lost: 1, state: 'error', key: null })
  if (run === null) throw new Error('it is there')
  expect((await ledger.runs.retry(1, { ...run, after: 1, worker: 'new', steps: [] })).kind).toBe('opened')
  expect((await ledger.runs.attempts(1)).map(({ attempt, state }) => [attempt, state])).toEqual([
    [1, 'error'],
    [2, 'running'],
  ])
  const next = await ledger.runs.open({ ...run, key: null, writer: false, worker: 'new' })
  expect(next).toMatchObject({ kind: 'opened', run: { id: 3 } })
})

it('what had ended without its reader being told is a message, of words and of the clock; a line is told with its fire', async () => {
  const untold = { state: 'complete', told: 0 }
  const ledger = await upgraded([
    untold,
    {
      ...{ ...untold, command: 'schedule-run', line: 'schedule-run id=3', writer: 0 },
      ...{ schedule: 3, intended: at, cause: 'clock' },
    },
    { ...untold, fire: 2, line_at: 0, writer: 0 },
    { ...untold, told: 1 },
    { ...untold, post: JSON.stringify({ channel: 'C1', ts: '5.0' }) },
  ])
  const there = [{ kind: 'conversation', place: { channel: 'C1' } }, {}]
  const all = await Promise.all([1, 2, 3, 4, 5].map((run) => ledger.messages.find(`run:${run}`)))
  expect(all.filter((message) => message?.state === 'pending')).toMatchObject([
    { key: 'run:1', content: { kind: 'run', run: 1, attempt: 1 }, ways: [...there, {}], post: null },
    { key: 'run:2', content: { kind: 'run', run: 2, attempt: 1 }, ways: there, schedule: 3, post: null },
    { key: 'run:5', content: { kind: 'run', run: 5, attempt: 1 }, ways: [...there, {}], post: { ts: '5.0' } },
  ])
})

it('fires and their lines are found by their keys; of a line that was said twice the second one counts', async () => {
  const line = { fire: 1, writer: 0 }
  const ledger = await upgraded([
    { command: 'schedule-run', line: 'schedule-run id=3', writer: 0, schedule: 3, intended: at, cause: 'clock' },
    { ...line, line_at: 0, state: 'error' },
    { ...line, line_at: 0, again: 1, continues: 2, state: 'complete' },
    { command: 'schedule-run', line: 'schedule-run id=3', writer: 0, schedule: 3, intended: 'asked', cause: 'asked' },
  ])
  const keys = (await ledger.runs.list({ limit: 9 })).map(({ id, key }) => [id, key])
  expect(keys).toEqual([
    [4, 'ask:3:asked'],
    [3, 'run:1:line:0'],
    [2, 'run:1:line:0:closed'],
    [1, `schedule:3:${at}`],
  ])
})

it('a fire that carries on behind another has what went well there as lines of its own', async () => {
  const fire = { command: 'schedule-run', line: 'schedule-run id=3', writer: 0, schedule: 3, cause: 'asked' }
  const line = { writer: 0, state: 'complete' }
  const ledger = await upgraded([
    { ...fire, intended: 'a', state: 'error' },
    { ...line, fire: 1, line_at: -1, command: 'resume', line: 'resume' },
    { ...line, fire: 1, line_at: 0 },
    { ...line, fire: 1, line_at: 1, line: 'qa', state: 'error' },
    { ...fire, intended: 'b', continues: 1, state: 'error' },
    { ...line, fire: 5, line_at: 1, line: 'qa' },
    { ...fire, intended: 'c', continues: 5 },
  ])
  const linesOf = async (fire: number) => (await ledger.runs.list({ parent: fire, limit: 9 })).map(({ id }) => id)
  expect(await Promise.all([1, 5, 7].map(linesOf))).toEqual([[4, 2], [], [6, 3]])
})

it('a retry that is at work begins again, because its load would have another number', async () => {
  const ledger = await upgraded(
    [{ state: 'error' }, { continues: 1 }],
    [
      [1, 0, { title: 'Stage', state: 'complete' }],
      [2, 0, { title: 'Stage', state: 'complete' }],
    ],
  )
  expect((await ledger.runs.get(2))?.steps).toEqual([])
  expect((await ledger.runs.get(1))?.steps).toHaveLength(1)
})
