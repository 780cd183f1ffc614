import type { TouchedKey } from '../core/ports/engine.ts'
import type { Dataset } from './datasets.ts'
import { identifier } from './literal.ts'
import type { DuckdbSession } from './session.ts'

/*
 * A load that begins as a copy of another computes only what its new, changed and removed rows of staging touch. Staging holds every
 * delivery, so the rows of a touched key are computed by the same transform as in a load in full: it reads temporary views, which come
 * before the tables of the load where a name is looked up, and which hold the rows of staging with touched keys. What it makes of them
 * replaces the rows with these keys.
 *
 * Keys are looked up by `(a, b) in (from t)`, which becomes a join on equal values: DuckDB passes the range of the keys on to the scan, which
 * then skips the row groups of other days (10,000,000 events: 0.05 s in place of 0.9 s with `exists`, which compares nulls too).
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
  await session.run('create table increment.users (user_id integer, since bigint)')
  await session.run('create table increment.songs (song_id varchar)')
  await session.run('create table increment.artists (artist_id varchar)')
  await session.run('create table increment.titles (title varchar)')
  await session.run('create table increment.moments (start_time timestamp)')
}

/** Removes the notes. */
export async function dropIncrement(session: DuckdbSession): Promise<void> {
  await session.run('drop schema if exists increment cascade')
}

/** Whether a load, by the name it is attached under, began as a copy of another and is not published yet. */
export async function isIncrement(session: DuckdbSession, load = session.alias): Promise<boolean> {
  const found = await session.run(
    `select 1 from duckdb_schemas() where database_name = $load and schema_name = 'increment'`,
    { values: { load } },
  )
  return found.rowCount > 0
}

// As the transforms read it.
const userId = `case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end`

/**
 * Notes the keys of some rows of staging, of which `where` is true, before they are `removed` or after they were `inserted`. Nothing that a
 * user did before an inserted event can be the latest; with a removed one the latest may be gone.
 */
export async function touch(
  session: DuckdbSession,
  { name, table }: Dataset,
  where: string,
  change: 'removed' | 'inserted',
): Promise<void> {
  if (name === 'log') {
    await session.run(
      `insert into increment.events select distinct sessionid, iteminsession from ${table} where ${where}`,
    )
    const since = change === 'removed' ? '0' : 'max(coalesce(ts, 0))'
    await session.run(
      `insert into increment.users select ${userId} as user_id, ${since} from ${table} where ${where} group by user_id`,
    )
  } else {
    await session.run(`insert into increment.songs select distinct song_id from ${table} where ${where}`)
    await session.run(`insert into increment.artists select distinct artist_id from ${table} where ${where}`)
  }
}

/** How the rows of touched keys are computed. Tables are named in full, because temporary views of the same names stand before them. */
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

/** Which rows of the tables of a load an increment has touched. */
interface Touched {
  /** The load with the rows, as it is attached. */
  readonly load: string
  /** The increment that has noted their keys, as it is attached. */
  readonly increment: string
  /** The time, in milliseconds, before which no touched user has their latest event. */
  readonly since: bigint
}

async function touchedIn(session: DuckdbSession, candidate = session.alias): Promise<Touched> {
  const increment = `${identifier(candidate)}.increment`
  const sql = `select coalesce(min(since), 0) from ${increment}.users where user_id is not null`
  return { load: identifier(session.alias), increment, since: BigInt(String((await session.rows(sql))[0]?.[0])) }
}

function isNoted({ increment }: Touched, columns: string, notes: string): string {
  return `(${columns}) in (from ${increment}.${notes})`
}

/** The events of touched users, with their `user_id`, from the earliest on that can be the latest of one. */
function recentEvents(touched: Touched): string {
  const { load, since } = touched
  const recent = since > 0n ? `ts >= ${since}` : 'true'
  return `select * from (select ${userId} as user_id, * from ${load}.staging_events where ${recent})
    where ${isTouchedUser(touched)}`
}

function isTouchedUser({ increment }: Touched): string {
  return `user_id in (select user_id from ${increment}.users)`
}

