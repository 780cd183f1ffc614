-- title: No user is in users twice
-- severity: error

select
  user_id,
  count(*) as copies
from users
group by user_id
having count(*) > 1
order by user_id nulls first
