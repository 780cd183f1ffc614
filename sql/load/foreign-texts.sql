-- description: Every distinct text of staging that holds anything but printable ASCII

-- Nothing else can be wrongly encoded. Which of them are, and how they read when repaired, is no question for SQL; the
-- answer is written to text_repairs.

with texts as (
  select song as words
  from staging_events
  union
  select artist as words
  from staging_events
  union
  select location as words
  from staging_events
  union
  select firstname as words
  from staging_events
  union
  select lastname as words
  from staging_events
  union
  select title as words
  from staging_songs
  union
  select artist_name as words
  from staging_songs
  union
  select artist_location as words
  from staging_songs
)
select words
from texts
where not words ~ '^[ -~]*$'
order by words
