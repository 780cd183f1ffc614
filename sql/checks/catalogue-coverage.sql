-- title: At least 4% of plays match a song in the catalogue
-- finding: Catalogue match {matched_percent}% (expected at least 4%)
-- severity: warn
-- column plays: Plays, integer
-- column matched: Matched, integer
-- column matched_percent: Share matched, percent

with coverage as (
  select
    count(*) as plays,
    count(song_id) as matched
  from songplays
)
select
  plays,
  matched,
  round(cast(matched as double precision) * 10000 / plays) / 100 as matched_percent
from coverage
where matched * 100 < plays * 4
