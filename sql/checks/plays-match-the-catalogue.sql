-- title: Matched plays have the title and artist of their song in the catalogue
-- severity: error
-- key: event
-- uses: catalogue

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
left join artists on artists.artist_id = catalogue.artist_id
where
  (songplays.song_id is not null or songplays.artist_id is not null)
  and artists.artist_id is null
order by songplays.songplay_id
