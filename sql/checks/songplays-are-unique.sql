-- title: Each play is in songplays once
-- severity: error
-- key: event
-- column copies: Copies, integer

select
  songplay_id,
  count(*) as copies
from songplays
group by songplay_id
having count(*) > 1
order by songplay_id nulls first
