-- title: The load has events and plays
-- severity: error
-- column events: Events, integer
-- column plays: Plays, integer
-- waiver: allow-empty

with events as (
  select count(*) as events
  from staging_events
),
plays as (
  select count(*) as plays
  from songplays
)
select
  events.events,
  plays.plays
from events
cross join plays
where
  events.events = 0
  or plays.plays = 0
