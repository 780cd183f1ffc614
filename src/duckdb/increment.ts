import type { Dataset } from './datasets.ts'
import { identifier } from './literal.ts'
import type { DuckdbSession } from './session.ts'

/*
 * A load that begins as a copy of another computes only what its new, changed and removed rows of staging touch. Staging holds every
 * delivery, so the rows of a touched key are computed by the same transform as in a load in full: it runs on temporary tables, which come
 * before those of the load where a name is looked up, and which hold the rows of staging with touched keys. What it makes of them replaces
 * the rows with these keys.
 *
 * What was touched is kept in a schema of the load's file until it is published, so a step that is begun again after a crash knows it.
 */

/** Begins the notes of an increment in a copy of another load. */
export async function openIncrement(session: DuckdbSession): Promise<void> {
  await dropIncrement(session)
  await session.run('create schema increment')
  // The files as the load before had them.
  await session.run('create table increment.files as select dataset, _name, _number from source_files')
  await session.run('create table increment.events (touched_session integer, touched_item integer)')
  await session.run('create table increment.users (user_id integer)')
  await session.run('create table increment.songs (song_id varchar)')
  await session.run('create table increment.artists (artist_id varchar)')
  await session.run('create table increment.titles (title varchar)')
  await session.run('create table increment.moments (start_time timestamp)')
}

/** Removes the notes. */
export async function dropIncrement(session: DuckdbSession): Promise<void> {
  await session.run('drop schema if exists increment cascade')
}

/** Whether the load began as a copy of another and is not published yet. */
export async function isIncrement(session: DuckdbSession): Promise<boolean> {
  const found = await session.run(
    `select 1 from duckdb_schemas() where database_name = current_database() and schema_name = 'increment'`,
  )
  return found.rowCount > 0
}

// As the transforms read it.
const userId = `case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end`

/** Notes the keys of some rows of staging, before they are removed or after they were inserted. `where` is true for these rows. */
export async function touch(session: DuckdbSession, { name, table }: Dataset, where: string): Promise<void> {
  if (name === 'log') {
    await session.run(
      `insert into increment.events select distinct sessionid, iteminsession from ${table} where ${where}`,
    )
    await session.run(`insert into increment.users select distinct ${userId} from ${table} where ${where}`)
  } else {
    await session.run(`insert into increment.songs select distinct song_id from ${table} where ${where}`)
    await session.run(`insert into increment.artists select distinct artist_id from ${table} where ${where}`)
  }
}

/** How the rows of touched keys are computed. Tables are named in full, because temporary ones of the same names stand before them. */
interface TouchedPart {
  /** True for a row of the table whose key is touched. */
  readonly touched: string
  /** What the transform reads in place of a table of the load: the rows with touched keys. */
  readonly inputs: readonly (readonly [table: string, rows: string])[]
  /** Notes further keys that the rows of this table touch; done before its touched rows are replaced, and after. */
  readonly passOn?: string
  /** Notes what else touches keys of this table, first. */
  readonly gather?: string
}

function partsOf(load: string): Readonly<Record<string, TouchedPart>> {
  const noted = (column: string, table: string): string => `(select ${column} from ${load}.increment.${table})`
  const isTouched = (session: string, item: string): string =>
    `exists (select 1 from ${load}.increment.events where touched_session = ${session} and touched_item = ${item})`
  const events = [
    'staging_events',
    `select * from ${load}.staging_events where ${isTouched('sessionid', 'iteminsession')}`,
  ] as const
  const touched = isTouched('session_id', 'item_in_session')
  return {
    users: {
      touched: `user_id in ${noted('user_id', 'users')}`,
      // Of all events of a user the transform reads those of the latest moment.
      inputs: [
        [
          'latest',
          `select user_id, max(moment) as moment
           from (select ${userId} as user_id, coalesce(ts, 0) as moment from ${load}.staging_events)
           where user_id in ${noted('user_id', 'users')}
           group by user_id`,
        ],
        [
          'staging_events',
          `select events.*
           from (select * from ${load}.staging_events where coalesce(ts, 0) in (select moment from latest)) as events
           join latest on latest.user_id = ${userId} and latest.moment = coalesce(events.ts, 0)`,
        ],
      ],
    },
    artists: {
      touched: `artist_id in ${noted('artist_id', 'artists')}`,
      inputs: [
        ['staging_songs', `select * from ${load}.staging_songs where artist_id in ${noted('artist_id', 'artists')}`],
      ],
    },
    songs: {
      touched: `song_id in ${noted('song_id', 'songs')}`,
      inputs: [['staging_songs', `select * from ${load}.staging_songs where song_id in ${noted('song_id', 'songs')}`]],
      // Plays are matched by title, and by every name that the catalogue gives the song's artist.
      passOn: `insert into ${load}.increment.titles
        select distinct title from ${load}.songs
        where song_id in ${noted('song_id', 'songs')} or artist_id in ${noted('artist_id', 'artists')}`,
    },
    songplays: {
      gather: `insert into ${load}.increment.events
        select distinct session_id, item_in_session from ${load}.songplays where song_title in ${noted('title', 'titles')}`,
      touched,
      inputs: [events],
      passOn: `insert into ${load}.increment.moments
        select distinct start_time from ${load}.songplays where ${touched}`,
    },
    page_views: { touched, inputs: [events] },
    time: {
      touched: `start_time in ${noted('start_time', 'moments')}`,
      inputs: [['songplays', `select * from ${load}.songplays where start_time in ${noted('start_time', 'moments')}`]],
    },
  }
}

/**
 * Computes the rows of a table of the star whose keys are touched, within a transaction of the caller's and a session of its own. A table
 * of which no keys are known is computed as a whole. Answers the number of rows written.
 */
export async function transformTouched(
  session: DuckdbSession,
  table: string,
  statements: readonly string[],
): Promise<number> {
  const load = identifier(session.alias)
  const part = partsOf(load)[table]
  if (part === undefined) return runAll(session, statements)
  const { touched, inputs, passOn, gather } = part
  if (gather !== undefined) await session.run(gather)
  for (const [name, rows] of inputs) await session.run(`create temp table ${name} as ${rows}`)
  await session.run(`create temp table ${table} as from ${load}.${table} limit 0`)
  await runAll(session, statements)
  if (passOn !== undefined) await session.run(passOn)
  await session.run(`delete from ${load}.${table} where ${touched}`)
  const { rowsChanged } = await session.run(`insert into ${load}.${table} select * from temp.${table} where ${touched}`)
  if (passOn !== undefined) await session.run(passOn)
  return rowsChanged
}

/** Runs the statements of a transform; answers the number of rows that the last one wrote. */
export async function runAll(session: DuckdbSession, statements: readonly string[]): Promise<number> {
  let written = 0
  for (const sql of statements) written = (await session.run(sql)).rowsChanged
  return written
}

/** Lets the names of the staging tables mean the rows that this load has read itself. */
export async function showNewRows(session: DuckdbSession, datasets: readonly Dataset[]): Promise<void> {
  if (!(await isIncrement(session))) return
  const load = identifier(session.alias)
  for (const { name, table } of datasets) {
    const result = await session.run('select coalesce(max(_number), 0) from increment.files where dataset = $name', {
      values: { name },
    })
    const last = Number((await result.getRowsJS())[0]?.[0])
    await session.run(`create temp view ${table} as select * from ${load}.${table} where _file > ${last}`)
  }
}
