-- description: How many plays are lost, because another event with their key is loaded
-- uses: lost-events

select count(*) as plays
from lost_events
where is_play = 1
