-- title: Sessions
-- description: Sessions, with median and 90th-percentile plays and minutes
-- window: yes
-- uses: measured-plays
-- column p90_plays: 90th percentile plays
-- column p90_minutes: 90th percentile minutes
-- column most_plays: Most plays
-- finding: figures sessions,median_plays,p90_plays,median_minutes of the first row
-- compare: sessions,median_plays,median_minutes by level
-- chart: bar x=level y=median_plays,p90_plays
-- example: sessions
-- example: sessions last=7d

-- A session has the level of its first play. Minutes are those of its songs. Percentiles lie between two neighbours in
-- proportion, as PERCENTILE_CONT has them; that function itself allows Redshift one order per statement only.
with timed as (
  select
    user_id,
    session_id,
    coalesce(level, 'unknown') as play_level,
    milliseconds,
    row_number() over (partition by user_id, session_id order by start_time, item_in_session) as ordinal
  from measured_plays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
),
visits as (
  select
    user_id,
    session_id,
    max(case when ordinal = 1 then play_level end) as session_level,
    count(*) as plays,
    cast(coalesce(sum(milliseconds), 0) as bigint) as milliseconds
  from timed
  group by user_id, session_id
),
grouped as (
  select
    1 as place,
    cast('all' as varchar(64)) as session_level,
    user_id,
    plays,
    milliseconds
  from visits
  union all
  select
    2 as place,
    session_level,
    user_id,
    plays,
    milliseconds
  from visits
),
measures as (
  select
    place,
    session_level,
    cast('plays' as varchar(16)) as measure,
    plays as amount
  from grouped
  union all
  select
    place,
    session_level,
    cast('milliseconds' as varchar(16)) as measure,
    milliseconds as amount
  from grouped
),
ranked as (
  select
    place,
    session_level,
    measure,
    amount,
    row_number() over (partition by place, session_level, measure order by amount) - 1 as ordinal,
    count(*) over (partition by place, session_level, measure) - 1 as last_ordinal
  from measures
),
neighbours as (
  select
    place,
    session_level,
    measure,
    mod(9 * last_ordinal, 10) as tenths,
    max(case when ordinal = last_ordinal / 2 then amount end) as below_median,
    max(case when ordinal = (last_ordinal + 1) / 2 then amount end) as above_median,
    max(case when ordinal = 9 * last_ordinal / 10 then amount end) as below_p90,
    max(case when ordinal = (9 * last_ordinal + 9) / 10 then amount end) as above_p90,
    max(amount) as largest
  from ranked
  group by place, session_level, measure, last_ordinal
),
percentiles as (
  select
    place,
    session_level,
    measure,
    cast(below_median + above_median as double precision) / 2 as middle,
    cast(below_p90 * (10 - tenths) + above_p90 * tenths as double precision) / 10 as p90,
    largest
  from neighbours
),
totals as (
  select
    place,
    session_level,
    count(*) as sessions,
    count(distinct user_id) as listeners
  from grouped
  group by place, session_level
)
select
  totals.session_level as level,
  totals.sessions,
  totals.listeners,
  of_plays.middle as median_plays,
  of_plays.p90 as p90_plays,
  of_plays.largest as most_plays,
  floor(of_time.middle / 6000 + 0.5) / 10 as median_minutes,
  floor(of_time.p90 / 6000 + 0.5) / 10 as p90_minutes
from totals
join percentiles as of_plays
  on of_plays.place = totals.place
  and of_plays.session_level = totals.session_level
  and of_plays.measure = 'plays'
join percentiles as of_time
  on of_time.place = totals.place
  and of_time.session_level = totals.session_level
  and of_time.measure = 'milliseconds'
order by totals.place, totals.session_level
