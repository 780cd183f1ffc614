import { z } from 'zod'
import { askerSchema } from '../core/people.ts'
import { placeSchema } from '../core/place.ts'
import {
  definitionSchema,
  judgedPointSchema,
  lifeSchema,
  type NewWatch,
  observationSchema,
  type WatchChanges,
  type WatchRecord,
  type WatchStore,
} from '../core/ports/watches.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { changeAndPost } from './outbox.ts'
import { type Columns, flagColumn, json, reader, toColumns } from './rows.ts'

const watchSchema = z
  .object({
    subject: z.string(),
    definition: json(definitionSchema),
    place: json(placeSchema),
    owner: json(askerSchema),
    created: z.string(),
    paused: flagColumn,
    life: json(lifeSchema),
    judged: json(judgedPointSchema).nullable(),
    seen: json(observationSchema).nullable(),
    version: z.number(),
  })
  .transform(({ paused, ...rest }): WatchRecord => ({ ...rest, isPaused: paused }))

/** The watched conditions in `db`. */
export function watchStore(db: Database): WatchStore {
  const { all, first } = reader(db, watchSchema, 'Watched condition')
  const get: WatchStore['get'] = (kind, subject) =>
    first('select * from watches where kind = ? and subject = ? and removed = 0', [kind, subject])
  return {
    get,

    list: (kinds) =>
      all('select * from watches where kind in (select value from json_each(?)) and removed = 0 order by id', [
        JSON.stringify(kinds),
      ]),

    async add(watch, most) {
      const [added] = await db.batch([
        {
          sql: insertion(
            `select :kind, cast((select coalesce(max(cast(subject as integer)), 0) + 1 from watches where kind = :kind) as text),
            :definition, :place, :owner, :created, :life
          where (select count(*) from watches where kind = :kind and removed = 0) < :most`,
          ),
          args: { ...firstRow(watch), most },
        },
      ])
      if (added?.rowsAffected !== 1) return null
      return first('select * from watches where id = ?', [Number(added.lastInsertRowid)])
    },

    async named(subject, watch) {
      await db.write(
        insertion(
          `values (:kind, :subject, :definition, :place, :owner, :created, :life)
            on conflict (kind, subject) do update set removed = 0 where removed = 1`,
        ),
        { ...firstRow(watch), subject },
      )
      const known = await get(watch.definition.kind, subject)
      if (known === null) throw new Error(`the ${watch.definition.kind} ${subject} was removed`)
      return known
    },

    async change(watch, changes, messages) {
      const row = rowOf(changes)
      const sets = Object.keys(row).map((name) => `${name} = :${name}`)
      const isChanged = await changeAndPost(db, asItWas(watch, sets, row), messages)
      return isChanged ? { ...watch, ...changes, version: watch.version + 1 } : null
    },

    remove: (watch, messages) => changeAndPost(db, asItWas(watch, ['removed = 1'], {}), messages),
  }
}

/** A change of a condition that nobody has changed since it was read. */
function asItWas({ definition, subject, version }: WatchRecord, sets: readonly string[], args: Columns): Sql {
  return {
    sql: `update watches set ${[...sets, 'version = version + 1'].join(', ')}
      where kind = :was_kind and subject = :was_subject and version = :was_version and removed = 0`,
    args: { ...args, was_kind: definition.kind, was_subject: subject, was_version: version },
  }
}

function insertion(rows: string): string {
  return `insert into watches (kind, subject, definition, place, owner, created, life) ${rows}`
}

function firstRow({ definition, place, owner, created }: NewWatch): Columns {
  return toColumns({ kind: definition.kind, created, definition, place, owner, life: { kind: 'ok' } })
}

/** The fields that are given, as columns. */
function rowOf({ isPaused, ...changes }: WatchChanges): Columns {
  return toColumns({ ...changes, paused: isPaused })
}
