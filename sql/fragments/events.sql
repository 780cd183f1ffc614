-- description: The events of the log, with the user id as a number, or null where it is none
-- inline: yes

select
  case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
  userid,
  firstname,
  lastname,
  gender,
  sessionid,
  iteminsession,
  ts,
  page,
  song,
  artist,
  length,
  level,
  location,
  useragent,
  status
from staging_events
