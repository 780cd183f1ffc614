/* Changes of a few statements. */

/** The questions that are asked every few seconds, and by each fire, find their rows without reading all the others. */
export const lookups: readonly string[] = [
  `create index runs_at_work on runs (id) where state = 'running'`,
  'create index runs_of_command on runs (command)',
]

/** Answers that hold rows of the warehouse are found when their time is over, without reading all others. */
export const forgetting: readonly string[] = [
  `create index runs_holding_rows on runs (ended) where json_array_length(answer, '$.replies') > 0
    and (answer ->> '$.asked' is not null or answer ->> '$.rowsOf' is not null or command in ('result', 'csv'))`,
]

/** A line of a fire has a second run, where its first was closed while its bot was gone. */
export const again: readonly string[] = [
  'alter table runs add column again integer not null default 0',
  'drop index runs_one_line',
  'create unique index runs_one_line on runs (fire, line_at, again) where fire is not null',
]

/** A heartbeat notes the uptime of its machine, which no set clock changes. */
export const uptime: readonly string[] = [
  'alter table processes add column boot text',
  'alter table processes add column uptime_ms integer',
]

/** A plan keeps what was asked, as a run does. One of before names its command alone, and its line is read when it is confirmed. */
export const requests: readonly string[] = [
  `alter table plans add column command text not null default ''`,
  'alter table plans add column args text',
  `update plans set command = iif(instr(line, ' ') = 0, line, substr(line, 1, instr(line, ' ') - 1))`,
]

/**
 * An occurrence that somebody wanted is a run that waits for the bot. What was to continue a failed run is forgotten: its button is there still.
 */
export const askedOccurrences: readonly string[] = [
  `insert into runs (key, command, args, line, requester, writer, listed, schedule, intended, cause, available_at)
    select 'ask:' || id || ':' || (asked ->> '$.at'), 'schedule-run',
      json_patch(json_object('id', cast(id as text)),
        iif(asked ->> '$.maxErrors' is null, '{}', json_object('max-errors', cast(asked ->> '$.maxErrors' as text)))),
      'schedule-run id=' || id || coalesce(' max-errors=' || (asked ->> '$.maxErrors'), ''), asked ->> '$.by', 0, 1, id, asked ->> '$.at', 'asked', asked ->> '$.at'
    from schedules where asked is not null and asked ->> '$.from' is null
      and not exists (select 1 from runs where schedule = schedules.id and intended = asked ->> '$.at')`,
  `insert into attempts (run, attempt, seq, retries, lost, by_id, "by", place, door, approval, writer, started)
    select runs.id, 1, (select coalesce(max(seq), 0) from attempts) + row_number() over (order by runs.id), 0, 0,
      requester ->> '$.id', requester, schedules.place, 'words', schedules.asked ->> '$.approval', 0, runs.intended
    from runs join schedules on schedules.id = runs.schedule
    where runs.cause = 'asked' and not exists (select 1 from attempts where attempts.run = runs.id)`,
  'alter table schedules drop column asked',

  // The days of a schedule, or how often it runs, were read out of its phrase.
  'alter table schedules add column days text',
  `update schedules set days = substr(phrase, 1, instr(replace(phrase, ' from ', ' at ') || ' at ', ' at ') - 1)
    where phrase not like 'cron %'`,
]

/**
 * An approval is stored with the run that it begins. A plan that an earlier version approved and did not begin, because its process died, can
 * be confirmed again, or expires.
 */
export const approvals: readonly string[] = [
  `update plans set ending = null
    where ending ->> '$.kind' = 'approved' and ending ->> '$.process' is not null
      and not exists (select 1 from attempts where approval is not null and approval ->> '$.id' = plans.id)`,
]

/** What one person follows is a schedule of their own. */
export const personal: readonly string[] = ['alter table schedules add column personal integer not null default 0']
