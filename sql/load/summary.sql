-- One row of facts about a load, for its report.

with logged_plays as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    sessionid,
    iteminsession,
    case when titles.repaired is null and names.repaired is null then 0 else 1 end as is_repaired
  from staging_events
  left join text_repairs as titles on titles.raw_text = staging_events.song
  left join text_repairs as names on names.raw_text = staging_events.artist
  where
    page = 'NextSong'
    and sessionid is not null
    and iteminsession is not null
    and ts is not null
),
deliveries as (
  select
    user_id,
    sessionid,
    iteminsession,
    count(*) as times,
    max(is_repaired) as is_repaired
  from logged_plays
  where user_id is not null
  group by user_id, sessionid, iteminsession
),
repeats as (
  select
    cast(coalesce(sum(times - 1), 0) as bigint) as repeats_dropped,
    cast(coalesce(sum(is_repaired), 0) as bigint) as repaired
  from deliveries
),
events as (
  select count(*) as events
  from staging_events
),
catalogue as (
  select count(*) as catalogue_songs
  from staging_songs
),
plays as (
  select
    count(*) as plays,
    count(song_id) as matched,
    min(start_time) as data_from,
    max(start_time) as data_until
  from songplays
)
select
  events.events,
  catalogue.catalogue_songs,
  plays.plays,
  repeats.repeats_dropped,
  plays.matched,
  repeats.repaired,
  plays.data_from,
  plays.data_until
from events
cross join catalogue
cross join plays
cross join repeats;
