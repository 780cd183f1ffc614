-- title: Top songs
-- description: Most played songs as the log names them, with their number of listeners
-- role: viewer
-- window: yes
-- param n: integer = 10, 1..1000, number of songs
-- param level: choice(any, free, paid) = any, the listener's level at the time of the play
-- param by: choice(plays, listeners) = plays, what to rank by
-- param matched: flag = no, only plays that match a song in the catalogue
-- phrase by: by {by}
-- phrase level: , {level}
-- phrase matched: , in the catalogue
-- finding: leader song by plays
-- finding: leader song by listeners when by=listeners
-- compare: plays,listeners by song,artist
-- chart: bar x=song y=plays
-- coverage: when matched
-- example: top-songs
-- example: top-songs 20 last=7d
-- example: top-songs level=paid by=listeners

-- Grouped by what was logged, so that matched and unmatched plays of one song are not counted apart.
with heard as (
  select
    song_title as song,
    artist_name as artist,
    count(*) as plays,
    count(distinct user_id) as listeners
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
    and (cast(:level as varchar(8)) = 'any' or level = cast(:level as varchar(8)))
    and (cast(:matched as varchar(8)) = 'no' or song_id is not null)
  group by song_title, artist_name
)
select
  song,
  artist,
  plays,
  listeners
from heard
order by
  case when cast(:by as varchar(16)) = 'listeners' then listeners else plays end desc,
  case when cast(:by as varchar(16)) = 'listeners' then plays else listeners end desc,
  song nulls last,
  artist nulls last
limit :n
