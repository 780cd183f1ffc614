-- title: Each page view is in page_views once
-- severity: error
-- key: event
-- column copies: Copies, integer

select
  page_view_id,
  count(*) as copies
from page_views
group by page_view_id
having count(*) > 1
order by page_view_id nulls first
