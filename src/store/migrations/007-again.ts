/** A line of a fire has a second run, where its first was closed while its bot was gone. */
export const again: readonly string[] = [
  'alter table runs add column again integer not null default 0',
  'drop index runs_one_line',
  'create unique index runs_one_line on runs (fire, line_at, again) where fire is not null',
]
