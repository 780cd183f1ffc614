-- description: The events that have a user, a session, an item and a time; is_play is 1 for plays, 0 for others
-- uses: events
-- inline: yes

select
  case when page = 'NextSong' then 1 else 0 end as is_play,
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
