-- description: One row for each event of somebody logged in that is not a play: pages opened, settings saved, levels changed
-- uses: keyed-events

-- Keyed and counted once as plays are: by user, session and item, of repeats that differ the earliest. Opening the page
-- "Upgrade" is not yet an upgrade; "Submit Upgrade" is.

delete from page_views;

insert into page_views (page_view_id, start_time, user_id, session_id, item_in_session, page, level, status)
with deliveries as (
  select
    user_id,
    sessionid,
    iteminsession,
    ts,
    page,
    level,
    status,
    row_number() over (
      partition by user_id, sessionid, iteminsession
      order by ts nulls last, page nulls last, level nulls last, status nulls last
    ) as delivery
  from keyed_events
  where is_play = 0
)
select
  cast(user_id as varchar(16)) || '-' || cast(sessionid as varchar(16)) || '-' || cast(iteminsession as varchar(16))
    as page_view_id,
  timestamp 'epoch' + (cast(ts as double precision) / 1000) * interval '1 second' as start_time,
  user_id,
  sessionid,
  iteminsession,
  page,
  level,
  status
from deliveries
where delivery = 1;
