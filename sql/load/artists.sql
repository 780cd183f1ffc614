-- description: The plays of each artist, the most played first, to be compared with another load

select
  artist_name,
  count(*) as plays
from songplays
where artist_name is not null
group by artist_name
order by plays desc, artist_name nulls last
