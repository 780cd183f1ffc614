-- title: Every day between the first and the last play has plays
-- finding: No plays between {last_day_before} and {first_day_after}
-- severity: warn

with play_days as (
  select distinct cast(start_time as date) as play_day
  from songplays
),
neighbours as (
  select
    play_day,
    lag(play_day) over (order by play_day) as previous_play_day
  from play_days
)
select
  previous_play_day as last_day_before,
  play_day as first_day_after,
  cast(play_day - previous_play_day - 1 as integer) as days_without_plays
from neighbours
where play_day - previous_play_day > 1
order by play_day
