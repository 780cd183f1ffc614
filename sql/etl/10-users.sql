-- One row for everybody who was ever logged in, as their latest event shows them.
--
-- The log gives the user id as text and leaves it empty for those who are logged out. What is not a whole number is not
-- taken here; the check user-ids-are-numbers shows it. Staging takes no id above 2147483647, the largest that an integer
-- holds. At the same millisecond the later item of the session counts.
-- The latest moment is found first, because sorting all events by user takes three times as long.

delete from users;

insert into users (user_id, first_name, last_name, gender, level)
with logged_in as (
  select
    case when userid ~ '^[0-9]{1,10}$' then cast(userid as integer) end as user_id,
    firstname,
    lastname,
    gender,
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
    logged_in.firstname,
    logged_in.lastname,
    logged_in.gender,
    logged_in.level,
    row_number() over (
      partition by logged_in.user_id
      order by
        logged_in.sessionid desc nulls last,
        logged_in.iteminsession desc nulls last,
        logged_in.level desc nulls last,
        logged_in.lastname nulls last,
        logged_in.firstname nulls last,
        logged_in.gender nulls last
    ) as recency
  from logged_in
  join last_moments
    on last_moments.user_id = logged_in.user_id
    and last_moments.moment = logged_in.moment
)
select
  newest_first.user_id,
  coalesce(first_names.repaired, newest_first.firstname),
  coalesce(last_names.repaired, newest_first.lastname),
  newest_first.gender,
  newest_first.level
from newest_first
left join text_repairs as first_names on first_names.raw_text = newest_first.firstname
left join text_repairs as last_names on last_names.raw_text = newest_first.lastname
where newest_first.recency = 1;
