-- title: Every play's user is in users
-- severity: error

select
  songplays.songplay_id,
  songplays.user_id
from songplays
left join users on users.user_id = songplays.user_id
where users.user_id is null
order by songplays.songplay_id
