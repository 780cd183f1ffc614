-- title: No table has an empty key
-- severity: error
-- column empty: Empty keys, integer

with empty_keys as (
  select cast('songplays.songplay_id' as varchar(32)) as key_column
  from songplays
  where songplay_id is null
  union all
  select cast('songplays.start_time' as varchar(32)) as key_column
  from songplays
  where start_time is null
  union all
  select cast('songplays.user_id' as varchar(32)) as key_column
  from songplays
  where user_id is null
  union all
  select cast('users.user_id' as varchar(32)) as key_column
  from users
  where user_id is null
  union all
  select cast('songs.song_id' as varchar(32)) as key_column
  from songs
  where song_id is null
  union all
  select cast('artists.artist_id' as varchar(32)) as key_column
  from artists
  where artist_id is null
  union all
  select cast('time.start_time' as varchar(32)) as key_column
  from time
  where start_time is null
  union all
  select cast('page_views.page_view_id' as varchar(32)) as key_column
  from page_views
  where page_view_id is null
  union all
  select cast('page_views.start_time' as varchar(32)) as key_column
  from page_views
  where start_time is null
  union all
  select cast('page_views.user_id' as varchar(32)) as key_column
  from page_views
  where user_id is null
)
select
  key_column,
  count(*) as empty
from empty_keys
group by key_column
order by key_column
