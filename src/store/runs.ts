import { z } from 'zod'
import { askerOf } from '../core/people.ts'
import type { Settlement } from '../core/ports/plans.ts'
import type { NewAttempt, NewRun, OpenedRun, Origin, Retry, RunFilter, RunId, RunStore } from '../core/ports/runs.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import type { Liveness } from './liveness.ts'
import { changeAndPost } from './outbox.ts'
import { messagesOfSettled, planIsOpen, settling } from './plans.ts'
import { readProcesses } from './processes.ts'
import { reader, toColumns } from './rows.ts'
import { attemptSchema, conditionsOf, parseRun, parseSummary, selectRuns, selectSummaries } from './run-row.ts'

const cancelSchema = z.object({ id: z.number(), by: z.string() })

/** The runs in `db`; `liveness` decides which of them are orphans. */
export function runStore(db: Database, liveness: Liveness): RunStore {
  const listed = (select: string, filter: RunFilter) => {
    const { where, args } = conditionsOf(filter)
    return db.read(`${select} and ${where} order by seq desc limit :limit`, { ...args, limit: filter.limit })
  }
  return {
    open: (run, settles) => open(db, run, settles),
    retry: (id, again, settles) => retry(db, id, again, settles),

    async get(id) {
      const [row] = await db.read(`${selectRuns} and runs.id = ?`, [id])
      return row === undefined ? null : parseRun(row)
    },

    list: async (filter) => (await listed(selectRuns, filter)).map(parseRun),
    summaries: async (filter) => (await listed(selectSummaries, filter)).map(parseSummary),

    attempts: (id) =>
      reader(db, attemptSchema, 'Attempt').all('select *, "by" as who from attempts where run = ? order by attempt', [
        id,
      ]),

    async saveStep(id, worker, index, step) {
      const changed = await db.write(
        `insert into steps (run, attempt, at, record)
        select run, attempt, :index, :record from attempts where ${isAtWork}
        on conflict (run, attempt, at) do update set record = excluded.record`,
        { id, worker, index, record: JSON.stringify(step) },
      )
      return changed === 1
    },

    async end(id, worker, { state, answer, ended, costUsd }, messages) {
      const sql = `update attempts set state = :state, answer = :answer, ended = :ended, cost_usd = :cost_usd where ${isAtWork}`
      return changeAndPost(db, { sql, args: toColumns({ id, worker, state, answer, ended, costUsd }) }, messages)
    },

    async requestCancel(id, by) {
      const changed = await db.write(
        `update attempts set cancel_by = coalesce(cancel_by, :by) where run = :id and state = 'running'`,
        { id, by },
      )
      return changed === 1
    },

    cancelRequests: (process) =>
      reader(db, cancelSchema, 'Run').all(
        `select run as id, cancel_by as "by" from attempts
        where worker = ? and state = 'running' and cancel_by is not null
        order by seq`,
        [process],
      ),

    async orphans(now) {
      // Runs first: who opened one of them had entered by then. In the other order a newcomer's run would look orphaned.
      const running = (await db.read(`${selectRuns} and state = 'running' order by seq`)).map(parseRun)
      const processes = new Map((await readProcesses(db)).map((process) => [process.id, process]))
      return running.filter(({ worker }) => worker === null || liveness.gone(processes.get(worker), now))
    },

    async claim(id, from, to, now) {
      const [claimed, , , , found] = await db.batch(claimOf({ id, from, to, now: now.toISOString() }))
      const row = found?.rows[0]
      return claimed?.rowsAffected === 1 && row !== undefined ? parseRun(row) : null
    },

    async release(id, worker) {
      await db.write(`update attempts set worker = null where ${isAtWork}`, { id, worker })
    },

    async postpone(id, until) {
      await db.write('update runs set available_at = :until where id = :id', { id, until: until.toISOString() })
    },
  }
}

/** The attempt of run `:id` that is at work, where it is `:worker`'s still; one that waits is null's. */
const isAtWork = `run = :id and worker is :worker and state = 'running'`

const isNewest = 'attempt = (select max(attempt) from attempts newest where newest.run = attempts.run)'

/** Whether another run is changing the warehouse, which one that would do so has to wait for. */
const isFree = `not (:writer and exists (select 1 from attempts where writer = 1 and state = 'running'))`

/** The place in the order of attempts of one that begins now. A run that is taken over keeps its place. */
const nextSeq = '(select coalesce(max(seq), 0) + 1 from attempts)'

/** Whether the plan `:plan`, where the run has one, can be confirmed still. */
const isPlanOpen = `(:plan is null or exists (${planIsOpen(':plan')}))`

const seqSchema = z.object({ seq: z.number() })

const writerAtWork: Sql = { sql: `${selectRuns} and attempts.writer = 1 and state = 'running'` }

/**
 * Inserts the run and its first attempt, and reads what stood in the way, in one batch. The insert asks before it tries, because one that a
 * unique index refuses would use up a number.
 */
