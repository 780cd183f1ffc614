-- What is kept with a load beside its data: the files it was read from. "day" is the one a log file's name gives.

create table if not exists source_files (
  path varchar(4096) not null,
  dataset varchar(8) not null,
  bytes bigint not null,
  day date
);
