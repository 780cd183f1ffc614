-- title: Every event that repeats a user, session and item is the same event again
-- severity: warn
-- rows: events

-- Of different events under one key the earliest is loaded, and the others are lost. A log that numbers a session's items
-- from the beginning again looks like this. Only keys that occur twice are compared, because few do.

with keyed as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    case when page = 'NextSong' then 'play' else 'page view' end as kind,
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
  from staging_events
  where
    sessionid is not null
    and iteminsession is not null
    and ts is not null
),
repeated as (
  select
    user_id,
    kind,
    sessionid,
    iteminsession
  from keyed
  where user_id is not null
  group by user_id, kind, sessionid, iteminsession
  having count(*) > 1
),
versions as (
  select distinct
    keyed.user_id,
    keyed.kind,
    keyed.userid,
    keyed.sessionid,
    keyed.iteminsession,
    keyed.ts,
    keyed.page,
    keyed.song,
    keyed.artist,
    keyed.length,
    keyed.level,
    keyed.location,
    keyed.useragent,
    keyed.status
  from repeated
  join keyed
    on keyed.user_id = repeated.user_id
    and keyed.kind = repeated.kind
    and keyed.sessionid = repeated.sessionid
    and keyed.iteminsession = repeated.iteminsession
),
numbered as (
  select
    kind,
    userid,
    sessionid,
    iteminsession,
    ts,
    page,
    song,
    artist,
    row_number() over (
      partition by user_id, kind, sessionid, iteminsession
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
  kind,
  userid,
  sessionid,
  iteminsession,
  ts,
  page,
  song,
  artist
from numbered
where version > 1
order by
  kind,
  userid,
  sessionid nulls last,
  iteminsession nulls last,
  version
