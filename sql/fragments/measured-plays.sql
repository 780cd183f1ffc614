-- description: The plays with the length of their song, which is in the log and not in the star
-- uses: events

-- Of deliveries of one play that differ in length, the shortest counts.
with lengths as (
  select
    user_id,
    sessionid,
    iteminsession,
    cast(floor(min(length) * 1000 + 0.5) as bigint) as milliseconds
  from events
  where page = 'NextSong'
  group by user_id, sessionid, iteminsession
)
select
  songplays.user_id,
  songplays.session_id,
  songplays.item_in_session,
  songplays.start_time,
  songplays.level,
  lengths.milliseconds
from songplays
left join lengths
  on lengths.user_id = songplays.user_id
  and lengths.sessionid = songplays.session_id
  and lengths.iteminsession = songplays.item_in_session
