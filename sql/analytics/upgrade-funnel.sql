-- title: Upgrade funnel
-- description: From free listening to the Upgrade page to an upgrade: users at each step, and days until it
-- window: yes
-- column people: Users
-- column of_previous: Of the previous step, percent
-- column of_first: Of the first step, percent
-- column mean_days: Mean days
-- finding: funnel step by people
-- compare: people,of_first by step
-- chart: funnel x=step y=people
-- example: upgrade-funnel
-- example: upgrade-funnel last=2w

-- Opening the page is no upgrade yet: "Submit Upgrade" is. Each step counts those of the step before who took it at
-- that time or later. Days are calendar days (UTC) since the first play on the free level.
with listened as (
  select
    user_id,
    min(start_time) as listened_at
  from songplays
  where
    level = 'free'
    and start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
  group by user_id
),
opened as (
  select
    listened.user_id,
    listened.listened_at,
    min(page_views.start_time) as opened_at
  from listened
  join page_views
    on page_views.user_id = listened.user_id
    and page_views.start_time >= listened.listened_at
  where
    page_views.page = 'Upgrade'
    and page_views.start_time < cast(:to as timestamp)
  group by listened.user_id, listened.listened_at
),
submitted as (
  select
    opened.user_id,
    opened.listened_at,
    min(page_views.start_time) as submitted_at
  from opened
  join page_views
    on page_views.user_id = opened.user_id
    and page_views.start_time >= opened.opened_at
  where
    page_views.page = 'Submit Upgrade'
    and page_views.start_time < cast(:to as timestamp)
  group by opened.user_id, opened.listened_at
),
steps as (
  select
    1 as place,
    cast('Listened on the free level' as varchar(32)) as step,
    count(*) as people,
    cast(null as double precision) as mean_days
  from listened
  union all
  select
    2 as place,
    cast('Opened Upgrade' as varchar(32)) as step,
    count(*) as people,
    avg(cast(cast(opened_at as date) - cast(listened_at as date) as double precision)) as mean_days
  from opened
  union all
  select
    3 as place,
    cast('Submitted the upgrade' as varchar(32)) as step,
    count(*) as people,
    avg(cast(cast(submitted_at as date) - cast(listened_at as date) as double precision)) as mean_days
  from submitted
)
select
  steps.step,
  steps.people,
  case
    when earlier.people > 0 then floor(cast(steps.people as double precision) * 1000 / earlier.people + 0.5) / 10
  end as of_previous,
  case
    when beginning.people > 0 then floor(cast(steps.people as double precision) * 1000 / beginning.people + 0.5) / 10
  end as of_first,
  floor(steps.mean_days * 10 + 0.5) / 10 as mean_days
from steps
join steps as beginning on beginning.place = 1
left join steps as earlier on earlier.place = steps.place - 1
order by steps.place
