-- One row for each song id of the catalogue. Year 0 means unknown and stays 0.

delete from songs;

insert into songs (song_id, title, artist_id, year, duration)
with ranked as (
  select
    song_id,
    title,
    artist_id,
    year,
    duration,
    row_number() over (
      partition by song_id
      order by title nulls last, artist_id nulls last, year desc nulls last, duration nulls last
    ) as choice
  from staging_songs
  where song_id is not null
)
select
  song_id,
  title,
  artist_id,
  year,
  duration
from ranked
where choice = 1;
