import { z } from 'zod'
import type { NewRun, Opened, Origin, RunStore } from '../core/ports/runs.ts'
import type { Database } from './database.ts'
import type { Liveness } from './liveness.ts'
import { readProcesses } from './processes.ts'
import { parseRow } from './rows.ts'
import { conditionsOf } from './run-filter.ts'
import { parseRun, selectRuns } from './run-row.ts'

const cancelSchema = z.object({ id: z.number(), by: z.string() })

/** The runs in `db`; `liveness` decides which of them are orphans. */
export function runStore(db: Database, liveness: Liveness): RunStore {
  return {
    open: (run) => open(db, run),

    async get(id) {
      const [row] = await db.read(`${selectRuns} where id = ?`, [id])
      return row === undefined ? null : parseRun(row)
    },

    async list(filter) {
      const { where, args } = conditionsOf(filter)
      const sql = `${selectRuns} where ${where} order by id desc limit :limit`
      return (await db.read(sql, { ...args, limit: filter.limit })).map(parseRun)
    },

    async saveStep(id, process, index, step) {
      const changed = await db.write(
        `insert into steps (run, at, record)
        select id, :index, :record from runs where id = :id and process = :process and state = 'running'
        on conflict (run, at) do update set record = excluded.record`,
        { id, process, index, record: JSON.stringify(step) },
      )
      return changed === 1
    },

    async savePost(id, post) {
      await db.write('update runs set post = ? where id = ?', [JSON.stringify(post), id])
    },

    async end(id, process, { state, answer, ended, costUsd }) {
      const changed = await db.write(
        `update runs set state = :state, answer = :answer, ended = :ended, cost_usd = :costUsd
        where id = :id and process = :process and state = 'running'`,
        { id, process, state, answer: JSON.stringify(answer), ended, costUsd },
      )
      return changed === 1
    },

    async requestCancel(id, by) {
      const changed = await db.write(
        `update runs set cancel_by = coalesce(cancel_by, :by) where id = :id and state = 'running'`,
        { id, by },
      )
      return changed === 1
    },

    async cancelRequests(process) {
      const rows = await db.read(
        `select id, cancel_by as by from runs
        where process = ? and state = 'running' and cancel_by is not null
        order by id`,
        [process],
      )
      return rows.map((row) => parseRow(cancelSchema, 'Run', row))
    },

    async orphans(now) {
      // Runs first: whoever opened one of them had entered by then. In the other order a newcomer's run would look orphaned.
      const running = (await db.read(`${selectRuns} where state = 'running' order by id`)).map(parseRun)
      const processes = new Map((await readProcesses(db)).map((process) => [process.id, process]))
      return running.filter((run) => liveness.gone(processes.get(run.process), now))
    },

    async adopt(id, from, to) {
      const changed = await db.write(
        `update runs set process = :to, attempts = attempts + 1
        where id = :id and process = :from and state = 'running'`,
        { id, from, to },
      )
      return changed === 1
    },

    async handOver(id, process) {
      await db.write(`update runs set attempts = attempts - 1 where id = ? and process = ? and state = 'running'`, [
        id,
        process,
      ])
    },

    async untold(since) {
      // By +id, because in the order of its key SQLite would read the whole table.
      const sql = `${selectRuns} where told = 0 and state <> 'running' and ended > ? order by +id`
      const rows = await db.read(sql, [since])
      return rows.map(parseRun)
    },

    async told(id) {
      await db.write('update runs set told = 1 where id = ?', [id])
    },
  }
}

/**
 * Inserts the run, its steps, and reads what stood in the way, in one batch. The insert asks before it tries, because one that a
 * unique index refuses would use up a number.
 */
async function open(db: Database, run: NewRun): Promise<Opened> {
  const origin = originColumns(run.origin)
  const [inserted, , same, writers] = await db.batch([
    {
      sql: `insert into runs
          (command, line, who_id, who, place, writer, listed, continues, approval, process, started, told,
           schedule, intended, cause, fire, line_at, again)
        select :command, :line, :whoId, :who, :place, :writer, :listed, :continues, :approval, :process, :started, :told,
          :schedule, :intended, :cause, :fire, :at, :again
        where not (:writer and exists (select 1 from runs where writer = 1 and state = 'running'))
          and not exists (${sameOrigin})`,
      args: {
        command: run.command,
        line: run.line,
        whoId: run.who.id,
        who: JSON.stringify(run.who),
        place: JSON.stringify(run.place),
        writer: run.writer,
        listed: run.listed,
        continues: run.continues,
        approval: run.approval === null ? null : JSON.stringify(run.approval),
        process: run.process,
        started: run.started,
        // Only Slack has to be told how a run ended: a terminal waits for it, and a line is told with its fire.
        told: run.place.kind !== 'slack' || run.origin.kind === 'line',
        ...origin,
      },
    },
    {
      sql: `insert into steps (run, at, record)
        select last_insert_rowid(), key, value from json_each(:steps) where changes() = 1`,
      args: { steps: JSON.stringify(run.steps.map((step) => JSON.stringify(step))) },
    },
    { sql: `${selectRuns} where id in (${sameOrigin})`, args: origin },
    { sql: `${selectRuns} where writer = 1 and state = 'running'` },
  ])
  if (inserted?.rowsAffected === 1) {
    const id = Number(inserted.lastInsertRowid)
    const opened = { id, state: 'running', attempts: 1, ended: null, answer: null, post: null, costUsd: null } as const
    return { kind: 'opened', run: { ...run, ...opened } }
  }
  const known = same?.rows[0]
  if (known !== undefined) return { kind: 'known', run: parseRun(known) }
  const holder = writers?.rows[0]
  if (holder === undefined) throw new Error('a run was refused although none is writing')
  return { kind: 'busy', holder: parseRun(holder) }
}

const sameOrigin = `select id from runs where (schedule = :schedule and intended = :intended)
  or (fire = :fire and line_at = :at and again = :again)`

function originColumns(origin: Origin) {
  const none = { schedule: null, intended: null, cause: null, fire: null, at: null, again: false }
  switch (origin.kind) {
    case 'words':
      return none
    case 'fire':
      return { ...none, schedule: origin.schedule, intended: origin.intended, cause: origin.cause }
    case 'line':
      return { ...none, fire: origin.fire, at: origin.at, again: origin.again === true }
  }
}
