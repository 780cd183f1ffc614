import { z } from 'zod'
import type { NoteStore } from '../core/ports/ledger.ts'
import type { Database } from './database.ts'
import { json, parseRow } from './rows.ts'

const noteSchema = z.object({ value: json(z.unknown()) })

/** The notes in `db`. */
export function noteStore(db: Database): NoteStore {
  const get = async (key: string): Promise<unknown> => {
    const [row] = await db.read('select value from notes where key = ?', [key])
    return row === undefined ? null : parseRow(noteSchema, `Note ${key}`, row).value
  }
  return {
    get,
    async set(key, value) {
      const sql = 'insert into notes (key, value) values (?, ?) on conflict (key) do update set value = excluded.value'
      await db.write(sql, [key, JSON.stringify(value)])
    },
    async settle(key, value) {
      await db.write('insert into notes (key, value) values (?, ?) on conflict do nothing', [
        key,
        JSON.stringify(value),
      ])
      return get(key)
    },
  }
}
