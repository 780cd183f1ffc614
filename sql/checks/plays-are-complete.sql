-- title: Every play has its page, a user, a session, an item and a time
-- severity: error
-- key: event
-- rows: events

-- A play is an event of the page NextSong, or one with a song whatever its page: only plays have songs.

with plays as (
  select
    case
      when page is null or page <> 'NextSong' then 'page'
      when userid is null or userid = '' then 'userId'
      when sessionid is null then 'sessionId'
      when iteminsession is null then 'itemInSession'
      when ts is null then 'ts'
    end as missing,
    page,
    song,
    artist,
    userid,
    sessionid,
    iteminsession,
    ts
  from staging_events
  where
    page = 'NextSong'
    or lower(page) = 'nextsong'
    or song <> ''
)
select
  missing,
  page,
  song,
  artist,
  userid,
  sessionid,
  iteminsession,
  ts
from plays
where missing is not null
order by
  ts nulls last,
  userid nulls last,
  sessionid nulls last,
  iteminsession nulls last,
  song nulls last,
  artist nulls last,
  page nulls last
