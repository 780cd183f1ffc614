-- description: The events that have a user, a session, an item and a time; kind is play or page view
-- uses: events

select
  case when page = 'NextSong' then 'play' else 'page view' end as kind,
  user_id,
  userid,
  sessionid,
  iteminsession,
  ts,
  page,
  song,
  artist,
  length,
  level,
  location,
  useragent,
  status
from events
where
  user_id is not null
  and sessionid is not null
  and iteminsession is not null
  and ts is not null
