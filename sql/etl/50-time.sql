-- description: One row for each moment at which a play started

-- Taken from the plays, so that neither can know what the other does not. Weeks are ISO 8601 weeks, weekday 0 is Sunday,
-- everything is UTC.

delete from time;

insert into time (start_time, hour, day, week, month, year, weekday)
with moments as (
  select distinct start_time
  from songplays
)
select
  start_time,
  cast(extract(hour from start_time) as integer) as hour,
  cast(extract(day from start_time) as integer) as day,
  cast(extract(week from start_time) as integer) as week,
  cast(extract(month from start_time) as integer) as month,
  cast(extract(year from start_time) as integer) as year,
  cast(extract(dow from start_time) as integer) as weekday
from moments;
