-- description: One row for each song id of the catalogue. Year 0 means unknown and stays 0

delete from songs;

insert into songs (song_id, title, artist_id, year, duration)
with titled as (
  select
    staging_songs.song_id,
    coalesce(titles.repaired, staging_songs.title) as title,
    staging_songs.artist_id,
    staging_songs.year,
    staging_songs.duration
  from staging_songs
  left join text_repairs as titles on titles.raw_text = staging_songs.title
  where staging_songs.song_id is not null
),
ranked as (
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
  from titled
)
select
  song_id,
  title,
  artist_id,
  year,
  duration
from ranked
where choice = 1;
