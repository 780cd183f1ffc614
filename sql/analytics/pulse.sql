-- title: Pulse
-- description: Each day's plays, listeners, sessions, hours and paid share, and the change from a week before
-- window: yes
-- param tz: zone = UTC, whose clocks tell the days
-- format paid_share: percent
-- format change: percent
-- order: time
-- chart: line x=day y=plays,listeners
-- headline: plays,listeners,sessions,hours,paid_share of the last row where partial=no against a week before
-- example: pulse last=7d
-- example: pulse
-- example: pulse last=4w tz=America/New_York

-- A day is partial when more than its first or its last hour lies outside of the window or before the first play or
-- after the last play there is. Nobody's change is told from or to a partial day. Days without plays are listed too,
-- of at most the newest 10,000.
with digits as (
  select 0 as digit
  union all select 1 as digit
  union all select 2 as digit
  union all select 3 as digit
  union all select 4 as digit
  union all select 5 as digit
  union all select 6 as digit
  union all select 7 as digit
  union all select 8 as digit
  union all select 9 as digit
),
numbers as (
  select thousands.digit * 1000 + hundreds.digit * 100 + tens.digit * 10 + ones.digit as place
  from digits as thousands
  cross join digits as hundreds
  cross join digits as tens
  cross join digits as ones
),
logged as (
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
    songplays.level,
    lengths.milliseconds,
    songplays.start_time,
    cast(songplays.start_time + :tz(songplays.start_time) * interval '1 minute' as date) as play_day
  from songplays
  left join lengths
    on lengths.user_id = songplays.user_id
    and lengths.session_id = songplays.session_id
    and lengths.item_in_session = songplays.item_in_session
  where
    songplays.start_time >= cast(:from as timestamp) - interval '8 days'
    and songplays.start_time < cast(:to as timestamp)
),
inside as (
  select
    user_id,
    session_id,
    level,
    milliseconds,
    play_day
  from timed
  where start_time >= cast(:from as timestamp)
),
figures as (
  select
    play_day,
    count(*) as plays,
    count(distinct user_id) as listeners,
    cast(sum(case when level = 'paid' then 1 else 0 end) as bigint) as paid_plays,
    cast(coalesce(sum(milliseconds), 0) as double precision) as milliseconds
  from inside
  group by play_day
),
visits as (
  select distinct
    play_day,
    user_id,
    session_id
  from inside
),
visited as (
  select
    play_day,
    count(*) as sessions
  from visits
  group by play_day
),
week_before as (
  select
    play_day + 7 as play_day,
    count(*) as plays
  from timed
  group by play_day
),
range_of_days as (
  select
    min(play_day) as first_day,
    max(play_day) as last_day
  from inside
),
days as (
  select range_of_days.last_day - numbers.place as play_day
  from range_of_days
  join numbers on numbers.place <= range_of_days.last_day - range_of_days.first_day
),
edges as (
  select
    min(start_time) as first_play,
    max(start_time) as last_play
  from songplays
),
known as (
  select
    first_play,
    last_play,
    case when first_play > cast(:from as timestamp) then first_play else cast(:from as timestamp) end as known_from,
    case when last_play < cast(:to as timestamp) then last_play else cast(:to as timestamp) end as known_until
  from edges
),
local as (
  select
    first_play + :tz(first_play) * interval '1 minute' as first_play,
    known_from + :tz(known_from) * interval '1 minute' as known_from,
    known_until + :tz(known_until) * interval '1 minute' as known_until
  from known
),
marked as (
  select
    days.play_day,
    case
      when cast(days.play_day as timestamp) + interval '1 hour' < local.known_from then 'yes'
      when cast(days.play_day + 1 as timestamp) - interval '1 hour' > local.known_until then 'yes'
      else 'no'
    end as partial,
    case
      when cast(days.play_day - 7 as timestamp) + interval '1 hour' < local.first_play then 'yes'
      else 'no'
    end as partial_before
  from days
  cross join local
)
select
  marked.play_day as day,
  coalesce(figures.plays, 0) as plays,
  coalesce(figures.listeners, 0) as listeners,
  coalesce(visited.sessions, 0) as sessions,
  floor(cast(figures.plays as double precision) * 10 / figures.listeners + 0.5) / 10 as plays_per_listener,
  floor(coalesce(figures.milliseconds, 0) / 360000 + 0.5) / 10 as hours,
  floor(cast(figures.paid_plays as double precision) * 1000 / figures.plays + 0.5) / 10 as paid_share,
  case
    when marked.partial = 'no' and marked.partial_before = 'no'
      then floor(
        cast(coalesce(figures.plays, 0) - week_before.plays as double precision) * 1000 / week_before.plays + 0.5
      ) / 10
  end as change,
  marked.partial
from marked
left join figures on figures.play_day = marked.play_day
left join visited on visited.play_day = marked.play_day
left join week_before on week_before.play_day = marked.play_day
order by marked.play_day
