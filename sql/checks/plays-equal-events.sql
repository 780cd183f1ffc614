-- title: Plays are exactly the distinct NextSong events that have a user, a session, an item and a time
-- severity: error
-- uses: key-differences

select
  fault,
  user_id,
  session_id,
  item_in_session
from key_differences
where is_play = 1
order by fault, user_id nulls first, session_id nulls first, item_in_session nulls first
