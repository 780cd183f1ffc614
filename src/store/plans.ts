import { z } from 'zod'
import { placeSchema } from '../core/place.ts'
import type { PlanRecord, PlanStore } from '../core/ports/ledger.ts'
import type { Database } from './database.ts'
import { askerSchema, json, parseRow } from './rows.ts'

const planSchema = z.object({
  id: z.string(),
  line: z.string(),
  asker: json(askerSchema),
  place: json(placeSchema),
  draft: json(
    z.object({
      title: z.string(),
      facts: z.array(z.string()),
      act: z.string(),
      typed: z.string().exactOptional(),
      danger: z.boolean(),
    }),
  ),
  expires: z.string(),
})

/** The plans in `db`. One that was taken can still be read until it expires, so that a second click can be told what became of it. */
export function planStore(db: Database): PlanStore {
  return {
    async save({ id, line, asker, place, draft, expires }) {
      await db.write('insert into plans (id, line, asker, place, draft, expires) values (?, ?, ?, ?, ?, ?)', [
        id,
        line,
        JSON.stringify(asker),
        JSON.stringify(place),
        JSON.stringify(draft),
        expires,
      ])
    },

    async get(id) {
      const [row] = await db.read('select * from plans where id = ?', [id])
      return row === undefined ? null : parsePlan(row)
    },

    async take(id) {
      return (await db.write('update plans set taken = 1 where id = ? and taken = 0', [id])) === 1
    },
  }
}

function parsePlan(row: object): PlanRecord {
  return parseRow(planSchema, 'Plan', row)
}
