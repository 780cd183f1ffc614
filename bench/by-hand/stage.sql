-- The load as somebody who has nothing but DuckDB would write it, in two scripts: same rows in the end, same questions asked
-- of them. This is the first: what the files hold, and the texts that may be wrongly encoded, which no SQL can tell.
-- The variables log and song, patterns of paths, are set by the caller.

set preserve_insertion_order = false;

create table staging_events as
select *
from read_json(
  getvariable('log'),
  format = 'newline_delimited',
  columns = {
    artist: 'VARCHAR', auth: 'VARCHAR', firstName: 'VARCHAR', gender: 'VARCHAR', itemInSession: 'INTEGER',
    lastName: 'VARCHAR', length: 'DOUBLE', level: 'VARCHAR', location: 'VARCHAR', method: 'VARCHAR', page: 'VARCHAR',
    registration: 'DOUBLE', sessionId: 'INTEGER', song: 'VARCHAR', status: 'INTEGER', ts: 'BIGINT',
    userAgent: 'VARCHAR', userId: 'VARCHAR'
  }
);

create table staging_songs as
select *
from read_json(
  getvariable('song'),
  format = 'newline_delimited',
  columns = {
    num_songs: 'INTEGER', artist_id: 'VARCHAR', artist_latitude: 'DOUBLE', artist_longitude: 'DOUBLE',
    artist_location: 'VARCHAR', artist_name: 'VARCHAR', song_id: 'VARCHAR', title: 'VARCHAR', duration: 'DOUBLE',
    year: 'INTEGER'
  }
);

create table text_repairs (raw_text varchar, repaired varchar);

create temp table foreign_texts as
select distinct unnest([song, artist, location, firstName, lastName]) as words
from staging_events
union
select distinct unnest([title, artist_name, artist_location])
from staging_songs;

delete from foreign_texts where words is null or regexp_full_match(words, '[ -~]*');
