-- title: Users are exactly those who were logged in, each with the level of their latest event
-- severity: error

with logged_in as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    level,
    coalesce(ts, 0) as moment,
    sessionid,
    iteminsession
  from staging_events
),
last_moments as (
  select
    user_id,
    max(moment) as moment
  from logged_in
  where user_id is not null
  group by user_id
),
newest_first as (
  select
    logged_in.user_id,
    logged_in.level,
    row_number() over (
      partition by logged_in.user_id
      order by
        logged_in.sessionid desc nulls last,
        logged_in.iteminsession desc nulls last,
        logged_in.level desc nulls last
    ) as recency
  from logged_in
  join last_moments
    on last_moments.user_id = logged_in.user_id
    and last_moments.moment = logged_in.moment
),
expected as (
  select
    user_id,
    level
  from newest_first
  where recency = 1
)
select
  coalesce(users.user_id, expected.user_id) as user_id,
  users.level as level_in_users,
  expected.level as level_in_log
from expected
full join users on users.user_id = expected.user_id
where
  users.user_id is null
  or expected.user_id is null
  or coalesce(users.level, '') <> coalesce(expected.level, '')
order by user_id
