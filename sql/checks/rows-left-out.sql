-- title: No source row is skipped because its key is missing
-- finding: Source rows skipped because their key is missing
-- severity: warn

-- Page views and songs; plays without a key are an error, which plays-are-complete shows.

with left_out as (
  select
    cast('staging_events' as varchar(16)) as source,
    song as title,
    artist,
    userid,
    sessionid,
    iteminsession,
    ts
  from staging_events
  where
    coalesce(page, '') <> 'NextSong'
    and userid ~ '^[0-9]{1,10}$'
    and (sessionid is null or iteminsession is null or ts is null)
  union all
  select
    cast('staging_songs' as varchar(16)) as source,
    title,
    artist_name as artist,
    cast(null as varchar(256)) as userid,
    cast(null as integer) as sessionid,
    cast(null as integer) as iteminsession,
    cast(null as bigint) as ts
  from staging_songs
  where
    song_id is null
    or artist_id is null
)
select
  source,
  title,
  artist,
  userid,
  sessionid,
  iteminsession,
  ts
from left_out
order by
  source,
  ts nulls last,
  userid nulls last,
  sessionid nulls last,
  iteminsession nulls last,
  title nulls last,
  artist nulls last
