import { calls, type Find, itemsFrom, matching, windowOf } from './masked-sql.ts'
import { bareAliases, reservedNames } from './names.ts'

/** Something that a file could hold and that Redshift, DuckDB and PostgreSQL do not all understand alike. */
export interface Rule {
  readonly name: string
  /** Why not, and what to write instead. */
  readonly reason: string
  /** Texts that the rule must find, and near ones that it must not. */
  readonly finds: readonly string[]
  readonly passes: readonly string[]
  readonly find: Find
}

function words(reason: string, list: string): readonly Rule[] {
  return list.split(' ').map((word) => ({
    name: word,
    reason,
    finds: [`select ${word} from t`, `select 1 as x, ${word.toUpperCase()} (x) from t`],
    passes: [`select x_${word}, ${word}_x from t where y = '${word}' -- ${word}`],
    find: matching(new RegExp(`\\b${word}\\b`, 'g')),
  }))
}

/** Columns of the schema that may be null and that an answer could be ordered by. */
const nullableColumn =
  /^\s*(?:\w+\.)?(?:song|artist|title|song_title|artist_name|name|level|location|duration|length|year|ts)(?:\s+(?:asc|desc))?\s*$/

export const rules: readonly Rule[] = [
  ...words(
    'Redshift does not have it',
    'string_agg array_agg generate_series arg_max arg_min max_by min_by strftime date_bin make_timestamp regexp_matches isodow isoyear',
  ),
  ...words(
    'DuckDB and PostgreSQL do not both have it',
    'nvl nvl2 getdate sysdate dateadd datediff date_part to_char to_date identity distkey sortkey diststyle encode decode isnull len median qualify top listagg charindex convert_timezone regexp_substr regexp_count ratio_to_report approximate',
  ),
  ...words('on Redshift it takes a text and a format, not an epoch', 'to_timestamp'),
  ...words('on Redshift it commits the transaction that it stands in: write DELETE', 'truncate'),
  ...words(
    'Redshift does not enforce it and its planner trusts it: write a check',
    'primary unique references foreign',
  ),
  ...words(
    'the data ends long before today: count back from its newest',
    'now current_date current_timestamp localtimestamp',
  ),
  ...words('Redshift has it with limits of its own', 'lateral grouping rollup cube pivot unnest recursive'),
  ...words('on Redshift it is 256 bytes: write VARCHAR with a length', 'text string'),
  ...words('float is 4 bytes in DuckDB and 8 in Redshift: write DOUBLE PRECISION', 'float float4 float8 real'),
  ...words('two loads of the same files would differ', 'serial sequence nextval uuid random any_value'),
  ...words(
    'Redshift wants a frame, and among equal rows the answer is anyone’s: use ROW_NUMBER',
    'first_value last_value nth_value',
  ),
  ...words('on Redshift it takes two arguments only, and null makes it null: write ||', 'concat'),
  ...words('on Redshift it gives whole seconds', 'epoch'),
  {
    name: 'filter',
    reason: 'Redshift does not have it: put a CASE into the aggregate',
    finds: ['select count(*) filter (where x > 1) as n from t', 'select count(*) FILTER(WHERE x > 1) as n from t'],
    passes: ['select filter from t'],
    find: matching(/\bfilter\s*\(/g),
  },
  {
    name: 'distinct on',
    reason: 'Redshift does not have it: number the rows and keep the first',
    finds: ['select distinct on (a) a, b from t'],
    passes: ['select distinct once from t'],
    find: matching(/\bdistinct\s+on\b/g),
  },
  {
    name: 'is distinct from',
    reason: 'Redshift does not have it: compare with COALESCE',
    finds: ['select 1 as x where a is distinct from b', 'select 1 as x where a is not distinct from b'],
    passes: ['select distinct a from b'],
    find: matching(/\bis\s+(?:not\s+)?distinct\b/g),
  },
  {
    name: 'like any',
    reason: 'Redshift and DuckDB do not both have it: write OR',
    finds: ["select 1 as x where a ilike any ('b', 'c')", "select 1 as x where a like any ('b')"],
    passes: ["select 1 as x where a ilike 'any'"],
    find: matching(/\bi?like\s+any\b/g),
  },
  {
    name: '::',
    reason: ':name is a parameter: write CAST',
    finds: ["select '1'::integer as x"],
    passes: ["select '::' as x", 'select :a as x'],
    find: matching(/::/g),
  },
  {
    name: '//',
    reason: 'only DuckDB has it: / of whole numbers is whole on all three',
    finds: ['select a // b as x'],
    passes: ["select '//' as x", 'select a / b as x'],
    find: matching(/\/\//g),
  },
  {
    name: 'round to digits',
    reason: 'PostgreSQL has no round(double, n): round a multiple, or cast to DECIMAL',
    finds: ['select round(x, 2) as y', 'select round(coalesce(x, 0), 2) as y'],
    passes: ['select round(coalesce(x, 0) * 100) / 100 as y'],
    find: calls('round', (inside) => itemsFrom(inside, 0).length > 1),
  },
  {
    name: 'avg without cast',
    reason: 'on Redshift the average of whole numbers is whole: cast to DOUBLE PRECISION within',
    finds: ['select avg(x) as y', 'select avg(distinct x) as y', 'select avg(cast(x as integer)) as y'],
    passes: ['select avg(cast(x as double precision)) as y'],
    find: calls('avg', (inside) => !/^\s*cast\s*\(.*\bas\s+double\s+precision\s*\)\s*$/s.test(inside)),
  },
  {
    name: 'sum without cast',
    reason: 'of BIGINT it is a DECIMAL on Redshift, which arrives as text: cast the sum',
    finds: ['select sum(x) as y', 'select coalesce(sum(x), 0) as y'],
    passes: ['select cast(sum(x) as bigint) as y', 'select cast(coalesce(sum(x), 0) as bigint) as y'],
    find: ({ code }) =>
      [...code.matchAll(/\bsum\s*\(/g)]
        .filter((match) => !/\bcast\s*\(\s*(?:coalesce\s*\(\s*)?$/.test(code.slice(0, match.index)))
        .map((match) => match.index),
  },
  {
    name: 'varchar without length',
    reason: 'Redshift takes 256 bytes, and a cast cuts silently',
    finds: ['select cast(a as varchar) as x', 'create table if not exists t (a varchar, b integer)'],
    passes: ['select cast(a as varchar(16)) as x'],
    find: matching(/\bvarchar\b(?!\s*\()/g),
  },
  {
    name: 'literal without type',
    reason: 'Redshift leaves it of unknown type in a WITH step or a UNION: cast it',
    finds: ["select 'a' as x", "select b, 'a' as x from t"],
    passes: ["select cast('a' as varchar(1)) as x", "select case when a then 'b' else 'c' end as x"],
    find: matching(/(?<=(?:\bselect|\bdistinct|,)\s*)'…*'\s+as\b/g),
  },
  {
    name: 'backslash in a string',
    reason: 'Redshift reads it as an escape, the others do not',
    finds: ["select cast('\\d' as varchar(2)) as x"],
    passes: ["select cast('/' as varchar(2)) as x -- \\"],
    find: ({ strings }) => strings.filter(({ text }) => text.includes('\\')).map(({ start }) => start),
  },
  {
    name: '~ without ^ and $',
    reason: 'DuckDB compares the whole value, the others look for the pattern anywhere in it',
    finds: ["select 1 as x where a ~ '[0-9]'", "select 1 as x where a ~ '^[0-9]'"],
    passes: ["select 1 as x where not a ~ '^[0-9]+$'"],
    find: ({ code, strings }) =>
      strings
        .filter(({ text, start }) => /~\s*$/.test(code.slice(0, start)) && !/^'\^.*\$'$/s.test(text))
        .map(({ start }) => start),
  },
  {
    name: '~*',
    reason: 'DuckDB does not have it: compare lower(x)',
    finds: ["select 1 as x where a ~* '^b$'"],
    passes: ["select 1 as x where a ~ '^b*$'"],
    find: matching(/~\*/g),
  },
  {
    name: 'bare alias',
    reason: 'DuckDB refuses some (level), Redshift others: write AS',
    finds: [
      'select max(x) level from t',
      'select a b from t',
      'select 1 as x from songplays sp',
      "select 'a' b",
      'select 1 one',
      'select case when a then b end c from t',
      'select x from (select 1 as x) y',
    ],
    passes: [
      'select max(x) as level from t as u join v on u.a = v.a where u.b is not null order by u.c desc nulls last',
      'create table if not exists t (a integer not null, b double precision, c varchar(10))',
      "select timestamp 'epoch' + x * interval '1 second' as y, extract(dow from z) as w from t",
      'select lag(a) over (partition by b order by c rows between unbounded preceding and current row) as d from t',
      'select case when a = 1 then b else c end as d, cast(null as integer) as e from t where a between 1 and 7',
    ],
    find: bareAliases,
  },
  {
    name: 'reserved word as a name',
    reason: 'Redshift reserves it',
    finds: ['select a as user from t', 'select a as percent from t', 'with tag as (select 1 as x) select x from tag'],
    passes: [
      'select cast(a as timestamp) as b from t',
      'select cast(max(cast(a as date)) as timestamp) as b from t',
      'with tags as (select 1 as x) select x from tags',
    ],
    find: reservedNames,
  },
  {
    name: 'window of an aggregate without a frame',
    reason: 'Redshift wants ROWS … after its ORDER BY',
    finds: ['select count(*) over (order by a) as x from t', 'select max(b) over (order by a) as x from t'],
    passes: [
      'select row_number() over (order by a) as x from t',
      'select count(*) over (order by a rows unbounded preceding) as x from t',
      'select count(*) over (partition by a) as x from t',
    ],
    find: calls('sum|count|min|max|avg', (_inside, after) => {
      const window = windowOf(after)
      return window !== null && /\border\s+by\b/.test(window) && !/\brows\b/.test(window)
    }),
  },
  {
    name: 'distinct in a window',
    reason: 'Redshift does not have it',
    finds: ['select count(distinct a) over (partition by b) as x from t'],
    passes: ['select count(distinct a) as x from t'],
    find: calls('sum|count|avg', (inside, after) => /^\s*distinct\b/.test(inside) && windowOf(after) !== null),
  },
  {
    name: 'values as a table',
    reason: 'Redshift has it in INSERT only: write SELECT … UNION ALL',
    finds: ['select x from (values (1), (2)) as v (x)', 'with v as (values (1)) select 1 as x from v'],
    passes: ['insert into t (a) values (1)'],
    find: matching(/\(\s*values\b/g),
  },
  {
    name: 'create',
    reason: 'the schema holds tables that are created where they are not there yet',
    finds: ['create or replace table t (a integer)', 'create temp table t (a integer)', 'create index i on t (a)'],
    passes: ['create table if not exists t (a integer)'],
    find: matching(/\bcreate\s+(?!table\s+if\s+not\s+exists\b)/g),
  },
  {
    name: 'order by a nullable column',
    reason: 'the engines put nulls in different places: write NULLS FIRST or NULLS LAST',
    finds: [
      'select a from t order by plays desc, title',
      'select row_number() over (order by t.level desc) as x from t',
    ],
    passes: [
      'select a from t order by title nulls last, plays desc',
      'select a from t order by song_title desc nulls last limit 1',
    ],
    find: ({ code }) =>
      [...code.matchAll(/\border\s+by\b/g)]
        .flatMap((match) => itemsFrom(code, match.index + match[0].length))
        .map(({ text, start }) => ({ text: text.replace(/\b(?:limit|rows)\b.*$/s, ''), start }))
        .filter(({ text }) => nullableColumn.test(text))
        .map(({ start }) => start),
  },
]
