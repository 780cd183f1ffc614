-- description: The keys of events that were not loaded (missing) and of rows that no event has (invented), by kind
-- uses: keyed-events

with logged as (
  select distinct
    kind,
    user_id,
    sessionid as session_id,
    iteminsession as item_in_session
  from keyed_events
),
loaded as (
  select
    cast('play' as varchar(16)) as kind,
    user_id,
    session_id,
    item_in_session
  from songplays
  union all
  select
    cast('page view' as varchar(16)) as kind,
    user_id,
    session_id,
    item_in_session
  from page_views
)
select
  cast('missing' as varchar(8)) as fault,
  logged.kind,
  logged.user_id,
  logged.session_id,
  logged.item_in_session
from logged
left join loaded
  on loaded.kind = logged.kind
  and loaded.user_id = logged.user_id
  and loaded.session_id = logged.session_id
  and loaded.item_in_session = logged.item_in_session
where loaded.user_id is null
union all
select
  cast('invented' as varchar(8)) as fault,
  loaded.kind,
  loaded.user_id,
  loaded.session_id,
  loaded.item_in_session
from loaded
left join logged
  on logged.kind = loaded.kind
  and logged.user_id = loaded.user_id
  and logged.session_id = loaded.session_id
  and logged.item_in_session = loaded.item_in_session
where logged.user_id is null
