/*
 * A run is what was asked for, an attempt is one try at it. What an earlier version called a run becomes a run with one attempt; processes that
 * a run at work has lost become attempts of their own.
 */

// A retry was a run of its own, behind the one that had failed. Of a schedule's, the lines that went well belong to the newest of them, which
// is the one that can be carried on.
const linesBelongToTheNewest = [
  `with recursive retried (fire, heir) as (
    select continues, id from runs where schedule is not null and continues is not null
    union
    select retried.fire, runs.id from retried join runs on runs.continues = retried.heir and runs.schedule is not null
  ),
  newest (fire, heir) as (select fire, max(heir) from retried group by fire),
  moved (id, heir) as (
    select max(lines.id), newest.heir from newest join runs lines on lines.fire = newest.fire
    where lines.state = 'complete' and lines.line_at >= 0
      and not exists (select 1 from runs own where own.fire = newest.heir and own.line_at = lines.line_at)
    group by newest.heir, lines.line_at
  )
  update runs set fire = (select heir from moved where moved.id = runs.id) where id in (select id from moved)`,
]

// The load of a retry had the number of the first run. One that is at work begins a load of its own, from its first step.
const retriesAtWorkBeginAgain = [
  `delete from steps where run in (select id from runs where continues is not null and schedule is null and state = 'running')`,
]

// Since answers note whose rows they repeat, one without that note was shown to nobody else.
const repeatedRowsAreNoted = [
  `update runs set answer = json_set(json_remove(answer, '$.details', '$.brief'), '$.replies', json('[]'))
    where command in ('result', 'csv') and state = 'complete'
      and answer ->> '$.rowsOf' is null and json_array_length(answer, '$.replies') > 0`,
]

// A line that was closed while its bot was gone had a second run, which is the one that counts.
const keyOfRun = `case
  when schedule is not null then iif(cause = 'asked', 'ask:', 'schedule:') || schedule || ':' || intended
  when fire is not null then 'run:' || fire || ':line:' || line_at || iif(again = 0 and exists (
    select 1 from runs second where second.fire = runs.fire and second.line_at = runs.line_at and second.again = 1), ':closed', '')
  end`

