-- title: No moment is in time twice
-- severity: error

select
  start_time,
  count(*) as copies
from time
group by start_time
having count(*) > 1
order by start_time nulls first
