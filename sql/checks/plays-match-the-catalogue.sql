-- title: A matched play has the title and the artist of its song in the catalogue
-- severity: error

-- An artist may have several names in the catalogue.

with artist_names as (
  select distinct
    staging_songs.artist_id,
    coalesce(names.repaired, staging_songs.artist_name) as artist_name
  from staging_songs
  left join text_repairs as names on names.raw_text = staging_songs.artist_name
),
catalogue as (
  select
    songs.song_id,
    songs.title,
    artists.artist_id,
    artist_names.artist_name
  from songs
  join artists on artists.artist_id = songs.artist_id
  join artist_names on artist_names.artist_id = songs.artist_id
)
select
  songplays.songplay_id,
  songplays.song_id,
  songplays.artist_id,
  songplays.song_title,
  songplays.artist_name
from songplays
left join catalogue
  on catalogue.song_id = songplays.song_id
  and catalogue.artist_id = songplays.artist_id
  and catalogue.title = songplays.song_title
  and catalogue.artist_name = songplays.artist_name
where
  (songplays.song_id is not null or songplays.artist_id is not null)
  and catalogue.song_id is null
order by songplays.songplay_id
