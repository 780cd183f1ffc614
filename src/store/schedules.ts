import { z } from 'zod'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import { approvalSchema } from '../core/ports/runs.ts'
import {
  conditionSchema,
  type ScheduleRecord,
  type ScheduleStanding,
  type ScheduleStore,
  whenPausedSchema,
} from '../core/ports/schedules.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { changeAndPost, posting } from './outbox.ts'
import { type Columns, flagColumn, insertion, json, reader, toColumns } from './rows.ts'

const scheduleSchema = z
  .object({
    id: z.number(),
    lines: json(z.array(z.string())),
    phrase: z.string(),
    days: z.string().nullable(),
    cron: z.string(),
    zone: z.string(),
    place: json(placeSchema),
    owner: json(askerSchema),
    condition: json(conditionSchema),
    when_paused: whenPausedSchema,
    catch_up_hours: z.number(),
    created: z.string(),
    since: z.string(),
    state: z.enum(['active', 'paused', 'parked']),
    parked: z.string().nullable(),
    approval: json(approvalSchema).nullable(),
    snoozed_until: z.string().nullable(),
    personal: flagColumn,
  })
  .transform(
    ({ when_paused, catch_up_hours, state, parked, snoozed_until, ...rest }): ScheduleRecord => ({
      ...rest,
      whenPaused: when_paused,
      catchUpHours: catch_up_hours,
      state: state === 'parked' ? { kind: state, why: parked ?? '' } : { kind: state },
      snoozedUntil: snoozed_until,
    }),
  )

/** The schedules in `db`. */
export function scheduleStore(db: Database): ScheduleStore {
  const { all, first } = reader(db, scheduleSchema, 'Schedule')
  const get: ScheduleStore['get'] = (id) => first('select * from schedules where id = ?', [id])
  return {
    get,

    async add(schedule) {
      const [inserted] = await db.batch([insertion('schedules', rowOf(schedule))])
      return { ...schedule, id: Number(inserted?.lastInsertRowid) }
    },

    async follow(schedule, most) {
      const own = `select 1 from schedules where personal = 1
        and json_extract(owner, '$.kind') = json_extract(:owner, '$.kind') and json_extract(owner, '$.id') = json_extract(:owner, '$.id')`
      const { sql, args } = insertion('schedules', rowOf(schedule))
      const guarded = `${sql} where (select count(*) from (${own})) < :most
        and not exists (${own} and lines = :lines and cron = :cron and zone = :zone)`
      const [inserted] = await db.batch([{ sql: guarded, args: { ...args, most } }])
      return inserted?.rowsAffected === 1 ? { ...schedule, id: Number(inserted.lastInsertRowid) } : null
    },

    list: () => all('select * from schedules where personal = 0 order by id'),
    followed: () => all('select * from schedules where personal = 1 order by id'),

    async change(id, changes, still) {
      const row = rowOf(changes)
      const sets = Object.keys(row).map((name) => `${name} = :${name}`)
      const same = still === undefined ? { sql: '', args: {} } : standing(still.as)
      const sql = `update schedules set ${sets.join(', ')} where id = :id${same.sql}`
      const [changed] = await db.batch([
        { sql, args: { ...row, ...same.args, id } },
        ...posting(still?.messages ?? []),
        ...(changes.approval === undefined ? [] : [unconfirmed(id)]),
      ])
      return changed?.rowsAffected === 1 ? get(id) : null
    },

    async refuse(id, intended, messages, denial) {
      const sql = 'update schedules set since = max(since, :intended) where id = :id'
      await changeAndPost(db, { sql, args: { id, intended } }, messages, denial)
    },

    async remove(id) {
      return (await db.write('delete from schedules where id = ?', [id])) === 1
    },
  }
}

/** Takes what was confirmed from the occurrences of a schedule that wait for a process. */
function unconfirmed(id: number): Sql {
  const waiting = `state = 'running' and worker is null and run in (select id from runs where schedule = ?)`
  return { sql: `update attempts set approval = null where ${waiting}`, args: [id] }
}

/** Whether a schedule is as it was. Of a person the id counts, of a place the conversation: JSON does not keep the order of fields. */
function standing({ state, place, owner }: ScheduleStanding): { readonly sql: string; readonly args: Columns } {
  return {
    sql: ` and state = :was_state and json_extract(owner, '$.kind') = :was_kind and json_extract(owner, '$.id') = :was_owner
      and json_extract(place, '$.channel') is :was_channel`,
    args: {
      was_state: state.kind,
      was_kind: owner.kind,
      was_owner: owner.id,
      was_channel: place.kind === 'slack' ? place.channel : null,
    },
  }
}

/** The fields that are given, as columns. */
function rowOf({ state, ...same }: Partial<Omit<ScheduleRecord, 'id'>>): Columns {
  const stored = state === undefined ? {} : { state: state.kind, parked: state.kind === 'parked' ? state.why : null }
  return toColumns({ ...same, ...stored })
}
