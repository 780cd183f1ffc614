-- title: Paid and free
-- description: Plays, listeners and sessions by subscription level, and the users who have that level now
-- window: yes
-- uses: measured-plays
-- column share: Share of plays, percent
-- column users_now: Users now
-- column minutes_per_session: Minutes per session
-- finding: highest level by plays
-- compare: plays,listeners,sessions by level
-- chart: pie x=level y=plays
-- example: paid-vs-free
-- example: paid-vs-free last=7d

-- "users_now" counts all users by their latest level, whenever they listened. A session in which the level changed
-- counts for both, with the plays and the minutes that belong to each. Minutes are those of the songs.
with sessions as (
  select
    coalesce(level, 'unknown') as play_level,
    user_id,
    session_id,
    count(*) as plays,
    cast(coalesce(sum(milliseconds), 0) as bigint) as milliseconds
  from measured_plays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
  group by coalesce(level, 'unknown'), user_id, session_id
),
figures as (
  select
    play_level,
    count(*) as sessions,
    count(distinct user_id) as listeners,
    cast(sum(plays) as bigint) as plays,
    cast(sum(milliseconds) as double precision) as milliseconds
  from sessions
  group by play_level
),
everything as (
  select cast(sum(plays) as bigint) as plays
  from figures
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
  coalesce(figures.sessions, 0) as sessions,
  floor(figures.milliseconds / figures.sessions / 6000 + 0.5) / 10 as minutes_per_session
from figures
full join people on people.user_level = figures.play_level
cross join everything
order by coalesce(figures.play_level, people.user_level)