async function open(db: Database, run: NewRun, settles: Settlement | undefined): Promise<OpenedRun> {
  const { key, command, args, line, who: requester, writer, listed, origin, started } = run
  const results = await db.batch([
    {
      sql: `insert into runs
          (key, command, args, line, requester, writer, listed, schedule, intended, cause, parent, position, available_at)
        select :key, :command, :args, :line, :requester, :writer, :listed, :schedule, :intended, :cause, :fire, :at, :started
        where ${isFree} and not exists (select 1 from runs where key = :key) and ${isPlanOpen}`,
      args: {
        ...toColumns({ key, command, args, line, requester, writer, listed, started }),
        plan: settles?.plan ?? null,
        ...originColumns(origin),
      },
    },
    {
      sql: `insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, approval, writer, worker, started)
        select last_insert_rowid(), 1, ${nextSeq}, 0, 0, :who_id, :who, :place, :door, :approval, :writer, :worker, :started
        where changes() = 1`,
      args: { ...attemptColumns(run), writer: Number(writer) },
    },
    ...(settles === undefined ? [] : [settling(settles), messagesOfSettled(settles)]),
    { sql: 'select max(seq) as seq from attempts' },
    writerAtWork,
    { sql: `${selectRuns} and key = ?`, args: [key] },
  ])
  const [inserted] = results
  const [newest, writers, same] = results.slice(-3)
  if (inserted?.rowsAffected === 1) {
    const { seq } = seqSchema.parse(newest?.rows[0])
    const first = { attempt: 1, seq, retries: 0, lost: 0, steps: [], state: 'running', available: started } as const
    const open = { ended: null, answer: null, costUsd: null } as const
    return { kind: 'opened', run: { ...run, ...first, ...open, id: Number(inserted.lastInsertRowid), requester } }
  }
  // A plan is the key of its run.
  return same?.rows[0] !== undefined && settles !== undefined
    ? { kind: 'settled' }
    : refused(same?.rows[0], writers?.rows[0], settles)
}

/** Inserts another attempt with its steps, as `open` does; it is a writer as the run is. */
async function retry(db: Database, id: RunId, again: Retry, settles: Settlement | undefined): Promise<OpenedRun> {
  const { after, args, line, steps, started } = again
  const results = await db.batch([
    {
      sql: `insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, approval, writer, worker, started)
        select run, attempt + 1, ${nextSeq}, retries + 1, 0, :who_id, :who, :place, :door, :approval, attempts.writer, :worker, :started
        from attempts
        where run = :id and attempt = :after and state not in ('running', 'lost') and ${isNewest}
          and not (attempts.writer = 1 and exists (select 1 from attempts other where other.writer = 1 and other.state = 'running'))
          and ${isPlanOpen}`,
      args: { id, after, plan: settles?.plan ?? null, ...attemptColumns(again) },
    },
    {
      sql: 'update runs set line = :line, args = :args, available_at = :started where id = :id and changes() = 1',
      args: toColumns({ id, started, line, args }),
    },
    ...(settles === undefined ? [] : [settling(settles)]),
    {
      sql: `insert into steps (run, attempt, at, record)
        select :id, :after + 1, key, value from json_each(:steps) where changes() = 1`,
      args: { id, after, steps: JSON.stringify(steps.map((step) => JSON.stringify(step))) },
    },
    ...(settles === undefined ? [] : [messagesOfSettled(settles)]),
    writerAtWork,
    { sql: `${selectRuns} and runs.id = ?`, args: [id] },
  ])
  const [inserted] = results
  const [writers, found] = results.slice(-2)
  const now = found?.rows[0]
  if (inserted?.rowsAffected === 1 && now !== undefined) return { kind: 'opened', run: parseRun(now) }
  const holder = writers?.rows[0]
  const known = now === undefined ? undefined : parseRun(now)
  // As it was when it was asked for: only another one that is changing the warehouse stands in the way.
  if (known?.attempt === after && known.state !== 'running' && holder !== undefined) {
    return { kind: 'busy', holder: parseRun(holder) }
  }
  return refused(now, holder, settles)
}

function refused(known: object | undefined, holder: object | undefined, settles: Settlement | undefined): OpenedRun {
  if (known !== undefined) return { kind: 'known', run: parseRun(known) }
  if (holder !== undefined) return { kind: 'busy', holder: parseRun(holder) }
  if (settles === undefined) throw new Error('a run was refused although none is writing')
  return { kind: 'settled' }
}

/**
 * The statements by which one process takes an orphan over. What waits for a process goes on as the same attempt; one whose process is gone
 * is lost, and the next one begins where it stood. The first changes a row for one taker only, and the others do nothing without it.
 */
function claimOf(args: { id: RunId; from: string | null; to: string; now: string }): readonly Sql[] {
  const { id, from, to, now } = args
  const found: Sql = { sql: `${selectRuns} and runs.id = ? and worker = ?`, args: [id, to] }
  const nothing: Sql = { sql: 'select 1 where false' }
  if (from === null) {
    const taken = { sql: `update attempts set worker = :to where ${isAtWork}`, args: { id, worker: null, to } }
    return [taken, nothing, nothing, nothing, found]
  }
  const lost = `run = :id and state = 'lost' and worker = :from and ${isNewest}`
  return [
    { sql: `update attempts set state = 'lost', ended = :now where ${isAtWork}`, args: { id, worker: from, now } },
    {
      sql: `insert into steps (run, attempt, at, record)
        select run, attempt + 1, at, record from steps
        where run = :id and attempt = (select attempt from attempts where ${lost})`,
      args: { id, from },
    },
    {
      sql: `insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, approval, writer, state, worker, started, cancel_by)
        select run, attempt + 1, seq, retries, lost + 1, by_id, "by", place, door, approval, writer, 'running', :to, started, cancel_by
        from attempts where ${lost}`,
      args: { id, from, to },
    },
    nothing,
    found,
  ]
}

function attemptColumns({ who, place, door, approval, worker, started }: NewAttempt) {
  return toColumns({ whoId: who.id, who: askerOf(who), place, approval, door, worker, started })
}

function originColumns(origin: Origin) {
  const none = { schedule: null, intended: null, cause: null, fire: null, at: null }
  switch (origin.kind) {
    case 'words':
      return none
    case 'fire':
      return { ...none, schedule: origin.schedule, intended: origin.intended, cause: origin.cause }
    case 'line':
      return { ...none, fire: origin.fire, at: origin.at }
  }
}
