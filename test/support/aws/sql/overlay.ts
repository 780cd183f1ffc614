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
 * of a VARCHAR counts bytes (r_Character_types), which a check constraint named after the length enforces.
 */
export const afterCreateTable = `
do $$
declare
  it record;
begin
  for it in
    select conrelid::regclass as owner, conname from pg_constraint
    where contype in ('p', 'u', 'f') and connamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    order by contype
  loop
    execute format('alter table %s drop constraint %I cascade', it.owner, it.conname);
  end loop;
  for it in
    select c.oid::regclass as owner, a.attname, a.attnum, a.atttypmod - 4 as length
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relkind = 'r' and a.atttypid = 'varchar'::regtype and a.atttypmod > 4 and not a.attisdropped
      and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      and not exists (
        select from pg_constraint k where k.conrelid = c.oid and k.conname = format('bytes_%s_%s', a.atttypmod - 4, a.attnum)
      )
  loop
    execute format('alter table %s add constraint %I check (octet_length(%I) <= %s)',
      it.owner, format('bytes_%s_%s', it.length, it.attnum), it.attname, it.length);
  end loop;
end $$
`
