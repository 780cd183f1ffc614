-- title: Each start time is in time once
-- severity: error
-- key: moment
-- column copies: Copies, integer

select
  start_time,
  count(*) as copies
from time
group by start_time
having count(*) > 1
order by start_time nulls first
