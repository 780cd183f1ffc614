-- title: A matched play has the title and the artist of its song in the catalogue
-- severity: error

with catalogue as (
  select distinct
    songs.song_id,
    songs.title,
    artists.artist_id,
    coalesce(artist_repairs.repaired, staging_songs.artist_name) as artist_name
  from songs
  join artists on artists.artist_id = songs.artist_id
  join staging_songs
    on staging_songs.song_id = songs.song_id
    and staging_songs.artist_id = songs.artist_id
  left join text_repairs as artist_repairs on artist_repairs.raw_text = staging_songs.artist_name
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
