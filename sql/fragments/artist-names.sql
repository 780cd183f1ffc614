-- description: Each name that the catalogue gives an artist, as it reads when repaired

select distinct
  staging_songs.artist_id,
  coalesce(names.repaired, staging_songs.artist_name) as artist_name
from staging_songs
left join text_repairs as names on names.raw_text = staging_songs.artist_name
