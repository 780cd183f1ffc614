-- description: One row for each play: every NextSong event, whether the catalogue knows its song or not
-- uses: keyed-events, repeated-keys, catalogue

-- A play is keyed by user, session and item, so an event that was delivered twice counts once; of repeats that differ,
-- the earliest. An event without one of the three, or without a time, cannot be keyed and is left out: the check
-- plays-are-complete is red then, and plays-equal-events expects the same set.
--
-- Few keys occur twice, so only their events are sorted; to sort all takes a third of the transform.
--
-- A play matches at most one song: same title and same artist, under any name the catalogue gives that artist; of
-- several the one of the closest duration, then the lowest song id. Both sides are compared as they read when repaired.

delete from songplays;

insert into songplays (
  songplay_id,
  start_time,
  user_id,
  level,
  song_id,
  artist_id,
  session_id,
  location,
  user_agent,
  item_in_session,
  song_title,
  artist_name
)
with deliveries as (
  select
    keyed_events.user_id,
    keyed_events.sessionid,
    keyed_events.iteminsession,
    keyed_events.ts,
    keyed_events.song,
    keyed_events.artist,
    keyed_events.length,
    keyed_events.level,
    keyed_events.location,
    keyed_events.useragent,
    1 as delivery
  from keyed_events
  left join repeated_keys
    on repeated_keys.is_play = 1
    and repeated_keys.user_id = keyed_events.user_id
    and repeated_keys.sessionid = keyed_events.sessionid
    and repeated_keys.iteminsession = keyed_events.iteminsession
  where
    keyed_events.is_play = 1
    and repeated_keys.user_id is null
  union all
  select
    keyed_events.user_id,
    keyed_events.sessionid,
    keyed_events.iteminsession,
    keyed_events.ts,
    keyed_events.song,
    keyed_events.artist,
    keyed_events.length,
    keyed_events.level,
    keyed_events.location,
    keyed_events.useragent,
    row_number() over (
      partition by keyed_events.user_id, keyed_events.sessionid, keyed_events.iteminsession
      order by
        keyed_events.ts nulls last,
        keyed_events.song nulls last,
        keyed_events.artist nulls last,
        keyed_events.length nulls last,
        keyed_events.level nulls last,
        keyed_events.location nulls last,
        keyed_events.useragent nulls last
    ) as delivery
  from keyed_events
  join repeated_keys
    on repeated_keys.is_play = 1
    and repeated_keys.user_id = keyed_events.user_id
    and repeated_keys.sessionid = keyed_events.sessionid
    and repeated_keys.iteminsession = keyed_events.iteminsession
  where keyed_events.is_play = 1
),
plays as (
  select
    cast(deliveries.user_id as varchar(16)) || '-' || cast(deliveries.sessionid as varchar(16)) || '-'
      || cast(deliveries.iteminsession as varchar(16)) as songplay_id,
    timestamp 'epoch' + (cast(deliveries.ts as double precision) / 1000) * interval '1 second' as start_time,
    deliveries.user_id,
    deliveries.level,
    deliveries.sessionid as session_id,
    coalesce(places.repaired, deliveries.location) as location,
    deliveries.useragent as user_agent,
    deliveries.iteminsession as item_in_session,
    coalesce(titles.repaired, deliveries.song) as song_title,
    coalesce(names.repaired, deliveries.artist) as artist_name,
    deliveries.length as seconds
  from deliveries
  left join text_repairs as places on places.raw_text = deliveries.location
  left join text_repairs as titles on titles.raw_text = deliveries.song
  left join text_repairs as names on names.raw_text = deliveries.artist
  where deliveries.delivery = 1
),
candidates as (
  select
    plays.songplay_id,
    catalogue.song_id,
    catalogue.artist_id,
    row_number() over (
      partition by plays.songplay_id
      order by abs(plays.seconds - catalogue.duration) nulls last, catalogue.song_id
    ) as nearness
  from plays
  join catalogue
    on catalogue.title = plays.song_title
    and catalogue.artist_name = plays.artist_name
),
matches as (
  select
    songplay_id,
    song_id,
    artist_id
  from candidates
  where nearness = 1
)
select
  plays.songplay_id,
  plays.start_time,
  plays.user_id,
  plays.level,
  matches.song_id,
  matches.artist_id,
  plays.session_id,
  plays.location,
  plays.user_agent,
  plays.item_in_session,
  plays.song_title,
  plays.artist_name
from plays
left join matches on matches.songplay_id = plays.songplay_id;
