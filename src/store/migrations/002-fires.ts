/** Fires are runs, approvals stay with what they allowed, schedules keep more fields, and plans can be posted for others to approve. */
export const fires: readonly string[] = [
  'alter table runs add column schedule integer',
  'alter table runs add column intended text',
  'alter table runs add column cause text',
  'alter table runs add column fire integer',
  'alter table runs add column line_at integer',
  'alter table runs add column approval text',
  'alter table runs add column cost_usd real',
  'create unique index runs_one_fire on runs (schedule, intended) where schedule is not null',
  'create unique index runs_one_line on runs (fire, line_at) where fire is not null',

  `alter table schedules add column condition text not null default '{"kind":"always"}'`,
  `alter table schedules add column when_paused text not null default 'wait'`,
  'alter table schedules add column catch_up_hours real not null default 6',
  `alter table schedules add column since text not null default ''`,
  `alter table schedules add column parked text`,
  'alter table schedules add column asked text',
  'alter table schedules add column snoozed_until text',
  // What fell due before was claimed elsewhere, and does not run a second time.
  `update schedules set since = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`,

  // They live for ten minutes, and are requested again.
  'delete from plans',
  'alter table plans drop column taken',
  `alter table plans add column reasons text not null default '[]'`,
  'alter table plans add column card integer not null default 0',
  'alter table plans add column post text',
  'alter table plans add column ending text',
]
