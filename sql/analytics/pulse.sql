-- title: Pulse
-- description: Daily plays, listeners, sessions, hours and paid share, with the change from a week earlier
-- window: yes
-- uses: numbers, measured-plays, known-time
-- param tz: zone = UTC, time zone of the days
-- order: time
-- column paid_share: Paid share, percent
-- column change: Change in plays, change
-- finding: figures plays,listeners,sessions,hours,paid_share of the last row where partial=no against a week before
-- compare: plays,listeners,hours by day
-- chart: line x=day y=plays,listeners
-- example: pulse last=7d
-- example: pulse
-- example: pulse last=4w tz=America/New_York

-- A day is partial when more than its first or its last hour lies outside of the window or before the first play or
-- after the last play there is. Nobody's change is told from or to a partial day. Days without plays are listed too,
-- of at most the newest 10,000.
with timed as (
  select
    user_id,
    session_id,
    level,
    milliseconds,
    start_time,
    cast(start_time + :tz(start_time) * interval '1 minute' as date) as play_day
  from measured_plays
  where
    start_time >= cast(:from as timestamp) - interval '8 days'
    and start_time < cast(:to as timestamp)
),
sessions as (
  select
    play_day,
    user_id,
    session_id,
    count(*) as plays,
    cast(sum(case when level = 'paid' then 1 else 0 end) as bigint) as paid_plays,
    cast(coalesce(sum(milliseconds), 0) as bigint) as milliseconds
  from timed
  where start_time >= cast(:from as timestamp)
  group by play_day, user_id, session_id
),
figures as (
  select
    play_day,
    count(*) as sessions,
    count(distinct user_id) as listeners,
    cast(sum(plays) as bigint) as plays,
    cast(sum(paid_plays) as bigint) as paid_plays,
    cast(sum(milliseconds) as double precision) as milliseconds
  from sessions
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
  from figures
),
days as (
  select range_of_days.last_day - numbers.number as play_day
  from range_of_days
  join numbers on numbers.number <= range_of_days.last_day - range_of_days.first_day
),
marked as (
  select
    days.play_day,
    case
      when cast(days.play_day as timestamp) + interval '1 hour' < known_time.known_from then 'yes'
      when cast(days.play_day + 1 as timestamp) - interval '1 hour' > known_time.known_until then 'yes'
      else 'no'
    end as partial,
    case
      when cast(days.play_day - 7 as timestamp) + interval '1 hour' < known_time.first_play then 'yes'
      else 'no'
    end as partial_before
  from days
  cross join known_time
)
select
  marked.play_day as day,
  coalesce(figures.plays, 0) as plays,
  coalesce(figures.listeners, 0) as listeners,
  coalesce(figures.sessions, 0) as sessions,
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
left join week_before on week_before.play_day = marked.play_day
order by marked.play_day
