-- title: Match
-- description: How many plays each way of matching titles and artists would find in the catalogue, and its biggest new song
-- window: yes
-- uses: catalogue
-- column strategy: Matched by
-- column match_rate: Share matched, percent
-- column song: Biggest new song
-- column song_plays: Plays of that song
-- finding: share matched of plays
-- compare: matched,gained by strategy
-- coverage: yes
-- example: match
-- example: match last=7d

-- Loads match the same title and artist. Each of the next three ways ignores what the one before does, and more; the last
-- two are upper bounds, which take other songs for the same one as well. Without additions, a text ends before "(Live)",
-- "[Explicit]", "feat." and " / ". Accents and punctuation are replaced one character by one, because Redshift does not
-- promise to drop what has no substitute; the spaces go with the others.
with texts as (
  select
    cast('log' as varchar(9)) as side,
    song_title as title,
    artist_name as artist,
    count(*) as plays,
    count(song_id) as matched
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
  group by song_title, artist_name
  union all
  select distinct
    cast('catalogue' as varchar(9)) as side,
    title,
    artist_name as artist,
    cast(0 as bigint) as plays,
    cast(0 as bigint) as matched
  from catalogue
),
lowered as (
  select
    side,
    title,
    artist,
    plays,
    matched,
    lower(title) as low_title,
    lower(artist) as low_artist,
    split_part(split_part(split_part(split_part(split_part(
      lower(title), ' (', 1), ' [', 1), ' feat.', 1), ' featuring ', 1), ' / ', 1) as short_title,
    split_part(split_part(split_part(split_part(split_part(
      lower(artist), ' (', 1), ' [', 1), ' feat.', 1), ' featuring ', 1), ' / ', 1) as short_artist
  from texts
),
versions as (
  select 2 as place, side, title, artist, plays, matched, low_title || '|' || low_artist as version
  from lowered
  union all
  select 3 as place, side, title, artist, plays, matched, low_title || '|' || low_artist as version
  from lowered
  union all
  select 4 as place, side, title, artist, plays, matched, short_title || '|' || short_artist as version
  from lowered
  union all
  select 5 as place, side, title, artist, plays, matched, short_title as version
  from lowered
  union all
  select 6 as place, side, title, artist, plays, matched, short_artist as version
  from lowered
),
keyed as (
  select
    place,
    side,
    title,
    artist,
    plays,
    matched,
    nullif(
      replace(
        case
          when place = 2 then version
          else translate(
            version,
            'àáâãäåāăąçćčďđèéêëēęěğìíîïīıłñńňòóôõöøōőřśšşťùúûüūůűýÿźžż.,!?''"’‘“”´`-–—&+:;/*#()[]',
            'aaaaaaaaacccddeeeeeeegiiiiiilnnnoooooooorssstuuuuuuuyyzzz                          '
          )
        end,
        ' ', ''
      ),
      ''
    ) as match_key
  from versions
),
known as (
  select distinct
    place,
    match_key
  from keyed
  where
    side = 'catalogue'
    and match_key is not null
),
found as (
  select
    keyed.place,
    keyed.title,
    keyed.artist,
    keyed.plays,
    keyed.matched,
    case when known.match_key is null then 0 else 1 end as is_known
  from keyed
  left join known on known.place = keyed.place and known.match_key = keyed.match_key
  where keyed.side = 'log'
),
outcomes as (
  select 1 as place, title, artist, plays, matched, cast(0 as bigint) as gained
  from texts
  where side = 'log'
  union all
  select place, title, artist, plays, matched, (plays - matched) * is_known as gained
  from found
  union all
  select 7 as place, title, artist, plays, cast(0 as bigint) as matched, (plays - matched) * (1 - max(is_known)) as gained
  from found
  group by title, artist, plays, matched
),
ranked as (
  select
    place,
    title,
    artist,
    gained,
    row_number() over (partition by place order by gained desc, title nulls last, artist nulls last) as choice
  from outcomes
  where gained > 0
),
figures as (
  select
    place,
    cast(sum(plays) as bigint) as plays,
    cast(sum(matched + gained) as bigint) as matched,
    cast(sum(gained) as bigint) as gained
  from outcomes
  group by place
)
select
  case figures.place
    when 1 then 'Same title and artist'
    when 2 then 'Without case and spaces'
    when 3 then 'Without accents and punctuation'
    when 4 then 'Without additions'
    when 5 then 'Title alone'
    when 6 then 'Artist alone'
    else 'None of these'
  end as strategy,
  figures.plays,
  figures.matched,
  floor(cast(figures.matched as double precision) * 10000 / figures.plays + 0.5) / 100 as match_rate,
  case when figures.place < 7 then figures.gained end as gained,
  ranked.title as song,
  ranked.artist,
  ranked.gained as song_plays
from figures
left join ranked on ranked.place = figures.place and ranked.choice = 1
order by figures.place