function partsOf(touched: Touched): Readonly<Record<string, TouchedPart>> {
  const { load, increment } = touched
  const isTouched = isNoted(touched, 'session_id, item_in_session', 'events')
  const events = [
    'staging_events',
    `select * from ${load}.staging_events where ${isNoted(touched, 'sessionid, iteminsession', 'events')}`,
  ] as const
  const [ofSong, ofArtist] = [isNoted(touched, 'song_id', 'songs'), isNoted(touched, 'artist_id', 'artists')]
  const ofMoment = isNoted(touched, 'start_time', 'moments')
  return {
    users: {
      touched: isTouchedUser(touched),
      // Of all events of a user the transform reads those of the latest moment.
      inputs: [
        [
          'staging_events',
          `with recent as not materialized (${recentEvents(touched)})
           select * exclude (user_id) from recent
           where (user_id, coalesce(ts, 0)) in (select user_id, max(coalesce(ts, 0)) from recent group by user_id)`,
        ],
      ],
    },
    artists: {
      touched: ofArtist,
      inputs: [['staging_songs', `select * from ${load}.staging_songs where ${ofArtist}`]],
    },
    songs: {
      touched: ofSong,
      inputs: [['staging_songs', `select * from ${load}.staging_songs where ${ofSong}`]],
      // Plays are matched by title, and by every name that the catalogue gives the song's artist.
      passOn: `insert into ${increment}.titles
        select distinct title from ${load}.songs where ${ofSong} or ${ofArtist}`,
    },
    songplays: {
      gather: `insert into ${increment}.events
        select distinct session_id, item_in_session from ${load}.songplays
        where ${isNoted(touched, 'song_title', 'titles')}`,
      touched: isTouched,
      inputs: [events],
      passOn: `insert into ${increment}.moments
        select distinct start_time from ${load}.songplays where ${isTouched}`,
    },
    page_views: { touched: isTouched, inputs: [events] },
    time: {
      touched: ofMoment,
      inputs: [['songplays', `select * from ${load}.songplays where ${ofMoment}`]],
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
  const found = await touchedIn(session)
  const part = partsOf(found)[table]
  if (part === undefined) return runAll(session, statements)
  const { touched, inputs, passOn, gather } = part
  if (gather !== undefined) await session.run(gather)
  await show(session, inputs)
  if (passOn !== undefined) await session.run(passOn)
  await session.run(`delete from ${found.load}.${table} where ${touched}`)
  // The first statement empties the table.
  const written = await runAll(session, statements.slice(1))
  if (passOn !== undefined) await session.run(passOn)
  return written
}

/** Lets names of tables mean other rows, in this session. */
async function show(session: DuckdbSession, views: TouchedPart['inputs']): Promise<void> {
  for (const [name, rows] of views) await session.run(`create temp view ${name} as ${rows}`)
}

/**
 * Lets the names of the tables that have such a key mean the rows whose key the candidate, by the name it is attached under, has touched. Rows
 * of staging that have no key are those that it has read itself.
 */
export async function showTouched(session: DuckdbSession, key: TouchedKey, candidate: string): Promise<void> {
  if (!(await isIncrement(session, candidate))) return
  const touched = await touchedIn(session, candidate)
  const { load } = touched
  const last = await lastNumber(session, 'log', candidate)
  const rows = (table: string, where: string): readonly [string, string] => [
    table,
    `select * from ${load}.${table} where ${where}`,
  ]
  const byEvent = isNoted(touched, 'session_id, item_in_session', 'events')
  const byMoment = isNoted(touched, 'start_time', 'moments')
  const views = {
    event: [
      [
        'staging_events',
        `select * from ${load}.staging_events where _file > ${last}
         union all
         select * from ${load}.staging_events
         where _file <= ${last} and ${isNoted(touched, 'sessionid, iteminsession', 'events')}`,
      ] as const,
      rows('songplays', byEvent),
      rows('page_views', byEvent),
    ],
    moment: [rows('songplays', byMoment), rows('time', byMoment)],
    user: [
      ['staging_events', `select * exclude (user_id) from (${recentEvents(touched)})`] as const,
      rows('users', isTouchedUser(touched)),
    ],
  }
  await show(session, views[key])
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
    const last = await lastNumber(session, name)
    await show(session, [[table, `select * from ${load}.${table} where _file > ${last}`]])
  }
}

/** The number of the last file that the load before had of a dataset. */
async function lastNumber(session: DuckdbSession, name: Dataset['name'], candidate = session.alias): Promise<number> {
  const files = `${identifier(candidate)}.increment.files`
  const sql = `select coalesce(max(_number), 0) from ${files} where dataset = $name`
  return Number((await session.rows(sql, { values: { name } }))[0]?.[0])
}
