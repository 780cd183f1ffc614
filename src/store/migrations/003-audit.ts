/**
 * The record of who did what. It is written by the statement that ends a run, so that no process can forget it, and SQLite itself
 * refuses to change it. Entries are numbered without gaps (autoincrement takes no number for an insert that failed), which shows
 * when one is missing.
 */
export const audit: readonly string[] = [
  `create table audit (
    id integer primary key autoincrement,
    at text not null,
    what text not null,
    run integer,
    who text not null,
    command text not null,
    line text not null,
    place text not null,
    origin text not null,
    plan text,
    approved_by text,
    cost_usd real,
    result text,
    headline text not null
  ) strict`,
  'create unique index audit_one_run on audit (run) where run is not null',
  `create index runs_recorded on runs (id) where listed = 1 and state <> 'running'`,

  // What ended before there was a record.
  `${enter('runs')} from runs where listed = 1 and state <> 'running' order by ended, id`,
  `create trigger audit_enters_runs after update of state on runs
    when old.state = 'running' and new.state <> 'running' and new.listed = 1
    begin ${enter('new')}; end`,

  ...(['update', 'delete'] as const).map(
    (change) => `create trigger audit_refuses_${change} before ${change} on audit
      begin select raise(abort, 'the record is append-only'); end`,
  ),
  // "insert or replace" removes without the delete trigger.
  `create trigger audit_refuses_replace before insert on audit
    when exists (select 1 from audit where id = new.id or run = new.run)
    begin select raise(abort, 'the record is append-only'); end`,
]

/** Inserts the entry of a run that has ended, whose row is called so. */
function enter(row: 'new' | 'runs'): string {
  return `insert into audit
      (at, what, run, who, command, line, place, origin, plan, approved_by, cost_usd, result, headline)
    select ${row}.ended, 'run', ${row}.id, ${row}.who, ${row}.command, ${row}.line, ${row}.place, ${origin(row)},
      ${row}.approval ->> '$.plan', ${row}.approval ->> '$.by', ${row}.cost_usd, ${row}.state, ${headline(row)}`
}

function origin(row: string): string {
  return `case
      when ${row}.schedule is not null then
        json_object('kind', 'fire', 'schedule', ${row}.schedule, 'intended', ${row}.intended, 'cause', ${row}.cause)
      when ${row}.fire is not null then json_object('kind', 'line', 'fire', ${row}.fire, 'at', ${row}.line_at)
      else json_object('kind', 'words')
    end`
}

/**
 * The headline of an answer that holds rows of the warehouse quotes them, and so does that of a schedule: both can be read by those who
 * may ask for them, for seven days. The record is for everybody, and for ever.
 */
function headline(row: string): string {
  return `case
      when ${row}.answer ->> '$.asked' is not null then
        'Answered with rows: ' || coalesce(${row}.answer ->> '$.replies[0].total', 0) || '.'
      when ${row}.schedule is not null and ${row}.state = 'complete' then coalesce(
        'Said ' || (select group_concat(said.line, '; ' order by said.line_at) from runs said where said.fire = ${row}.id) || '.',
        ${row}.answer ->> '$.headline')
      else coalesce(${row}.answer ->> '$.headline', '')
    end`
}
