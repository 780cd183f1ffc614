-- title: Page views are exactly the distinct other events that have a user, a session, an item and a time
-- severity: error

with logged_views as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    sessionid,
    iteminsession
  from staging_events
  where
    coalesce(page, '') <> 'NextSong'
    and sessionid is not null
    and iteminsession is not null
    and ts is not null
),
expected as (
  select distinct
    user_id,
    sessionid as session_id,
    iteminsession as item_in_session
  from logged_views
  where user_id is not null
),
missing as (
  select
    expected.user_id,
    expected.session_id,
    expected.item_in_session
  from expected
  left join page_views
    on page_views.user_id = expected.user_id
    and page_views.session_id = expected.session_id
    and page_views.item_in_session = expected.item_in_session
  where page_views.page_view_id is null
),
invented as (
  select
    page_views.user_id,
    page_views.session_id,
    page_views.item_in_session
  from page_views
  left join expected
    on expected.user_id = page_views.user_id
    and expected.session_id = page_views.session_id
    and expected.item_in_session = page_views.item_in_session
  where expected.user_id is null
),
faults as (
  select
    cast('missing' as varchar(8)) as fault,
    user_id,
    session_id,
    item_in_session
  from missing
  union all
  select
    cast('invented' as varchar(8)) as fault,
    user_id,
    session_id,
    item_in_session
  from invented
)
select
  fault,
  user_id,
  session_id,
  item_in_session
from faults
order by fault, user_id nulls first, session_id nulls first, item_in_session nulls first
