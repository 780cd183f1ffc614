/** The questions that are asked every few seconds, and by each fire, find their rows without reading all the others. */
export const lookups: readonly string[] = [
  `create index runs_at_work on runs (id) where state = 'running'`,
  'create index runs_of_command on runs (command)',
]
