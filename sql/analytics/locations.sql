-- title: Locations
-- description: Plays and listeners by metropolitan area or state
-- window: yes
-- param n: integer = 20, 1..1000, number of places
-- param by: choice(metro, state) = metro, metropolitan areas or states
-- param people: choice(show, hide) = show, hide merges places of fewer than three listeners
-- column share: Share of plays, percent
-- phrase by: by {by}
-- phrase people: , small places merged
-- finding: leader place by plays
-- compare: plays,listeners by place
-- chart: bar x=place y=plays
-- example: locations
-- example: locations by=state
-- example: locations 50 people=hide

-- An area across states counts for the group of them ("NY-NJ-PA"). What is merged comes last and is always shown;
-- where even all of it together is fewer than three listeners, its figures are not told.
with timed as (
  select
    user_id,
    case
      when location is null or location = '' then 'unknown'
      when cast(:by as varchar(8)) = 'metro' then location
      when split_part(location, ', ', 2) = '' then 'unknown'
      else split_part(location, ', ', 2)
    end as place
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
),
everything as (
  select count(*) as plays
  from timed
),
small as (
  select
    place,
    case when cast(:people as varchar(8)) = 'hide' and count(distinct user_id) < 3 then 1 else 0 end as is_merged
  from timed
  group by place
),
figures as (
  select
    case when small.is_merged = 1 then 'Places of fewer than 3 listeners' else timed.place end as place,
    small.is_merged,
    count(*) as plays,
    count(distinct timed.user_id) as listeners
  from timed
  join small on small.place = timed.place
  group by
    case when small.is_merged = 1 then 'Places of fewer than 3 listeners' else timed.place end,
    small.is_merged
),
ranked as (
  select
    place,
    is_merged,
    case when is_merged = 0 or listeners >= 3 then plays end as plays,
    case when is_merged = 0 or listeners >= 3 then listeners end as listeners,
    row_number() over (order by is_merged, plays desc, listeners desc, place) as ordinal
  from figures
)
select
  ranked.place,
  ranked.plays,
  floor(cast(ranked.plays as double precision) * 1000 / everything.plays + 0.5) / 10 as share,
  ranked.listeners
from ranked
cross join everything
where
  ranked.ordinal <= :n
  or ranked.is_merged = 1
order by ranked.ordinal
