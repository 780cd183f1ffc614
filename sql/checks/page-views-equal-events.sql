-- title: page_views holds each other event that has a complete key, once
-- severity: error
-- key: event
-- uses: key-differences

select
  fault,
  user_id,
  session_id,
  item_in_session
from key_differences
where is_play = 0
order by fault, user_id nulls first, session_id nulls first, item_in_session nulls first
