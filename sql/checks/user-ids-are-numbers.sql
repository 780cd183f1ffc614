-- title: Every user id in the log is empty or a whole number
-- severity: error
-- key: event
-- column events: Events, integer

select
  userid,
  count(*) as events
from staging_events
where
  userid is not null
  and userid <> ''
  and not userid ~ '^[0-9]{1,10}$'
group by userid
order by userid
