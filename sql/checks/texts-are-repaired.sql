-- title: Repaired text is used in every user, play, song and artist
-- severity: error
-- column times: Times, integer

with shown as (
  select
    cast('users.first_name' as varchar(32)) as shown_in,
    first_name as words
  from users
  union all
  select
    cast('users.last_name' as varchar(32)) as shown_in,
    last_name as words
  from users
  union all
  select
    cast('songs.title' as varchar(32)) as shown_in,
    title as words
  from songs
  union all
  select
    cast('artists.name' as varchar(32)) as shown_in,
    name as words
  from artists
  union all
  select
    cast('artists.location' as varchar(32)) as shown_in,
    location as words
  from artists
  union all
  select
    cast('songplays.song_title' as varchar(32)) as shown_in,
    song_title as words
  from songplays
  union all
  select
    cast('songplays.artist_name' as varchar(32)) as shown_in,
    artist_name as words
  from songplays
  union all
  select
    cast('songplays.location' as varchar(32)) as shown_in,
    location as words
  from songplays
)
select
  shown.shown_in,
  text_repairs.raw_text,
  text_repairs.repaired,
  count(*) as times
from shown
join text_repairs on text_repairs.raw_text = shown.words
group by shown.shown_in, text_repairs.raw_text, text_repairs.repaired
order by shown.shown_in, text_repairs.raw_text
