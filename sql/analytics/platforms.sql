-- title: Platforms
-- description: Plays and listeners by operating system or browser
-- window: yes
-- param by: choice(system, browser, both) = system, operating systems, browsers, or both together
-- param people: choice(show, hide) = show, hide merges platforms of fewer than three listeners
-- column share: Share of plays, percent
-- phrase by: by {by}
-- phrase people: , small platforms merged
-- finding: leader platform by plays
-- compare: plays,listeners by platform
-- chart: bar x=platform y=plays
-- example: platforms
-- example: platforms by=browser last=7d
-- example: platforms by=both people=hide

-- Most user agents are logged inside a stray pair of quotes, which are taken off. Browsers name their ancestors, so
-- the first that fits counts: every Chrome calls itself Safari too. What is merged comes last; where even all of it
-- together is fewer than three listeners, its figures are not told.
with cleaned as (
  select
    user_id,
    trim(replace(coalesce(user_agent, ''), '"', '')) as agent
  from songplays
  where
    start_time >= cast(:from as timestamp)
    and start_time < cast(:to as timestamp)
),
recognised as (
  select
    user_id,
    case
      when agent = '' then 'unknown'
      when agent like '%iPhone%' or agent like '%iPad%' or agent like '%iPod%' then 'iOS'
      when agent like '%Android%' then 'Android'
      when agent like '%Windows%' then 'Windows'
      when agent like '%Macintosh%' then 'Mac'
      when agent like '%CrOS%' then 'ChromeOS'
      when agent like '%Linux%' then 'Linux'
      else 'other'
    end as operating_system,
    case
      when agent = '' then 'unknown'
      when agent like '%Edge/%' or agent like '%Edg/%' then 'Edge'
      when agent like '%OPR/%' or agent like '%Opera%' then 'Opera'
      when agent like '%MSIE %' or agent like '%Trident/%' then 'Internet Explorer'
      when agent like '%Firefox/%' or agent like '%FxiOS/%' then 'Firefox'
      when agent like '%Chromium/%' then 'Chromium'
      when agent like '%Chrome/%' or agent like '%CriOS/%' then 'Chrome'
      when agent like '%Safari/%' then 'Safari'
      else 'other'
    end as browser
  from cleaned
),
timed as (
  select
    user_id,
    case
      when cast(:by as varchar(8)) = 'system' then operating_system
      when cast(:by as varchar(8)) = 'browser' then browser
      else browser || ' on ' || operating_system
    end as platform
  from recognised
),
everything as (
  select count(*) as plays
  from timed
),
small as (
  select
    platform,
    case when cast(:people as varchar(8)) = 'hide' and count(distinct user_id) < 3 then 1 else 0 end as is_merged
  from timed
  group by platform
),
figures as (
  select
    case when small.is_merged = 1 then 'Platforms of fewer than 3 listeners' else timed.platform end as platform,
    small.is_merged,
    count(*) as plays,
    count(distinct timed.user_id) as listeners
  from timed
  join small on small.platform = timed.platform
  group by
    case when small.is_merged = 1 then 'Platforms of fewer than 3 listeners' else timed.platform end,
    small.is_merged
)
select
  figures.platform,
  case when figures.is_merged = 0 or figures.listeners >= 3 then figures.plays end as plays,
  case
    when figures.is_merged = 0 or figures.listeners >= 3
      then floor(cast(figures.plays as double precision) * 1000 / everything.plays + 0.5) / 10
  end as share,
  case when figures.is_merged = 0 or figures.listeners >= 3 then figures.listeners end as listeners
from figures
cross join everything
order by figures.is_merged, figures.plays desc, figures.listeners desc, figures.platform
