-- description: One row for each artist id of the catalogue

-- The catalogue knows some artists by several names. The first in alphabetical order is taken, which also prefers
-- "Elton John" to "Elton John feat. Kiki Dee"; of equal names, a row with a place and coordinates.

delete from artists;

insert into artists (artist_id, name, location, latitude, longitude)
with named as (
  select
    staging_songs.artist_id,
    coalesce(names.repaired, staging_songs.artist_name) as artist_name,
    nullif(coalesce(places.repaired, staging_songs.artist_location), '') as location,
    staging_songs.artist_latitude,
    staging_songs.artist_longitude
  from staging_songs
  left join text_repairs as names on names.raw_text = staging_songs.artist_name
  left join text_repairs as places on places.raw_text = staging_songs.artist_location
  where staging_songs.artist_id is not null
),
ranked as (
  select
    artist_id,
    artist_name,
    location,
    artist_latitude,
    artist_longitude,
    row_number() over (
      partition by artist_id
      order by artist_name nulls last, location nulls last, artist_latitude nulls last, artist_longitude nulls last
    ) as choice
  from named
)
select
  artist_id,
  artist_name,
  location,
  artist_latitude,
  artist_longitude
from ranked
where choice = 1;
