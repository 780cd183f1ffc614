-- title: Coverage
-- description: The share of plays that match a song in the catalogue, in total and by day
-- window: yes
-- param tz: zone = UTC, time zone of the days
-- order: time after 1 row
-- column match_rate: Share matched, percent
-- finding: share matched of plays
-- compare: plays,matched,match_rate by period
-- coverage: yes
-- example: coverage
-- example: coverage last=7d

with timed as (
  select
    song_id,
    cast(start_time + :tz(start_time) * interval '1 minute' as date) as play_day
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
),
figures as (
  select
    1 as place,
    cast('all days' as varchar(16)) as period,
    count(*) as plays,
    count(song_id) as matched
  from timed
  union all
  select
    2 as place,
    cast(play_day as varchar(16)) as period,
    count(*) as plays,
    count(song_id) as matched
  from timed
  group by play_day
)
select
  period,
  plays,
  matched,
  case when plays > 0 then floor(cast(matched as double precision) * 10000 / plays + 0.5) / 100 end as match_rate
from figures
order by place, period
