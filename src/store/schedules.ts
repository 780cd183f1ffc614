import { z } from 'zod'
import { placeSchema } from '../core/place.ts'
import type { ScheduleRecord, ScheduleStore } from '../core/ports/ledger.ts'
import type { Database } from './database.ts'
import { askerSchema, json, parseRow } from './rows.ts'

const scheduleSchema = z.object({
  id: z.number(),
  lines: json(z.array(z.string())),
  phrase: z.string(),
  cron: z.string(),
  zone: z.string(),
  place: json(placeSchema),
  owner: json(askerSchema),
  created: z.string(),
  state: z.enum(['active', 'paused']),
})

/** The schedules in `db`. Their version is counted by triggers, whichever process changes one. */
export function scheduleStore(db: Database): ScheduleStore {
  return {
    async add(schedule) {
      const { lines, phrase, cron, zone, place, owner, created, state } = schedule
      const [inserted] = await db.batch([
        {
          sql: `insert into schedules (lines, phrase, cron, zone, place, owner, created, state)
            values (?, ?, ?, ?, ?, ?, ?, ?)`,
          args: [
            JSON.stringify(lines),
            phrase,
            cron,
            zone,
            JSON.stringify(place),
            JSON.stringify(owner),
            created,
            state,
          ],
        },
      ])
      return { ...schedule, id: Number(inserted?.lastInsertRowid) }
    },

    async get(id) {
      const [row] = await db.read('select * from schedules where id = ?', [id])
      return row === undefined ? null : parseSchedule(row)
    },

    async list() {
      return (await db.read('select * from schedules order by id')).map(parseSchedule)
    },

    async setState(id, state) {
      return (await db.write('update schedules set state = ? where id = ?', [state, id])) === 1
    },

    async remove(id) {
      return (await db.write('delete from schedules where id = ?', [id])) === 1
    },
  }
}

function parseSchedule(row: object): ScheduleRecord {
  return parseRow(scheduleSchema, 'Schedule', row)
}
