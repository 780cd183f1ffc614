-- description: The keys of events that were not loaded (missing), and of loaded rows that no event has (invented)
-- uses: keyed-events

with keys as (
  select
    is_play,
    user_id,
    sessionid as session_id,
    iteminsession as item_in_session,
    1 as is_logged,
    0 as is_loaded
  from keyed_events
  union all
  select
    1 as is_play,
    user_id,
    session_id,
    item_in_session,
    0 as is_logged,
    1 as is_loaded
  from songplays
  union all
  select
    0 as is_play,
    user_id,
    session_id,
    item_in_session,
    0 as is_logged,
    1 as is_loaded
  from page_views
)
select
  is_play,
  case when max(is_logged) = 1 then 'missing' else 'invented' end as fault,
  user_id,
  session_id,
  item_in_session
from keys
group by is_play, user_id, session_id, item_in_session
having max(is_logged) <> max(is_loaded)
