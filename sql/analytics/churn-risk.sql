-- title: Churn risk
-- description: Users, by name, who opened or submitted a downgrade, or have stopped listening
-- role: operator
-- audience: asker
-- window: yes
-- param n: integer = 20, 1..1000, number of users
-- param silent: integer = 7, 1..365, days without a play after which a user counts as silent
-- param level: choice(any, free, paid) = any, their current level
-- column silent_days: Days silent
-- phrase silent: , silent for {silent} days
-- phrase level: , {level}
-- finding: count user with signs of leaving
-- compare: signs,downgrades,silent_days by user_id,name
-- example: churn-risk
-- example: churn-risk 50 level=paid silent=14

-- The log knows no cancellation: these are signs. Downgrades count within the window; the last play is looked for in
-- all that lies before its end, and days of silence are calendar days (UTC) up to the newest play before its end.
-- Somebody who never listened is not silent.
with listened as (
  select
    user_id,
    max(start_time) as last_play
  from songplays
  where start_time < cast(:to as timestamp)
  group by user_id
),
newest as (
  select max(last_play) as newest_play
  from listened
),
downgrades as (
  select
    user_id,
    cast(sum(case when page = 'Downgrade' then 1 else 0 end) as bigint) as downgrade_views,
    cast(sum(case when page = 'Submit Downgrade' then 1 else 0 end) as bigint) as downgrades
  from page_views
  where
    page in ('Downgrade', 'Submit Downgrade')
    and start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
  group by user_id
),
people as (
  select
    users.user_id,
    trim(coalesce(users.first_name, '') || ' ' || coalesce(users.last_name, '')) as name,
    users.level,
    listened.last_play,
    cast(cast(newest.newest_play as date) - cast(listened.last_play as date) as integer) as silent_days,
    coalesce(downgrades.downgrade_views, 0) as downgrade_views,
    coalesce(downgrades.downgrades, 0) as downgrades
  from users
  cross join newest
  left join listened on listened.user_id = users.user_id
  left join downgrades on downgrades.user_id = users.user_id
  where cast(:level as varchar(8)) = 'any' or users.level = cast(:level as varchar(8))
),
signs as (
  select
    user_id,
    name,
    level,
    last_play,
    silent_days,
    downgrade_views,
    downgrades,
    case when downgrades > 0 then 1 else 0 end
      + case when downgrade_views > 0 then 1 else 0 end
      + case when silent_days >= :silent then 1 else 0 end as signs
  from people
)
select
  user_id,
  name,
  level,
  signs,
  downgrades,
  downgrade_views,
  silent_days,
  last_play
from signs
where signs > 0
order by signs desc, downgrades desc, downgrade_views desc, silent_days desc nulls last, user_id
limit :n
