-- description: The plays of each day (UTC), and how many of them match the catalogue, to be compared with another load

select
  cast(start_time as date) as day,
  count(*) as plays,
  count(song_id) as matched
from songplays
group by cast(start_time as date)
order by day
