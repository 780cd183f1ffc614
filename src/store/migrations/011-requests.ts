/** A plan keeps what was asked, as a run does. One of before names its command alone, and its line is read when it is confirmed. */
export const requests: readonly string[] = [
  `alter table plans add column command text not null default ''`,
  'alter table plans add column args text',
  `update plans set command = iif(instr(line, ' ') = 0, line, substr(line, 1, instr(line, ' ') - 1))`,
]
