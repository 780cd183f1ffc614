import { z } from 'zod'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import { type Freshness, type FreshnessStore, lateReasonSchema } from '../core/ports/freshness.ts'
import { lifeSchema } from '../core/ports/watches.ts'
import type { Database } from './database.ts'
import { changeAndPost, posting } from './outbox.ts'
import { flagColumn, json, parseRow, reader, toColumns } from './rows.ts'

const freshnessSchema = z
  .object({
    id: z.number(),
    time: z.string(),
    zone: z.string(),
    place: json(placeSchema),
    owner: json(askerSchema),
    since: z.string(),
    paused: flagColumn,
  })
  .transform(({ paused, ...rest }): Freshness => ({ ...rest, isPaused: paused }))

const daySchema = z.object({
  freshness: z.number(),
  day: z.string(),
  deadline: z.string(),
  met: z.string().nullable(),
  load: z.number().nullable(),
  reason: json(lateReasonSchema).nullable(),
  life: json(lifeSchema),
  version: z.number(),
})
const judgedSchema = z.object({ until: z.string().nullable() })

/** What each channel was promised, in `db`. */
export function freshnessStore(db: Database): FreshnessStore {
  const { all, first } = reader(db, freshnessSchema, 'Freshness')
  const days = reader(db, daySchema, 'Freshness day')
  return {
    async set({ time, zone, place, owner, since }) {
      await db.write(
        `insert into freshness (time, zone, place, owner, since) values (:time, :zone, :place, :owner, :since)
        on conflict (place ->> '$.channel') do update set time = excluded.time, zone = excluded.zone, place = excluded.place,
          owner = excluded.owner, since = excluded.since, paused = 0`,
        toColumns({ time, zone, place, owner, since }),
      )
      const channel = place.kind === 'slack' ? place.channel : ''
      const set = await first(`select * from freshness where place ->> '$.channel' = ?`, [channel])
      if (set === null) throw new Error(`the freshness of ${channel} was not stored`)
      return set
    },

    list: () => all('select * from freshness order by id'),

    async change(id, { since = null, isPaused = null, place = null }) {
      const sql = `update freshness set since = coalesce(:since, since), paused = coalesce(:paused, paused), place = coalesce(:place, place)
        where id = :id`
      await db.write(sql, toColumns({ id, since, paused: isPaused, place }))
      return first('select * from freshness where id = ?', [id])
    },

    async remove(id, messages) {
      const [removed] = await db.batch([
        { sql: 'delete from freshness where id = ?', args: [id] },
        ...posting(messages),
        { sql: 'delete from freshness_days where freshness = ?', args: [id] },
      ])
      return removed?.rowsAffected === 1
    },

    days: (id, limit) =>
      days.all('select * from freshness_days where freshness = ? order by day desc limit ?', [id, limit]),

    async judgedUntil(id, now) {
      const sql = 'select max(deadline) as until from freshness_days where freshness = ? and deadline <= ?'
      const [row = {}] = await db.read(sql, [id, now.toISOString()])
      return parseRow(judgedSchema, 'Freshness', row).until
    },

    unmet(since) {
      const sql = `select * from freshness_days
        where met is null and (deadline >= ? or life ->> '$.kind' in ('firing', 'acknowledged')) order by day, freshness`
      return days.all(sql, [since.toISOString()])
    },

    judge(day, messages) {
      const sql = `insert into freshness_days (freshness, day, deadline, met, load, reason, life)
        select :freshness, :day, :deadline, :met, :load, :reason, :life
        where exists (select 1 from freshness where id = :freshness and paused = 0 and since < :deadline)
        on conflict do nothing`
      return changeAndPost(db, { sql, args: toColumns(day) }, messages)
    },

    update({ freshness, day, version }, { met = null, load = null, life = null }, messages) {
      const sql = `update freshness_days set met = coalesce(:met, met), load = coalesce(:load, load), life = coalesce(:life, life),
        version = version + 1 where freshness = :freshness and day = :day and version = :version`
      return changeAndPost(db, { sql, args: toColumns({ freshness, day, version, met, load, life }) }, messages)
    },
  }
}
