-- description: The latest event of each user; at the same millisecond, the later item of the later session
-- uses: events

-- The latest moment is found first, because sorting all events by user takes three times as long.
with last_moments as (
  select
    user_id,
    max(coalesce(ts, 0)) as moment
  from events
  where user_id is not null
  group by user_id
),
newest_first as (
  select
    events.user_id,
    events.firstname,
    events.lastname,
    events.gender,
    events.level,
    row_number() over (
      partition by events.user_id
      order by
        events.sessionid desc nulls last,
        events.iteminsession desc nulls last,
        events.level desc nulls last,
        events.lastname nulls last,
        events.firstname nulls last,
        events.gender nulls last
    ) as recency
  from events
  join last_moments
    on last_moments.user_id = events.user_id
    and last_moments.moment = coalesce(events.ts, 0)
)
select
  user_id,
  firstname,
  lastname,
  gender,
  level
from newest_first
where recency = 1
