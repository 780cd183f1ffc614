/**
 * A schedule keeps the plan that was approved for it, plans that were approved are found by the runs that came of them, and the record
 * quotes no rows either where a schedule posts the answer of an earlier run.
 */
export const rights: readonly string[] = [
  'alter table schedules add column approval text',
  `create index runs_of_plan on runs (approval ->> '$.id') where approval is not null`,

  'drop trigger audit_enters_runs',
  `create trigger audit_enters_runs after update of state on runs
    when old.state = 'running' and new.state <> 'running' and new.listed = 1
    begin insert into audit
        (at, what, run, who, command, line, place, origin, plan, approved_by, cost_usd, result, headline)
      select new.ended, 'run', new.id, new.who, new.command, new.line, new.place,
        case
          when new.schedule is not null then
            json_object('kind', 'fire', 'schedule', new.schedule, 'intended', new.intended, 'cause', new.cause)
          when new.fire is not null then json_object('kind', 'line', 'fire', new.fire, 'at', new.line_at)
          else json_object('kind', 'words')
        end,
        new.approval ->> '$.plan', new.approval ->> '$.by', new.cost_usd, new.state,
        case
          when new.answer ->> '$.asked' is not null
            or (new.schedule is null and new.answer ->> '$.rowsOf' is not null) then
            'Answered with rows: ' || coalesce(new.answer ->> '$.replies[0].total', 0) || '.'
          when new.schedule is not null and new.state = 'complete' then coalesce(
            'Said ' || (select group_concat(said.line, '; ' order by said.line_at) from runs said where said.fire = new.id) || '.',
            case when new.answer ->> '$.rowsOf' is not null then 'Said what an earlier run had left.' end,
            new.answer ->> '$.headline')
          else coalesce(new.answer ->> '$.headline', '')
        end;
    end`,
]
