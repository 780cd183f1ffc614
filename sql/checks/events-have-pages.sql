-- title: Every event has a page
-- finding: Events without a page
-- severity: warn
-- rows: events

select
  auth,
  method,
  status,
  userid,
  sessionid,
  iteminsession,
  ts
from staging_events
where
  (page is null or page = '')
  and (song is null or song = '')
order by
  ts nulls last,
  userid nulls last,
  sessionid nulls last,
  iteminsession nulls last,
  auth nulls last,
  method nulls last,
  status nulls last
