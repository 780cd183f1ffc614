/** Freshness: when which load was live, from now on, and what each channel was promised. */
export const freshness: readonly string[] = [
  'create table live_loads (seq integer primary key, at text not null, load integer)',
  `insert into live_loads (at, load) select coalesce(published, started), id from loads where state = 'live'`,
  `create table freshness (
    id integer primary key autoincrement,
    time text not null,
    zone text not null,
    place text not null,
    owner text not null,
    since text not null,
    paused integer not null default 0
  )`,
  `create unique index freshness_of_channel on freshness (place ->> '$.channel')`,
  `create table freshness_days (
    freshness integer not null,
    day text not null,
    deadline text not null,
    met text,
    load integer,
    reason text,
    life text not null,
    version integer not null default 1,
    primary key (freshness, day)
  )`,
]
