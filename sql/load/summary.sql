-- description: One row of facts about a load, for its report
-- uses: keyed-events

-- A play is dated ahead when it is later than :tomorrow, or more than a month later than the day that the name of the
-- newest log file gives. "anchor" is the newest of the others. "files_until" is the end of the newest day that has a log
-- file. "repeats" are events whose key was loaded from another one: the same event, delivered again, or a lost play.

with logged_plays as (
  select count(*) as deliveries
  from keyed_events
  where is_play = 1
),
repaired_plays as (
  select distinct
    keyed_events.user_id,
    keyed_events.sessionid,
    keyed_events.iteminsession
  from keyed_events
  left join text_repairs as titles on titles.raw_text = keyed_events.song
  left join text_repairs as names on names.raw_text = keyed_events.artist
  where
    keyed_events.is_play = 1
    and coalesce(titles.repaired, names.repaired) is not null
),
repairs as (
  select count(*) as repaired
  from repaired_plays
),
staged as (
  select count(*) as events
  from staging_events
),
catalogue as (
  select count(*) as catalogue_songs
  from staging_songs
),
file_days as (
  select
    cast(max(day) + 31 as timestamp) as month_later,
    cast(max(case when day < cast(:tomorrow as timestamp) then day end) + 1 as timestamp) as files_until
  from source_files
  where dataset = 'log'
),
limits as (
  select
    case
      when month_later < cast(:tomorrow as timestamp) then month_later
      else cast(:tomorrow as timestamp)
    end as last_time
  from file_days
),
plays as (
  select
    count(*) as plays,
    count(songplays.song_id) as matched,
    min(songplays.start_time) as data_from,
    max(songplays.start_time) as data_until,
    max(case when songplays.start_time <= limits.last_time then songplays.start_time end) as anchor,
    cast(coalesce(sum(case when songplays.start_time > limits.last_time then 1 else 0 end), 0) as bigint) as ahead
  from songplays
  cross join limits
)
select
  staged.events,
  catalogue.catalogue_songs,
  plays.plays,
  logged_plays.deliveries - plays.plays as repeats,
  plays.matched,
  repairs.repaired,
  plays.data_from,
  plays.data_until,
  file_days.files_until,
  plays.anchor,
  plays.ahead
from staged
cross join catalogue
cross join plays
cross join file_days
cross join logged_plays
cross join repairs;
