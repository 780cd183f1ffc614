-- title: Each song is in songs once
-- severity: error
-- column copies: Copies, integer

select
  song_id,
  count(*) as copies
from songs
group by song_id
having count(*) > 1
order by song_id nulls first
