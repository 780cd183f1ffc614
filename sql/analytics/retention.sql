-- title: Retention
-- description: Weekly cohorts: the share of new listeners who came back
-- window: yes
-- uses: numbers, known-time
-- param weeks: integer = 8, 1..52, number of weeks to follow a cohort
-- param tz: zone = UTC, time zone of the weeks
-- order: time
-- column week_of: Week of
-- column retained: Came back, percent
-- phrase weeks: , {weeks} weeks
-- finding: cohorts by listeners
-- compare: listeners,retained by cohort,week in weeks
-- chart: heat x=week y=cohort,retained
-- example: retention
-- example: retention 4 tz=Europe/London

-- Weeks begin on Monday. Everybody who was there when the log begins is in its first cohort. A week is partial when
-- more than its first or its last hour lies outside of the window, before the first play or after the last play there
-- is.
with first_plays as (
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
    numbers.number as week,
    cohorts.cohort + numbers.number * 7 as week_of,
    known_time.known_from,
    known_time.known_until
  from cohorts
  cross join numbers
  cross join known_time
  where
    numbers.number <= :weeks
    and cast(cohorts.cohort + numbers.number * 7 as timestamp) <= known_time.known_until
    and cast(cohorts.cohort + numbers.number * 7 as timestamp) < known_time.window_end
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