/** A run is what was asked for, an attempt is one try at it. */
export const attempts: readonly string[] = [
  ...linesBelongToTheNewest,
  ...retriesAtWorkBeginAgain,
  ...repeatedRowsAreNoted,

  `create table attempts (
    run integer not null,
    attempt integer not null,
    seq integer not null,
    retries integer not null,
    lost integer not null,
    by_id text not null,
    "by" text not null,
    place text not null,
    door text not null,
    approval text,
    writer integer not null,
    state text not null default 'running',
    worker text,
    started text not null,
    ended text,
    answer text,
    cost_usd real,
    post text,
    cancel_by text,
    told integer not null,
    primary key (run, attempt)
  ) strict`,
  `with recursive numbers (n) as (
    select 1 union all select n + 1 from numbers where n < (select max(attempts) from runs)
  )
  insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, approval, writer, state, worker, started, ended,
      answer, cost_usd, post, cancel_by, told)
    select id, iif(state = 'running', n, 1), id, 0, iif(state = 'running', n - 1, attempts - 1), who_id, who, place,
      case when fire is not null then 'parent' when cause = 'clock' then 'clock' else 'words' end, approval, writer,
      iif(n < attempts, 'lost', state), process, started, iif(n < attempts, started, ended),
      iif(n < attempts, null, answer), iif(n < attempts, null, cost_usd), post, cancel_by, iif(n < attempts, 1, told)
    from runs join numbers on n <= attempts
    where state = 'running' or n = attempts
    order by id, n`,
  'create index attempts_in_order on attempts (seq)',
  `create unique index attempts_one_running on attempts (run) where state = 'running'`,
  `create unique index attempts_one_writer on attempts (writer) where writer = 1 and state = 'running'`,
  `create index attempts_at_work on attempts (seq) where state = 'running'`,
  'create index attempts_untold on attempts (ended) where told = 0',
  `create index attempts_of_plan on attempts (approval ->> '$.id') where approval is not null`,
  `create index attempts_holding_rows on attempts (ended) where json_array_length(answer, '$.replies') > 0
    and (answer ->> '$.asked' is not null or answer ->> '$.rowsOf' is not null)`,

  `create table steps_of_attempts (
    run integer not null,
    attempt integer not null,
    at integer not null,
    record text not null,
    primary key (run, attempt, at)
  ) strict, without rowid`,
  // What is under way outside keeps its name.
  `insert into steps_of_attempts (run, attempt, at, record)
    select steps.run, (select max(attempt) from attempts where attempts.run = steps.run), at,
      iif(record ->> '$.state' = 'in_progress', json_set(record, '$.key', 'run-' || steps.run || '-step-' || at), record)
    from steps join runs on runs.id = steps.run`,
  'drop table steps',
  'alter table steps_of_attempts rename to steps',

  // autoincrement: a number names a run and its load for ever, so none is given twice.
  `create table runs_asked_for (
    id integer primary key autoincrement,
    key text,
    command text not null,
    args text,
    line text not null,
    requester text not null,
    writer integer not null,
    listed integer not null,
    schedule integer,
    intended text,
    cause text,
    parent integer,
    position integer,
    available_at text not null
  ) strict`,
  `insert into runs_asked_for (id, key, command, line, requester, writer, listed, schedule, intended, cause, parent, position, available_at)
    select id, ${keyOfRun}, command, line, who, writer, listed, schedule, intended, cause, fire, line_at, started from runs order by id`,
  // The trigger that entered the ends of runs goes with the table.
  'drop table runs',
  'alter table runs_asked_for rename to runs',
  'create unique index runs_one_key on runs (key) where key is not null',
  'create index runs_of_schedule on runs (schedule, intended) where schedule is not null',
  'create index runs_of_parent on runs (parent, position) where parent is not null',
  'create index runs_of_command on runs (command)',
  'create index runs_recorded on runs (id) where listed = 1',

  // An entry is of one attempt. Entries of before stay as they are: each is of its run's only one.
  'alter table audit add column attempt integer',
  'drop index audit_one_run',
  'create unique index audit_one_attempt on audit (run, coalesce(attempt, 1)) where run is not null',
  'drop trigger audit_refuses_replace',
  `create trigger audit_refuses_replace before insert on audit
    when exists (select 1 from audit
      where id = new.id or (run = new.run and coalesce(attempt, 1) = coalesce(new.attempt, 1)))
    begin select raise(abort, 'the record is append-only'); end`,
  auditOfAttempts(`coalesce(new.answer ->> '$.replies[0].total', 0)`),
]

/** Enters each attempt that ends in the audit log; `rows` counts the rows of the warehouse in its answer. */
export function auditOfAttempts(rows: string): string {
  return `create trigger audit_enters_attempts after update of state on attempts
    when old.state = 'running' and new.state <> 'running' and new.state <> 'lost'
      and (select listed from runs where id = new.run) = 1
    begin insert into audit
        (at, what, run, attempt, who, command, line, place, origin, plan, approved_by, cost_usd, result, headline)
      select new.ended, 'run', new.run, new.attempt, new."by", runs.command, runs.line, new.place,
        case
          when runs.schedule is not null then
            json_object('kind', 'fire', 'schedule', runs.schedule, 'intended', runs.intended, 'cause', runs.cause)
          when runs.parent is not null then json_object('kind', 'line', 'fire', runs.parent, 'at', runs.position)
          else json_object('kind', 'words')
        end,
        new.approval ->> '$.plan', new.approval ->> '$.by', new.cost_usd, new.state,
        case
          when new.state = 'complete' and exists (select 1 from runs said where said.parent = new.run) then
            'Said ' || (select group_concat(said.line, '; ' order by said.position) from runs said where said.parent = new.run) || '.'
          when new.answer ->> '$.asked' is not null
            or (new.answer ->> '$.rowsOf' is not null and (runs.schedule is null or new.state = 'complete')) then
            'Answered with rows: ' || ${rows} || '.'
          else coalesce(new.answer ->> '$.headline', '')
        end
      from runs where runs.id = new.run;
    end`
}
