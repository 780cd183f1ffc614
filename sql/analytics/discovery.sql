-- title: Discovery
-- description: The long tail, and how much listening is new to the listener
-- window: yes
-- param hits: integer = 100, 1..1000, number of songs that count as the top
-- column amount: Number
-- column share: Share of its whole, percent
-- phrase hits: , top {hits}
-- finding: figures amount,share of row 5
-- compare: amount,share by measure
-- example: discovery
-- example: discovery hits=20 last=7d

-- A song is what the log names so: title and artist. It is new to somebody who has not played it before, in the
-- window or ahead of it.
with numbered as (
  select
    user_id,
    song_title,
    artist_name,
    start_time,
    row_number() over (
      partition by user_id, song_title, artist_name
      order by start_time, songplay_id
    ) as hearing
  from songplays
  where start_time < cast(:to as timestamp)
),
heard as (
  select
    user_id,
    song_title,
    artist_name,
    hearing
  from numbered
  where start_time >= cast(:from as timestamp)
),
songs_heard as (
  select
    song_title,
    artist_name,
    count(*) as plays
  from heard
  group by song_title, artist_name
),
ranked as (
  select
    plays,
    row_number() over (order by plays desc) as ordinal
  from songs_heard
),
tail as (
  select
    count(*) as songs,
    cast(coalesce(sum(case when plays = 1 then 1 else 0 end), 0) as bigint) as once,
    cast(coalesce(sum(case when ordinal <= :hits then plays else 0 end), 0) as bigint) as top_plays
  from ranked
),
novelty as (
  select
    count(*) as plays,
    cast(coalesce(sum(case when hearing = 1 then 1 else 0 end), 0) as bigint) as new_plays
  from heard
),
measures as (
  select
    1 as place,
    cast('Songs' as varchar(64)) as measure,
    songs as amount,
    cast(null as bigint) as whole
  from tail
  union all
  select
    2 as place,
    cast('Songs played once' as varchar(64)) as measure,
    once as amount,
    songs as whole
  from tail
  union all
  select
    3 as place,
    cast('Plays' as varchar(64)) as measure,
    plays as amount,
    cast(null as bigint) as whole
  from novelty
  union all
  select
    4 as place,
    cast('Plays outside the top ' || cast(:hits as varchar(8)) as varchar(64)) as measure,
    novelty.plays - tail.top_plays as amount,
    novelty.plays as whole
  from novelty
  cross join tail
  union all
  select
    5 as place,
    cast('Plays of songs new to their listener' as varchar(64)) as measure,
    new_plays as amount,
    plays as whole
  from novelty
  union all
  select
    6 as place,
    cast('Repeats' as varchar(64)) as measure,
    plays - new_plays as amount,
    plays as whole
  from novelty
)
select
  measure,
  amount,
  case when whole > 0 then floor(cast(amount as double precision) * 1000 / whole + 0.5) / 10 end as share
from measures
order by place
