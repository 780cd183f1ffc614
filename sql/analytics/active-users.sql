-- title: Active users
-- description: Daily, weekly and monthly active users, and stickiness (daily ÷ monthly)
-- window: yes
-- uses: numbers, known-time
-- param tz: zone = UTC, time zone of the days
-- order: time
-- column dau: Daily users
-- column wau: Weekly users
-- column mau: Monthly users
-- column stickiness: Stickiness, percent
-- column month_days: Days counted
-- finding: figures dau,wau,mau,stickiness of the last row where partial=no
-- compare: dau,wau,mau by day
-- chart: line x=day y=dau,wau,mau
-- example: active-users last=7d
-- example: active-users last=4w tz=Europe/London

-- Stickiness is the day's people in percent of the 30 days'. Where the data begin less than 30 days before,
-- "month_days" says how many of the 30 there are. A day is partial when more than its first or its last hour lies
-- outside of the window, before the first play or after the last play there is. At most the newest 10,000 days are listed.
with acts as (
  select
    user_id,
    start_time
  from songplays
  where start_time < cast(:to as timestamp)
  union all
  select
    user_id,
    start_time
  from page_views
  where start_time < cast(:to as timestamp)
),
timed as (
  select
    user_id,
    start_time,
    cast(start_time + :tz(start_time) * interval '1 minute' as date) as act_day
  from acts
),
user_days as (
  select distinct
    user_id,
    act_day
  from timed
  where start_time >= cast(:from as timestamp) - interval '31 days'
),
range_of_days as (
  select
    min(case when start_time >= cast(:from as timestamp) then act_day end) as first_day,
    max(case when start_time >= cast(:from as timestamp) then act_day end) as last_day,
    min(act_day) as oldest_day
  from timed
),
days as (
  select
    range_of_days.last_day - numbers.number as act_day,
    range_of_days.oldest_day
  from range_of_days
  join numbers on numbers.number <= range_of_days.last_day - range_of_days.first_day
),
counted as (
  select
    days.act_day,
    days.oldest_day,
    count(distinct case when user_days.act_day = days.act_day then user_days.user_id end) as dau,
    count(distinct case when user_days.act_day > days.act_day - 7 then user_days.user_id end) as wau,
    count(distinct user_days.user_id) as mau
  from days
  left join user_days
    on user_days.act_day <= days.act_day
    and user_days.act_day > days.act_day - 30
  group by days.act_day, days.oldest_day
)
select
  counted.act_day as day,
  counted.dau,
  counted.wau,
  counted.mau,
  case when counted.mau > 0 then floor(cast(counted.dau as double precision) * 1000 / counted.mau + 0.5) / 10 end
    as stickiness,
  case
    when counted.act_day - counted.oldest_day >= 29 then 30
    else cast(counted.act_day - counted.oldest_day + 1 as integer)
  end as month_days,
  case
    when cast(counted.act_day as timestamp) + interval '1 hour' < known_time.known_from then 'yes'
    when cast(counted.act_day + 1 as timestamp) - interval '1 hour' > known_time.known_until then 'yes'
    else 'no'
  end as partial
from counted
cross join known_time
order by counted.act_day
