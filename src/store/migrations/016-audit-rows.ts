/** The rows of an answer are counted also where words stand before its table. */
export const auditRows: readonly string[] = [
  'drop trigger audit_enters_attempts',
  `create trigger audit_enters_attempts after update of state on attempts
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
            'Answered with rows: ' || coalesce(
              (select reply.value ->> '$.total' from json_each(new.answer, '$.replies') as reply
                where reply.value ->> '$.kind' = 'table' limit 1), 0) || '.'
          else coalesce(new.answer ->> '$.headline', '')
        end
      from runs where runs.id = new.run;
    end`,
]
