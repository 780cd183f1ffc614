-- title: Events with the same user, session and item are the same event
-- finding: Different events with the same user, session and item
-- severity: warn
-- key: event
-- rows: events
-- uses: lost-events

-- Of different events under one key the earliest is loaded, and the others are lost. A log that numbers a session's items
-- from the beginning again looks like this.

select
  case when is_play = 1 then 'play' else 'page view' end as kind,
  userid,
  sessionid,
  iteminsession,
  ts,
  page,
  song,
  artist
from lost_events
order by
  kind,
  userid,
  sessionid nulls last,
  iteminsession nulls last,
  version
