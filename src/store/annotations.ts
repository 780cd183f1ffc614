import { z } from 'zod'
import { askerSchema } from '../core/people.ts'
import type { AnnotationStore, NewAnnotation } from '../core/ports/annotations.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { json, reader } from './rows.ts'

const annotationSchema = z.object({
  id: z.number(),
  key: z.string(),
  kind: z.enum(['person', 'bot']),
  first: z.string(),
  last: z.string(),
  text: z.string(),
  author: json(askerSchema).nullable(),
  created: z.string(),
})

/** Inserts notes where a condition holds, each once under its key. */
export function insertAnnotations(notes: readonly NewAnnotation[], condition: string): Sql {
  return {
    sql: `insert into annotations (key, kind, first, last, text, author, created)
      select value ->> '$.key', value ->> '$.kind', value ->> '$.first', value ->> '$.last', value ->> '$.text',
        nullif(value -> '$.author', 'null'), value ->> '$.created'
      from json_each(:notes) where ${condition}
      on conflict (key) do nothing`,
    args: { notes: JSON.stringify(notes) },
  }
}

/** The notes on days in `db`. */
export function annotationStore(db: Database): AnnotationStore {
  const { all, first } = reader(db, annotationSchema, 'Note')
  const get: AnnotationStore['get'] = (id) => first('select * from annotations where id = ?', [id])
  return {
    get,

    async add(note) {
      await db.batch([insertAnnotations([note], 'true')])
      const added = await first('select * from annotations where key = ?', [note.key])
      if (added === null) throw new Error(`the note ${note.key} was not written`)
      return added
    },

    list(spans) {
      const within = `exists (select 1 from json_each(:spans) where first <= value ->> '$.last' and last >= value ->> '$.first')`
      return all(
        `select * from annotations where ${spans === undefined ? 'true' : within} order by first, id`,
        spans === undefined ? {} : { spans: JSON.stringify(spans) },
      )
    },

    async change(id, changes) {
      const { first: from, last, text } = changes
      const sql = 'update annotations set first = :from, last = :last, text = :text where id = :id'
      await db.write(sql, { id, from, last, text })
      return get(id)
    },

    async remove(id) {
      return (await db.write('delete from annotations where id = ?', [id])) === 1
    },
  }
}
