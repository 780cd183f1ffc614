-- description: One row for everybody who was ever logged in, as their latest event shows them
-- uses: latest-events

-- The log gives the user id as text and leaves it empty for those who are logged out. What is not a whole number is not
-- taken here; the check user-ids-are-numbers shows it. Staging takes no id above 2147483647, the largest that an integer
-- holds.

delete from users;

insert into users (user_id, first_name, last_name, gender, level)
select
  latest_events.user_id,
  coalesce(first_names.repaired, latest_events.firstname),
  coalesce(last_names.repaired, latest_events.lastname),
  latest_events.gender,
  latest_events.level
from latest_events
left join text_repairs as first_names on first_names.raw_text = latest_events.firstname
left join text_repairs as last_names on last_names.raw_text = latest_events.lastname;
