-- description: Of different events under one key, all but the earliest, which is the one that is loaded
-- uses: keyed-events, repeated-keys

-- Only keys that occur twice are compared, because few do.
with versions as (
  select distinct
    keyed_events.user_id,
    keyed_events.is_play,
    keyed_events.userid,
    keyed_events.sessionid,
    keyed_events.iteminsession,
    keyed_events.ts,
    keyed_events.page,
    keyed_events.song,
    keyed_events.artist,
    keyed_events.length,
    keyed_events.level,
    keyed_events.location,
    keyed_events.useragent,
    keyed_events.status
  from repeated_keys
  join keyed_events
    on keyed_events.user_id = repeated_keys.user_id
    and keyed_events.is_play = repeated_keys.is_play
    and keyed_events.sessionid = repeated_keys.sessionid
    and keyed_events.iteminsession = repeated_keys.iteminsession
),
numbered as (
  select
    is_play,
    userid,
    sessionid,
    iteminsession,
    ts,
    page,
    song,
    artist,
    row_number() over (
      partition by user_id, is_play, sessionid, iteminsession
      order by
        ts nulls last,
        song nulls last,
        artist nulls last,
        length nulls last,
        page nulls last,
        level nulls last,
        location nulls last,
        useragent nulls last,
        status nulls last,
        userid nulls last
    ) as version
  from versions
)
select
  is_play,
  userid,
  sessionid,
  iteminsession,
  ts,
  page,
  song,
  artist,
  version
from numbered
where version > 1
