-- title: Timeframe
-- description: The period that the data covers, in UTC: first and last play, days, plays, users and sessions
-- role: viewer
-- finding: figures days,plays,users,sessions of the first row
-- example: timeframe

with sessions as (
  select distinct
    user_id,
    session_id
  from songplays
),
session_count as (
  select count(*) as sessions
  from sessions
),
plays as (
  select
    min(start_time) as first_play,
    max(start_time) as last_play,
    cast(cast(max(start_time) as date) - cast(min(start_time) as date) + 1 as integer) as days,
    count(distinct cast(start_time as date)) as days_with_plays,
    count(*) as plays,
    count(distinct user_id) as users
  from songplays
)
select
  plays.first_play,
  plays.last_play,
  coalesce(plays.days, 0) as days,
  plays.days_with_plays,
  plays.plays,
  plays.users,
  session_count.sessions
from plays
cross join session_count
