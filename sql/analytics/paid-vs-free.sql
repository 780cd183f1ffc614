-- title: Paid and free
-- description: Plays, listeners and sessions by level at the time of the play, and how many people have that level now
-- window: yes
-- format share: percent
-- chart: pie x=level y=plays
-- example: paid-vs-free
-- example: paid-vs-free last=7d

-- "users_now" counts all users by their latest level, whenever they listened. A session in which the level changed
-- counts for both, with the plays and the minutes that belong to each. Minutes are those of the songs.
with logged as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    sessionid as session_id,
    iteminsession as item_in_session,
    length
  from staging_events
  where page = 'NextSong'
),
lengths as (
  select
    user_id,
    session_id,
    item_in_session,
    cast(floor(min(length) * 1000 + 0.5) as bigint) as milliseconds
  from logged
  group by user_id, session_id, item_in_session
),
timed as (
  select
    songplays.user_id,
    songplays.session_id,
    coalesce(songplays.level, 'unknown') as play_level,
    lengths.milliseconds
  from songplays
  left join lengths
    on lengths.user_id = songplays.user_id
    and lengths.session_id = songplays.session_id
    and lengths.item_in_session = songplays.item_in_session
  where
    songplays.start_time >= cast(:from as timestamp)
    and songplays.start_time < cast(:to as timestamp)
),
visits as (
  select distinct
    play_level,
    user_id,
    session_id
  from timed
),
visited as (
  select
    play_level,
    count(*) as sessions
  from visits
  group by play_level
),
figures as (
  select
    play_level,
    count(*) as plays,
    count(distinct user_id) as listeners,
    cast(coalesce(sum(milliseconds), 0) as double precision) as milliseconds
  from timed
  group by play_level
),
everything as (
  select count(*) as plays
  from timed
),
people as (
  select
    coalesce(level, 'unknown') as user_level,
    count(*) as users_now
  from users
  group by coalesce(level, 'unknown')
)
select
  coalesce(figures.play_level, people.user_level) as level,
  coalesce(figures.plays, 0) as plays,
  floor(cast(figures.plays as double precision) * 1000 / everything.plays + 0.5) / 10 as share,
  coalesce(figures.listeners, 0) as listeners,
  coalesce(people.users_now, 0) as users_now,
  floor(cast(figures.plays as double precision) * 10 / figures.listeners + 0.5) / 10 as plays_per_listener,
  coalesce(visited.sessions, 0) as sessions,
  floor(figures.milliseconds / visited.sessions / 6000 + 0.5) / 10 as minutes_per_session
from figures
full join people on people.user_level = figures.play_level
left join visited on visited.play_level = figures.play_level
cross join everything
order by coalesce(figures.play_level, people.user_level)
