import { z } from 'zod'
import type { NewAnnotation } from '../core/ports/annotations.ts'
import type { LoadStore } from '../core/ports/ledger.ts'
import { loadFactsSchema, loadStateSchema } from '../core/ports/loads.ts'
import { insertAnnotations } from './annotations.ts'
import type { Sql } from './connection.ts'
import type { Database } from './database.ts'
import { ifChanged } from './outbox.ts'
import { json, parseRow, reader } from './rows.ts'

const loadSchema = z.object({
  id: z.number(),
  state: loadStateSchema,
  started: z.string(),
  published: z.string().nullable(),
  facts: json(loadFactsSchema),
})

/** What a statement of `publish` asks before it changes anything. */
const mayPublish = `exists (select 1 from attempts where run = :run and worker = :process and state = 'running')`

/** The loads in `db`, and the pointer to the live one. */
export function loadStore(db: Database): LoadStore {
  const { all, first } = reader(db, loadSchema, 'Load')
  return {
    async begin(id, started) {
      const changed = await db.write(
        `insert into loads (id, state, started, facts) values (:id, 'building', :started, '{}')
        on conflict (id) do update set state = 'building', started = excluded.started, facts = '{}'
        where state in ('building', 'discarded')`,
        { id, started },
      )
      if (changed !== 1) throw new Error(`load ${id} was published and cannot begin again`)
    },

    async learn(id, facts) {
      const known = Object.entries(facts)
      if (known.length === 0) return
      const places = known.map(() => '?, json(?)').join(', ')
      const changed = await db.write(`update loads set facts = json_set(facts, ${places}) where id = ?`, [
        ...known.flatMap(([name, value]) => [`$.${name}`, JSON.stringify(value)]),
        id,
      ])
      if (changed !== 1) throw new Error(`load ${id} has not begun`)
    },

    async publish(id, run, process, at, kept = 2, notes = []) {
      const fence = { id, run, process }
      const whenBuilt = `${mayPublish} and exists (select 1 from loads where id = :id and state in ('building', 'held'))`
      const [, moved] = await db.batch([
        { sql: `update loads set state = 'previous' where state = 'live' and ${whenBuilt}`, args: fence },
        {
          // A step may be begun again after a crash: a load that is live already stays as it is.
          sql: `update loads set state = 'live', published = coalesce(published, :at)
            where id = :id and state in ('building', 'held', 'live') and ${mayPublish}`,
          args: { ...fence, at },
        },
        insertAnnotations(notes, ifChanged),
        endRollbackNotes(id),
        {
          sql: `update loads set state = 'discarded' where state = 'previous' and ${mayPublish} and id not in (
              select id from loads where state = 'previous' order by published desc, id desc limit :others
            )`,
          args: { run, process, others: kept - 1 },
        },
        moveTo(id, at),
      ])
      return moved?.rowsAffected === 1
    },

    async hold(id, run, process, notes = []) {
      const fence = { id, run, process }
      const [, held] = await db.batch([
        {
          sql: `update loads set state = 'discarded' where state = 'held' and ${mayPublish}
            and exists (select 1 from loads where id = :id and state = 'building')`,
          args: fence,
        },
        {
          sql: `update loads set state = 'held' where id = :id and state in ('building', 'held') and ${mayPublish}`,
          args: fence,
        },
        insertAnnotations(notes, ifChanged),
        endHeldNotes,
      ])
      return held?.rowsAffected === 1
    },

    async restore(id, run, process, at, notes = []) {
      const fence = { id, run, process }
      const [, moved] = await db.batch([
        {
          sql: `update loads set state = 'previous' where state = 'live' and ${mayPublish}
            and exists (select 1 from loads where id = :id and state = 'previous')`,
          args: fence,
        },
        {
          sql: `update loads set state = 'live' where id = :id and state in ('previous', 'live') and ${mayPublish}`,
          args: fence,
        },
        insertAnnotations(notes, ifChanged),
        endRollbackNotes(id, notes),
        {
          sql: `delete from annotations where kind = 'bot' and key glob 'late:*' and cast(substr(key, 6) as integer) > :id and ${isLive}`,
          args: { id },
        },
        moveTo(id, at),
      ])
      return moved?.rowsAffected === 1
    },

    get: (id) => first('select * from loads where id = ?', [id]),
    live: () => first(`select * from loads where state = 'live'`),
    list: (states) =>
      all('select * from loads where state in (select value from json_each(?)) order by id desc', [
        JSON.stringify(states),
      ]),

    async discard(id) {
      // Not the live one: a process that lost its run to another cleans up after that one may have published.
      await db.batch([
        { sql: `update loads set state = 'discarded' where id = ? and state <> 'live'`, args: [id] },
        endHeldNotes,
      ])
    },

    async discardAll(at) {
      await db.batch([{ sql: `update loads set state = 'discarded'` }, endHeldNotes, moveTo(null, at)])
    },

    async moves(since) {
      const rows = await db.read(
        `select live_loads.at as moved, loads.* from live_loads left join loads on loads.id = live_loads.load
        where seq >= coalesce((select max(seq) from live_loads where at <= :since), 0) order by seq`,
        { since },
      )
      return rows.map((row) => ({
        at: parseRow(moveSchema, 'Move of the live load', row).moved,
        load: row['id'] === null ? null : parseRow(loadSchema, 'Load', row),
      }))
    },
  }
}

/*
 * A note of the bot ends with what it is about: why a load was held, when that is discarded; a rollback, when another load is live; plays that
 * came late with a load, when that is rolled back.
 */

const isLive = `exists (select 1 from loads where id = :id and state = 'live')`

const endHeldNotes: Sql = {
  sql: `delete from annotations where kind = 'bot' and exists (select 1 from loads
    where state = 'discarded' and published is null and (key = 'held:' || id or key like 'held:' || id || ':%'))`,
}

/** For the end of a batch that may have made this load live, with these notes. */
function endRollbackNotes(id: number, notes: readonly NewAnnotation[] = []): Sql {
  return {
    sql: `delete from annotations where kind = 'bot' and key glob 'rollback:*' and ${isLive}
      and key not in (select value from json_each(:keys))`,
    args: { id, keys: JSON.stringify(notes.map(({ key }) => key)) },
  }
}

/** Notes which load is live from then on, where that is another one than before; for the end of a batch that may have moved the pointer. */
function moveTo(id: number | null, at: string): Sql {
  const live = `select id from loads where state = 'live'`
  return {
    sql: `insert into live_loads (at, load) select :at, :id
      where (${live}) is :id and (select load from live_loads order by seq desc limit 1) is not :id`,
    args: { id, at },
  }
}

const moveSchema = z.object({ moved: z.string() })
