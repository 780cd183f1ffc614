-- description: The keys that several events have
-- uses: keyed-events

select
  is_play,
  user_id,
  sessionid,
  iteminsession
from keyed_events
group by is_play, user_id, sessionid, iteminsession
having count(*) > 1
