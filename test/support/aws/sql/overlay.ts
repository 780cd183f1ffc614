/**
 * What PostgreSQL needs to answer as Redshift does. Sources are pages of the Redshift database developer guide:
 * r_GETDATE, PG_LAST_COPY_COUNT, r_AVG (the average of integers is a BIGINT), r_EXTRACT_function (an INTEGER).
 * The built-in functions are changed in place, because names in pg_catalog win over every search path.
 */
export const overlay = `
create function pg_catalog.getdate() returns timestamp language sql stable
  as 'select cast(date_trunc(''second'', transaction_timestamp()) as timestamp)';

create function pg_catalog.pg_last_copy_count() returns bigint language sql stable
  as 'select cast(coalesce(nullif(current_setting(''double.last_copy_count'', true), ''''), ''0'') as bigint)';
create function pg_catalog.pg_last_copy_id() returns bigint language sql stable
  as 'select cast(coalesce(nullif(current_setting(''double.last_copy_id'', true), ''''), ''-1'') as bigint)';

create function pg_catalog.redshift_average(bigint[]) returns bigint language sql immutable
  as 'select case when $1[1] = 0 then null else $1[2] / $1[1] end';
update pg_aggregate set aggfinalfn = 'pg_catalog.redshift_average'
  where aggfnoid in ('pg_catalog.avg(int4)'::regprocedure, 'pg_catalog.avg(int2)'::regprocedure);
update pg_proc set prorettype = 'bigint'::regtype
  where oid in ('pg_catalog.avg(int4)'::regprocedure, 'pg_catalog.avg(int2)'::regprocedure);

update pg_proc set proname = 'postgres_extract' where proname = 'extract' and pronamespace = 'pg_catalog'::regnamespace;
create function pg_catalog.extract(text, timestamp) returns integer language sql immutable
  as 'select cast(floor(date_part($1, $2)) as integer)';
create function pg_catalog.extract(text, date) returns integer language sql immutable
  as 'select cast(floor(date_part($1, $2)) as integer)';
create function pg_catalog.extract(text, interval) returns integer language sql immutable
  as 'select cast(floor(date_part($1, $2)) as integer)';
create function pg_catalog.extract(text, timestamptz) returns double precision language sql stable
  as 'select date_part($1, $2)';
`

/**
 * Makes new tables keep Redshift's rules: keys and uniqueness are not enforced (t_Defining_constraints), and the length
 * of a VARCHAR counts bytes (r_Character_types), which a check constraint named after the length enforces. What PostgreSQL
 * itself brings has ids below 16384, so the indexes pass over it.
 */
export const afterCreateTable = `
do $$
declare
  it record;
begin
  for it in
    select conrelid::regclass as owner, string_agg(format('drop constraint %I cascade', conname), ', ' order by contype) as changes
    from pg_constraint
    where conrelid >= 16384 and contype in ('p', 'u', 'f')
    group by conrelid
  loop
    execute format('alter table %s %s', it.owner, it.changes);
  end loop;
  for it in
    select attrelid::regclass as owner, string_agg(format('add constraint %I check (octet_length(%I) <= %s)', name, attname, length), ', ') as changes
    from (
      select attrelid, attname, atttypmod - 4 as length, format('bytes_%s_%s', atttypmod - 4, attnum) as name
      from pg_attribute
      where attrelid >= 16384 and atttypid = 'varchar'::regtype and atttypmod > 4 and not attisdropped
    ) as limited
    join pg_class on pg_class.oid = attrelid and relkind = 'r'
    where not exists (select from pg_constraint where conrelid = attrelid and conname = name)
    group by attrelid
  loop
    execute format('alter table %s %s', it.owner, it.changes);
  end loop;
end $$
`
