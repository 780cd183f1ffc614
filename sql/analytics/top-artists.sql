-- title: Top artists
-- description: Most played artists as the log names them, with their share of all plays
-- window: yes
-- param n: integer = 10, 1..1000, number of artists
-- param level: choice(any, free, paid) = any, the listener's level at the time of the play
-- param by: choice(plays, listeners) = plays, what to rank by
-- column share: Share of plays, percent
-- phrase by: by {by}
-- phrase level: , {level}
-- finding: leader artist by plays
-- finding: leader artist by listeners when by=listeners
-- compare: plays,listeners by artist
-- chart: bar x=artist y=plays
-- example: top-artists
-- example: top-artists 20 last=7d
-- example: top-artists level=free by=listeners

with heard as (
  select
    artist_name as artist,
    count(*) as plays,
    count(distinct user_id) as listeners
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
    and (cast(:level as varchar(8)) = 'any' or level = cast(:level as varchar(8)))
  group by artist_name
),
everything as (
  select cast(sum(plays) as bigint) as plays
  from heard
)
select
  heard.artist,
  heard.plays,
  floor(cast(heard.plays as double precision) * 1000 / everything.plays + 0.5) / 10 as share,
  heard.listeners
from heard
cross join everything
order by
  case when cast(:by as varchar(16)) = 'listeners' then heard.listeners else heard.plays end desc,
  case when cast(:by as varchar(16)) = 'listeners' then heard.plays else heard.listeners end desc,
  heard.artist nulls last
limit :n
