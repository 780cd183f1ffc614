-- description: The local times of the first play, of the part of the window that has plays, and of the window's end

-- A day or a week is partial when more than its first or its last hour lies outside of known_from to known_until.
with edges as (
  select
    min(start_time) as first_play,
    max(start_time) as last_play
  from songplays
),
known as (
  select
    first_play,
    case when first_play > cast(:from as timestamp) then first_play else cast(:from as timestamp) end as known_from,
    case when last_play < cast(:to as timestamp) then last_play else cast(:to as timestamp) end as known_until,
    cast(:to as timestamp) as window_end
  from edges
)
select
  first_play + :tz(first_play) * interval '1 minute' as first_play,
  known_from + :tz(known_from) * interval '1 minute' as known_from,
  known_until + :tz(known_until) * interval '1 minute' as known_until,
  window_end + :tz(window_end) * interval '1 minute' as window_end
from known
