-- description: The plays of a time, by their keys, to be compared with another load

select
  songplay_id,
  start_time,
  user_id,
  song_title,
  artist_name
from songplays
where
  start_time >= cast(:from as timestamp)
  and start_time < cast(:to as timestamp)
order by songplay_id
