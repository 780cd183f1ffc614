-- title: Unmatched songs
-- description: Most played songs that are not in the catalogue, and whether it has their artist
-- window: yes
-- uses: artist-names
-- param n: integer = 10, 1..1000, number of songs
-- column artist_known: Artist in the catalogue
-- finding: leader song by plays
-- compare: plays,listeners by song,artist
-- coverage: yes
-- example: unmatched-songs
-- example: unmatched-songs 50 last=7d

-- An artist is known under each name that the catalogue gives it.
with unmatched as (
  select
    song_title as song,
    artist_name as artist,
    count(*) as plays,
    count(distinct user_id) as listeners
  from songplays
  where
    song_id is null
    and start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
  group by song_title, artist_name
),
known_artists as (
  select distinct artist_name
  from artist_names
)
select
  unmatched.song,
  unmatched.artist,
  unmatched.plays,
  unmatched.listeners,
  case when known_artists.artist_name is null then 'no' else 'yes' end as artist_known
from unmatched
left join known_artists on known_artists.artist_name = unmatched.artist
order by unmatched.plays desc, unmatched.listeners desc, unmatched.song nulls last, unmatched.artist nulls last
limit :n
