-- description: The songs of the catalogue, once for each name of their artist
-- uses: artist-names

select
  songs.song_id,
  songs.artist_id,
  songs.title,
  songs.duration,
  artist_names.artist_name
from songs
join artist_names on artist_names.artist_id = songs.artist_id
