-- title: songplays holds each NextSong event that has a complete key, once
-- severity: error
-- key: event
-- uses: keyed-events

with logged as (
  select
    user_id,
    sessionid,
    iteminsession
  from keyed_events
  where is_play = 1
)
select distinct
  case when logged.user_id is null then 'invented' else 'missing' end as fault,
  coalesce(logged.user_id, songplays.user_id) as user_id,
  coalesce(logged.sessionid, songplays.session_id) as session_id,
  coalesce(logged.iteminsession, songplays.item_in_session) as item_in_session
from logged
full join songplays
  on songplays.user_id = logged.user_id
  and songplays.session_id = logged.sessionid
  and songplays.item_in_session = logged.iteminsession
where
  logged.user_id is null
  or songplays.user_id is null
order by fault, user_id nulls first, session_id nulls first, item_in_session nulls first
