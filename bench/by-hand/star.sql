-- The second script: the star, and whether it can be trusted.

create table users as
select try_cast(userId as integer) as user_id, coalesce(f.repaired, firstName) as first_name,
  coalesce(l.repaired, lastName) as last_name, gender, level
from staging_events
left join text_repairs as f on f.raw_text = firstName
left join text_repairs as l on l.raw_text = lastName
where regexp_full_match(userId, '[0-9]{1,10}')
qualify row_number() over (partition by user_id order by ts desc, sessionId desc, itemInSession desc) = 1;

create table artists as
select artist_id, coalesce(n.repaired, artist_name) as name,
  nullif(coalesce(p.repaired, artist_location), '') as location, artist_latitude as latitude, artist_longitude as longitude
from staging_songs
left join text_repairs as n on n.raw_text = artist_name
left join text_repairs as p on p.raw_text = artist_location
where artist_id is not null
qualify row_number() over (partition by artist_id order by name, location nulls last, latitude nulls last) = 1;

create table songs as
select song_id, coalesce(t.repaired, title) as title, artist_id, year, duration
from staging_songs
left join text_repairs as t on t.raw_text = title
where song_id is not null
qualify row_number() over (partition by song_id order by title, artist_id, year desc, duration) = 1;

create table songplays as
with once as (
  select *
  from staging_events
  where page = 'NextSong' and regexp_full_match(userId, '[0-9]{1,10}')
  qualify row_number() over (partition by userId, sessionId, itemInSession order by ts) = 1
),
plays as (
  select concat_ws('-', cast(userId as integer), sessionId, itemInSession) as songplay_id,
    make_timestamp_ms(ts) as start_time, cast(userId as integer) as user_id, level, sessionId as session_id,
    coalesce(p.repaired, location) as location, userAgent as user_agent, itemInSession as item_in_session,
    coalesce(t.repaired, song) as song_title, coalesce(n.repaired, artist) as artist_name, length
  from once
  left join text_repairs as p on p.raw_text = location
  left join text_repairs as t on t.raw_text = song
  left join text_repairs as n on n.raw_text = artist
),
matches as (
  select songplay_id, songs.song_id, songs.artist_id
  from plays
  join songs on songs.title = plays.song_title
  join staging_songs as named on named.song_id = songs.song_id and named.artist_id = songs.artist_id
  left join text_repairs as n on n.raw_text = named.artist_name
  where coalesce(n.repaired, named.artist_name) = plays.artist_name
  qualify row_number() over (
    partition by songplay_id order by abs(plays.length - songs.duration) nulls last, songs.song_id
  ) = 1
)
select songplay_id, start_time, user_id, level, song_id, artist_id, session_id, location, user_agent, item_in_session,
  song_title, artist_name
from plays
left join matches using (songplay_id);

create table page_views as
select concat_ws('-', cast(userId as integer), sessionId, itemInSession) as page_view_id,
  make_timestamp_ms(ts) as start_time, cast(userId as integer) as user_id, sessionId as session_id,
  itemInSession as item_in_session, page, level, status
from staging_events
where page <> 'NextSong' and regexp_full_match(userId, '[0-9]{1,10}')
qualify row_number() over (partition by userId, sessionId, itemInSession order by ts) = 1;

create table time as
select distinct start_time, hour(start_time) as hour, day(start_time) as day, week(start_time) as week,
  month(start_time) as month, year(start_time) as year, dayofweek(start_time) as weekday
from songplays;

create table checks as
select 'artists are unique' as name, count(*) - count(distinct artist_id) as offending from artists
union all
select 'songs are unique', count(*) - count(distinct song_id) from songs
union all
select 'users are unique', count(*) - count(distinct user_id) from users
union all
select 'songplays are unique', count(*) - count(distinct songplay_id) from songplays
union all
select 'times are unique', count(*) - count(distinct start_time) from time
union all
select 'keys are not null',
  (select count(*) from songplays where songplay_id is null or start_time is null or user_id is null)
  + (select count(*) from users where user_id is null) + (select count(*) from songs where song_id is null)
  + (select count(*) from artists where artist_id is null) + (select count(*) from time where start_time is null)
union all
select 'plays have users', count(*) from songplays anti join users using (user_id)
union all
select 'plays have times', count(*) from songplays anti join time using (start_time)
union all
select 'plays equal events', count(*)
from (
  select distinct cast(userId as integer) as user_id, sessionId as session_id, itemInSession as item_in_session
  from staging_events
  where page = 'NextSong' and regexp_full_match(userId, '[0-9]{1,10}')
) as events
full join songplays using (user_id, session_id, item_in_session)
where events.user_id is null or songplays.songplay_id is null
union all
select 'page views are unique', count(*) - count(distinct page_view_id) from page_views
union all
select 'page views have users', count(*) from page_views anti join users using (user_id)
union all
select 'page views equal events', count(*)
from (
  select distinct cast(userId as integer) as user_id, sessionId as session_id, itemInSession as item_in_session
  from staging_events
  where page <> 'NextSong' and regexp_full_match(userId, '[0-9]{1,10}')
) as events
full join page_views using (user_id, session_id, item_in_session)
where events.user_id is null or page_views.page_view_id is null
union all
select 'texts are repaired', count(*)
from (
  select unnest([song_title, artist_name, location]) as words from songplays
  union all
  select unnest([first_name, last_name]) from users
  union all
  select unnest([name, location]) from artists
  union all
  select title from songs
)
semi join text_repairs on raw_text = words
union all
select 'plays match the catalogue', count(*)
from songplays
anti join (
  select songs.song_id, songs.title, coalesce(repaired, artist_name) as artist_name
  from songs
  join staging_songs on staging_songs.song_id = songs.song_id and staging_songs.artist_id = songs.artist_id
  left join text_repairs on raw_text = artist_name
) as catalogue
  on catalogue.song_id = songplays.song_id
  and catalogue.title = songplays.song_title
  and catalogue.artist_name = songplays.artist_name
where songplays.song_id is not null
union all
select 'levels are the latest', count(*)
from (
  select cast(userId as integer) as user_id, arg_max(level, (ts, sessionId, itemInSession)) as level
  from staging_events
  where regexp_full_match(userId, '[0-9]{1,10}')
  group by 1
) as latest
full join users using (user_id)
where latest.level is distinct from users.level
union all
select 'user ids are numbers', count(*)
from staging_events
where userId <> '' and not regexp_full_match(userId, '[0-9]{1,10}')
union all
select 'rows left out', count(*)
from staging_events
where page = 'NextSong'
  and (coalesce(userId, '') = '' or sessionId is null or itemInSession is null or ts is null)
union all
select 'days have no gaps', count(*)
from (
  select day - lag(day) over (order by day) as step
  from (select distinct cast(start_time as date) as day from songplays)
)
where step > 1
union all
select 'plays within the files'' days', count(*)
from songplays, (
  select min(day) as first_day, max(day) as last_day
  from (select cast(regexp_extract(file, '(\d{4}-\d{2}-\d{2})-events', 1) as date) as day from glob(getvariable('log')))
)
where cast(start_time as date) not between first_day and last_day
union all
select 'catalogue coverage', cast(100 * count(song_id) < 4 * count(*) as integer) from songplays;

checkpoint;
