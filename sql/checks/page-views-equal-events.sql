-- title: page_views holds each other event that has a complete key, once
-- severity: error
-- key: event
-- uses: keyed-events

with logged as (
  select
    user_id,
    sessionid,
    iteminsession
  from keyed_events
  where is_play = 0
)
select distinct
  case when logged.user_id is null then 'invented' else 'missing' end as fault,
  coalesce(logged.user_id, page_views.user_id) as user_id,
  coalesce(logged.sessionid, page_views.session_id) as session_id,
  coalesce(logged.iteminsession, page_views.item_in_session) as item_in_session
from logged
full join page_views
  on page_views.user_id = logged.user_id
  and page_views.session_id = logged.sessionid
  and page_views.item_in_session = logged.iteminsession
where
  logged.user_id is null
  or page_views.user_id is null
order by fault, user_id nulls first, session_id nulls first, item_in_session nulls first
