-- title: Plays are exactly the distinct NextSong events that have a user, a session, an item and a time
-- severity: error

with logged_plays as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    sessionid,
    iteminsession
  from staging_events
  where
    page = 'NextSong'
    and sessionid is not null
    and iteminsession is not null
    and ts is not null
),
expected as (
  select distinct
    user_id,
    sessionid as session_id,
    iteminsession as item_in_session
  from logged_plays
  where user_id is not null
),
missing as (
  select
    expected.user_id,
    expected.session_id,
    expected.item_in_session
  from expected
  left join songplays
    on songplays.user_id = expected.user_id
    and songplays.session_id = expected.session_id
    and songplays.item_in_session = expected.item_in_session
  where songplays.songplay_id is null
),
invented as (
  select
    songplays.user_id,
    songplays.session_id,
    songplays.item_in_session
  from songplays
  left join expected
    on expected.user_id = songplays.user_id
    and expected.session_id = songplays.session_id
    and expected.item_in_session = songplays.item_in_session
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
