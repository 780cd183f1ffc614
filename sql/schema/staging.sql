-- The source data as it was delivered. The log's columns have the log's own names in lower case, because Redshift's
-- COPY with 'auto ignorecase' ignores case but not underscores: "first_name" would silently stay null.
-- Lengths are bytes on Redshift; without one it takes 256 and refuses longer values.

create table if not exists staging_events (
  artist varchar(4096),
  auth varchar(64),
  firstname varchar(1024),
  gender varchar(64),
  iteminsession integer,
  lastname varchar(1024),
  length double precision,
  level varchar(64),
  location varchar(4096),
  method varchar(64),
  page varchar(256),
  registration double precision,
  sessionid integer,
  song varchar(4096),
  status integer,
  ts bigint,
  useragent varchar(16384),
  userid varchar(256)
);

create table if not exists staging_songs (
  num_songs integer,
  artist_id varchar(64),
  artist_latitude double precision,
  artist_longitude double precision,
  artist_location varchar(4096),
  artist_name varchar(4096),
  song_id varchar(64),
  title varchar(4096),
  duration double precision,
  year integer
);
