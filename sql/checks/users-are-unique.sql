-- title: Each user is in users once
-- severity: error
-- column copies: Copies, integer

select
  user_id,
  count(*) as copies
from users
group by user_id
having count(*) > 1
order by user_id nulls first
