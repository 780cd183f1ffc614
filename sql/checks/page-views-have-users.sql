-- title: Every page view's user is in users
-- severity: error

select
  page_views.page_view_id,
  page_views.user_id
from page_views
left join users on users.user_id = page_views.user_id
where users.user_id is null
order by page_views.page_view_id
