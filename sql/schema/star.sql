-- The star schema. No primary keys: Redshift does not enforce them and its planner trusts them, so a wrong one gives
-- wrong answers; the checks count the keys instead. All times are UTC.

create table if not exists songplays (
  songplay_id varchar(64) not null,
  start_time timestamp not null,
  user_id integer not null,
  level varchar(64),
  song_id varchar(64),
  artist_id varchar(64),
  session_id integer not null,
  location varchar(4096),
  user_agent varchar(16384),
  item_in_session integer not null,
  song_title varchar(4096),
  artist_name varchar(4096)
);

create table if not exists users (
  user_id integer not null,
  first_name varchar(1024),
  last_name varchar(1024),
  gender varchar(64),
  level varchar(64)
);

create table if not exists songs (
  song_id varchar(64) not null,
  title varchar(4096),
  artist_id varchar(64),
  year integer,
  duration double precision
);

create table if not exists artists (
  artist_id varchar(64) not null,
  name varchar(4096),
  location varchar(4096),
  latitude double precision,
  longitude double precision
);

create table if not exists time (
  start_time timestamp not null,
  hour integer not null,
  day integer not null,
  week integer not null,
  month integer not null,
  year integer not null,
  weekday integer not null
);

create table if not exists page_views (
  page_view_id varchar(64) not null,
  start_time timestamp not null,
  user_id integer not null,
  session_id integer not null,
  item_in_session integer not null,
  page varchar(256),
  level varchar(64),
  status integer
);
