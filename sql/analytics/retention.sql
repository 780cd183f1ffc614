-- title: Retention
-- description: Of those whose first play fell into a week, how many still listened in the weeks after it
-- window: yes
-- param weeks: integer = 8, 1..52, how many weeks to follow them
-- param tz: zone = UTC, whose clocks tell the weeks
-- order: time
-- format retained: percent
-- example: retention
-- example: retention 4 tz=Europe/London

-- Weeks begin on Monday. Everybody who was there when the log begins is in its first cohort. A week is partial when
-- more than its first or its last hour lies outside of the window, before the first play or after the last play there
-- is.
with digits as (
  select 0 as digit
  union all select 1 as digit
  union all select 2 as digit
  union all select 3 as digit
  union all select 4 as digit
  union all select 5 as digit
  union all select 6 as digit
  union all select 7 as digit
),
numbers as (
  select tens.digit * 8 + ones.digit as week
  from digits as tens
  cross join digits as ones
),
first_plays as (
  select
    user_id,
    min(start_time) as first_play
  from songplays
  group by user_id
),
newcomers as (
  select
    user_id,
    cast(date_trunc('week', first_play + :tz(first_play) * interval '1 minute') as date) as cohort
  from first_plays
  where
    first_play >= cast(:from as timestamp)
    and first_play < cast(:to as timestamp)
),
active_weeks as (
  select distinct
    user_id,
    cast(date_trunc('week', start_time + :tz(start_time) * interval '1 minute') as date) as active_week
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
),
edges as (
  select
    min(start_time) as first_play,
    max(start_time) as last_play
  from songplays
),
known as (
  select
    case when first_play > cast(:from as timestamp) then first_play else cast(:from as timestamp) end as known_from,
    case when last_play < cast(:to as timestamp) then last_play else cast(:to as timestamp) end as known_until
  from edges
),
local as (
  select
    known_from + :tz(known_from) * interval '1 minute' as known_from,
    known_until + :tz(known_until) * interval '1 minute' as known_until
  from known
),
cohorts as (
  select
    cohort,
    count(*) as listeners
  from newcomers
  group by cohort
),
grid as (
  select
    cohorts.cohort,
    cohorts.listeners as cohort_listeners,
    numbers.week,
    cohorts.cohort + numbers.week * 7 as week_of,
    local.known_from,
    local.known_until
  from cohorts
  cross join numbers
  cross join local
  where
    numbers.week <= :weeks
    and cast(cohorts.cohort + numbers.week * 7 as timestamp) <= local.known_until
),
returned as (
  select
    newcomers.cohort,
    active_weeks.active_week,
    count(*) as listeners
  from newcomers
  join active_weeks on active_weeks.user_id = newcomers.user_id
  group by newcomers.cohort, active_weeks.active_week
)
select
  grid.cohort,
  grid.week,
  grid.week_of,
  coalesce(returned.listeners, 0) as listeners,
  floor(cast(coalesce(returned.listeners, 0) as double precision) * 1000 / grid.cohort_listeners + 0.5) / 10
    as retained,
  case
    when cast(grid.week_of as timestamp) + interval '1 hour' < grid.known_from then 'yes'
    when cast(grid.week_of + 7 as timestamp) - interval '1 hour' > grid.known_until then 'yes'
    else 'no'
  end as partial
from grid
left join returned
  on returned.cohort = grid.cohort
  and returned.active_week = grid.week_of
order by grid.cohort, grid.week
