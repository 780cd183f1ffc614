-- title: Peak hours
-- description: Plays and listeners by hour of the day or day of the week
-- role: viewer
-- window: yes
-- uses: numbers
-- param by: choice(hour, weekday) = hour, hours of the day or days of the week
-- param level: choice(any, free, paid) = any, the listener's level at the time of the play
-- param tz: zone = UTC, time zone of the hours and days
-- column period: Time
-- phrase by: by {by}
-- phrase level: , {level}
-- finding: highest period by plays
-- compare: plays,listeners by period
-- chart: line x=period y=plays
-- example: peak-hours
-- example: peak-hours by=weekday last=4w
-- example: peak-hours tz=America/New_York

-- Every hour and weekday is listed, so that a quiet one shows as 0. Weeks begin on Monday, as in ISO 8601.
with slots as (
  select number as slot
  from numbers
  where
    (cast(:by as varchar(8)) = 'hour' and number <= 23)
    or (cast(:by as varchar(8)) = 'weekday' and number between 1 and 7)
),
timed as (
  select
    user_id,
    start_time + :tz(start_time) * interval '1 minute' as local_time
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
    and (cast(:level as varchar(8)) = 'any' or level = cast(:level as varchar(8)))
),
slotted as (
  select
    user_id,
    case
      when cast(:by as varchar(8)) = 'hour' then cast(extract(hour from local_time) as integer)
      when extract(dow from local_time) = 0 then 7
      else cast(extract(dow from local_time) as integer)
    end as slot
  from timed
),
counted as (
  select
    slot,
    count(*) as plays,
    count(distinct user_id) as listeners
  from slotted
  group by slot
)
select
  case
    when cast(:by as varchar(8)) = 'hour' then lpad(cast(slots.slot as varchar(2)), 2, '0') || ':00'
    when slots.slot = 1 then 'Monday'
    when slots.slot = 2 then 'Tuesday'
    when slots.slot = 3 then 'Wednesday'
    when slots.slot = 4 then 'Thursday'
    when slots.slot = 5 then 'Friday'
    when slots.slot = 6 then 'Saturday'
    else 'Sunday'
  end as period,
  coalesce(counted.plays, 0) as plays,
  coalesce(counted.listeners, 0) as listeners
from slots
left join counted on counted.slot = slots.slot
order by slots.slot
