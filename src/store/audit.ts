import { z } from 'zod'
import { runStateSchema } from '../core/answer.ts'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import type { AuditEntry, AuditStore, Denial } from '../core/ports/audit.ts'
import { planDraftSchema } from '../core/ports/plans.ts'
import { originSchema } from '../core/ports/runs.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { flagColumn, json, parseRow, reader, toColumns } from './rows.ts'

const entrySchema = z
  .object({
    id: z.number(),
    at: z.string(),
    what: z.enum(['run', 'refused', 'rejected', 'withdrawn', 'expired', 'failed']),
    run: z.number().nullable(),
    attempt: z.number().nullable(),
    who: json(askerSchema),
    command: z.string(),
    line: z.string(),
    place: json(placeSchema),
    origin: json(originSchema),
    plan: json(planDraftSchema).nullable(),
    approved_by: json(askerSchema).nullable(),
    cost_usd: z.number().nullable(),
    result: runStateSchema.exclude(['running']).nullable(),
    headline: z.string(),
  })
  .transform(
    ({ attempt, approved_by, cost_usd, ...entry }): AuditEntry => ({
      ...entry,
      // Entries of earlier versions are of the only attempt of their run.
      attempt: entry.run === null ? null : (attempt ?? 1),
      approvedBy: approved_by,
      costUsd: cost_usd,
    }),
  )

const countSchema = z.object({ total: z.number() })

const stateSchema = z.object({
  entries: z.number(),
  lost: z.number(),
  unrecorded: z.number(),
  guarded: flagColumn,
})

/** Enters a denial where a condition holds. */
export function insertDenial(denial: Denial, condition: string): Sql {
  return {
    sql: `insert into audit (at, what, who, command, line, place, origin, plan, headline)
      select :at, :what, :who, :command, :line, :place, json_object('kind', 'words'), :plan, :why
      where ${condition}`,
    args: toColumns(denial),
  }
}

/** The audit log in `db`; its triggers are in migrations 003, 010 and 016. */
export function auditStore(db: Database): AuditStore {
  const { all } = reader(db, entrySchema, 'Entry')
  return {
    async add(denial) {
      await db.batch([insertDenial(denial, 'true')])
    },

    async list({ limit, person = null, command = null, since = null, until = null }) {
      const filter = `from audit
        where (:person is null or who ->> '$.id' = :person or lower(who ->> '$.name') = lower(:person))
          and (:command is null or command = :command)
          and (:since is null or at >= :since)
          and (:until is null or at < :until)`
      const args = { person, command, since, until }
      const newest = await all(`select * ${filter} order by id desc limit :limit`, { ...args, limit })
      const [counted = {}] = await db.read(`select count(*) as total ${filter}`, args)
      const { total } = parseRow(countSchema, 'The number of entries', counted)
      return { entries: newest.toReversed(), total }
    },

    after: (id, limit) => all('select * from audit where id > ? order by id limit ?', [id, limit]),

    async state() {
      const [row = {}] = await db.read(
        `select entries, coalesce((select seq from sqlite_sequence where name = 'audit'), 0) - entries as lost, unrecorded, guarded
        from (select
          (select count(*) from audit) as entries,
          (select count(*) from runs join attempts on attempts.run = runs.id
            where listed = 1 and state not in ('running', 'lost') and not exists (
              select 1 from audit where audit.run = attempts.run and coalesce(audit.attempt, 1) = attempts.attempt)
          ) as unrecorded,
          (select count(*) = 4 from ${db.master} where type = 'trigger' and name in
            ('audit_enters_attempts', 'audit_refuses_update', 'audit_refuses_delete', 'audit_refuses_replace')) as guarded)`,
      )
      return parseRow(stateSchema, 'The state of the record', row)
    },
  }
}
