-- description: The whole numbers from 0 to 9,999, which Redshift cannot generate

with digits as (
  select 0 as digit
  union all select 1 as digit
  union all select 2 as digit
  union all select 3 as digit
  union all select 4 as digit
  union all select 5 as digit
  union all select 6 as digit
  union all select 7 as digit
  union all select 8 as digit
  union all select 9 as digit
)
select thousands.digit * 1000 + hundreds.digit * 100 + tens.digit * 10 + ones.digit as number
from digits as thousands
cross join digits as hundreds
cross join digits as tens
cross join digits as ones
