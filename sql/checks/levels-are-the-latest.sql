-- title: users holds everyone who logged in, with the level of their latest event
-- severity: error
-- key: user
-- uses: latest-events

select
  coalesce(users.user_id, latest_events.user_id) as user_id,
  users.level as level_in_users,
  latest_events.level as level_in_log
from latest_events
full join users on users.user_id = latest_events.user_id
where
  users.user_id is null
  or latest_events.user_id is null
  or coalesce(users.level, '') <> coalesce(latest_events.level, '')
order by user_id
