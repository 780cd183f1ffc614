/** The ledger's first tables. Times are ISO 8601 in UTC with milliseconds, so that their order as text is their order in time. */
export const ledger: readonly string[] = [
  // autoincrement: a number names a run and its load for ever, so none is given twice.
  `create table runs (
    id integer primary key autoincrement,
    command text not null,
    line text not null,
    who_id text not null,
    who text not null,
    place text not null,
    writer integer not null,
    listed integer not null,
    continues integer,
    state text not null default 'running',
    process text not null,
    attempts integer not null default 1,
    started text not null,
    ended text,
    answer text,
    post text,
    cancel_by text,
    told integer not null
  ) strict`,
  `create unique index runs_one_writer on runs (writer) where writer = 1 and state = 'running'`,
  `create index runs_running on runs (process) where state = 'running'`,
  `create index runs_untold on runs (ended) where told = 0`,

  `create table steps (
    run integer not null,
    at integer not null,
    record text not null,
    primary key (run, at)
  ) strict, without rowid`,

  `create table plans (
    id text primary key,
    line text not null,
    asker text not null,
    place text not null,
    draft text not null,
    expires text not null,
    taken integer not null default 0
  ) strict`,

  `create table loads (
    id integer primary key,
    state text not null,
    started text not null,
    published text,
    facts text not null
  ) strict`,
  `create unique index loads_one_served on loads (state) where state in ('live', 'previous')`,

  `create table schedules (
    id integer primary key autoincrement,
    lines text not null,
    phrase text not null,
    cron text not null,
    zone text not null,
    place text not null,
    owner text not null,
    created text not null,
    state text not null
  ) strict`,
  `create table notes (
    key text primary key,
    value text not null
  ) strict, without rowid`,

  `create table processes (
    id text primary key,
    kind text not null,
    pid integer not null,
    host text not null,
    started text not null,
    heartbeat text not null
  ) strict`,
  `create unique index processes_one_bot on processes (kind) where kind = 'bot'`,

  `create table claims (
    key text primary key,
    at text not null
  ) strict, without rowid`,
]
