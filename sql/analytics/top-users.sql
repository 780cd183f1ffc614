-- title: Top users
-- description: Most active listeners, by name: distinct songs or plays, with their current level
-- role: operator
-- audience: asker
-- window: yes
-- param n: integer = 10, 1..1000, number of users
-- param by: choice(variety, plays) = variety, rank by distinct songs or by plays
-- phrase by: by {by}
-- finding: leader name by songs
-- finding: leader name by plays when by=plays
-- compare: plays,songs by user_id,name
-- example: top-users
-- example: top-users 5 by=plays last=7d

with heard as (
  select
    user_id,
    song_title,
    artist_name,
    count(*) as plays
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
  group by user_id, song_title, artist_name
),
listeners as (
  select
    user_id,
    cast(sum(plays) as bigint) as plays,
    count(*) as songs
  from heard
  group by user_id
)
select
  listeners.user_id,
  trim(coalesce(users.first_name, '') || ' ' || coalesce(users.last_name, '')) as name,
  users.level,
  listeners.plays,
  listeners.songs
from listeners
left join users on users.user_id = listeners.user_id
order by
  case when cast(:by as varchar(16)) = 'plays' then listeners.plays else listeners.songs end desc,
  case when cast(:by as varchar(16)) = 'plays' then listeners.songs else listeners.plays end desc,
  listeners.user_id
limit :n
