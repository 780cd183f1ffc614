-- What is kept with a load beside its data.

-- The files that it was read from. "day" is the one a log file's name gives.
create table if not exists source_files (
  path varchar(4096) not null,
  dataset varchar(8) not null,
  bytes bigint not null,
  day date
);

-- Texts that the source holds as UTF-8 that was taken for Latin-1 and encoded again, and what they were before. Staging
-- keeps the raw text; the transforms take the repaired one.
create table if not exists text_repairs (
  raw_text varchar(4096) not null,
  repaired varchar(4096) not null
);
