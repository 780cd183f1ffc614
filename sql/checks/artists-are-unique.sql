-- title: Each artist is in artists once
-- severity: error
-- column copies: Copies, integer

select
  artist_id,
  count(*) as copies
from artists
group by artist_id
having count(*) > 1
order by artist_id nulls first
