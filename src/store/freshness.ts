import { z } from 'zod'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import { type Freshness, type FreshnessDay, type FreshnessStore, lateReasonSchema } from '../core/ports/freshness.ts'
import { lifeSchema } from '../core/ports/watches.ts'
import type { Database } from './database.ts'
import { changeAndPost, ifChanged, insertMessages } from './outbox.ts'
import { flagColumn, json, parseRow } from './rows.ts'

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
  const readOne = async (condition: string, value: string | number): Promise<Freshness | null> => {
    const [row] = await db.read(`select * from freshness where ${condition}`, [value])
    return row === undefined ? null : parseFreshness(row)
  }
  return {
    async set({ time, zone, place, owner, since }) {
      await db.write(
        `insert into freshness (time, zone, place, owner, since) values (:time, :zone, :place, :owner, :since)
        on conflict (place ->> '$.channel') do update set time = excluded.time, zone = excluded.zone, place = excluded.place,
          owner = excluded.owner, since = excluded.since, paused = 0`,
        { time, zone, place: JSON.stringify(place), owner: JSON.stringify(owner), since },
      )
      const channel = place.kind === 'slack' ? place.channel : ''
      const set = await readOne(`place ->> '$.channel' = ?`, channel)
      if (set === null) throw new Error(`the freshness of ${channel} was not stored`)
      return set
    },

    async list() {
      return (await db.read('select * from freshness order by id')).map(parseFreshness)
    },

    async change(id, { since, isPaused, place }) {
      const sql = `update freshness set since = coalesce(:since, since), paused = coalesce(:paused, paused), place = coalesce(:place, place)
        where id = :id`
      await db.write(sql, {
        id,
        since: since ?? null,
        paused: isPaused === undefined ? null : Number(isPaused),
        place: place === undefined ? null : JSON.stringify(place),
      })
      return readOne('id = ?', id)
    },

    async remove(id, messages) {
      const [removed] = await db.batch([
        { sql: 'delete from freshness where id = ?', args: [id] },
        ...(messages.length === 0 ? [] : [insertMessages(messages, ifChanged)]),
        { sql: 'delete from freshness_days where freshness = ?', args: [id] },
      ])
      return removed?.rowsAffected === 1
    },

    async days(id, limit) {
      const sql = 'select * from freshness_days where freshness = ? order by day desc limit ?'
      return (await db.read(sql, [id, limit])).map(parseDay)
    },

    async judgedUntil(id, now) {
      const sql = 'select max(deadline) as until from freshness_days where freshness = ? and deadline <= ?'
      const [row = {}] = await db.read(sql, [id, now.toISOString()])
      return parseRow(judgedSchema, 'Freshness', row).until
    },

    async unmet(since) {
      const sql = `select * from freshness_days
        where met is null and (deadline >= ? or life ->> '$.kind' in ('firing', 'acknowledged')) order by day, freshness`
      return (await db.read(sql, [since.toISOString()])).map(parseDay)
    },

    judge({ reason, life, ...day }, messages) {
      const sql = `insert into freshness_days (freshness, day, deadline, met, load, reason, life)
        select :freshness, :day, :deadline, :met, :load, :reason, :life
        where exists (select 1 from freshness where id = :freshness and paused = 0 and since < :deadline)
        on conflict do nothing`
      const args = { ...day, reason: reason === null ? null : JSON.stringify(reason), life: JSON.stringify(life) }
      return changeAndPost(db, { sql, args }, messages)
    },

    update({ freshness, day, version }, { met, load, life }, messages) {
      const sql = `update freshness_days set met = coalesce(:met, met), load = coalesce(:load, load), life = coalesce(:life, life),
        version = version + 1 where freshness = :freshness and day = :day and version = :version`
      const changes = { met: met ?? null, load: load ?? null, life: life === undefined ? null : JSON.stringify(life) }
      return changeAndPost(db, { sql, args: { freshness, day, version, ...changes } }, messages)
    },
  }
}

function parseFreshness(row: object): Freshness {
  return parseRow(freshnessSchema, 'Freshness', row)
}

function parseDay(row: object): FreshnessDay {
  return parseRow(daySchema, 'Freshness day', row)
}
