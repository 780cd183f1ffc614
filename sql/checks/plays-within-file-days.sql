-- title: Every play is within the dates in the log file names
-- finding: Plays outside the dates in the log file names, the first at {start_time} UTC
-- severity: warn

with span as (
  select
    min(day) as first_day,
    max(day) as last_day
  from source_files
  where dataset = 'log'
)
select
  songplays.songplay_id,
  songplays.start_time,
  span.first_day,
  span.last_day
from songplays
cross join span
where
  cast(songplays.start_time as date) < span.first_day
  or cast(songplays.start_time as date) > span.last_day
order by songplays.start_time, songplays.songplay_id
