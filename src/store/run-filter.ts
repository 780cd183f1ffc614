import type { RunFilter } from '../core/ports/runs.ts'

type Values = Readonly<Record<string, string | number>>

/**
 * What a filter asks for, as the conditions of a statement on runs and their newest attempts, and their values. It names nothing that was not asked: SQLite looks up an index
 * for `parent = :fire`, but for `:fire is null or parent = :fire` it reads the whole table.
 */
export function conditionsOf(filter: RunFilter): { readonly where: string; readonly args: Values } {
  const {
    states,
    listedOnly,
    whole,
    posted,
    besides,
    who,
    person,
    command,
    commands,
    since,
    until,
    schedule,
    intended,
    fire,
  } = filter
  const conditions = [
    // States are words of this program. As values they would hide from SQLite that the index of running runs serves.
    ...(states === undefined ? [] : [isOneOf(states)]),
    ...(listedOnly === true ? ['listed = 1'] : []),
    ...(whole === true ? ['parent is null'] : []),
    ...(posted === true ? [`answer ->> '$.audience' = 'channel'`] : []),
  ]
  const compared = [
    ...compare('who', who, 'by_id = :who'),
    ...compare('person', person, `(by_id = :person or lower("by" ->> '$.name') = lower(:person))`),
    ...compare(
      'besides',
      besides === undefined ? undefined : JSON.stringify(besides),
      '(schedule is not null or command not in (select value from json_each(:besides)))',
    ),
    ...compare('command', command, 'command = :command'),
    ...compare(
      'commands',
      commands === undefined ? undefined : JSON.stringify(commands),
      'command in (select value from json_each(:commands))',
    ),
    ...compare('since', since, 'started >= :since'),
    ...compare('until', until, 'started < :until'),
    ...compare('schedule', schedule, 'schedule = :schedule'),
    ...compare('intended', intended, 'intended = :intended'),
    ...compare('fire', fire, 'parent = :fire'),
  ]
  return {
    where: [...conditions, ...compared.map(({ sql }) => sql), 'true'].join(' and '),
    args: Object.fromEntries(compared.map(({ name, value }) => [name, value])),
  }
}

function isOneOf(states: NonNullable<RunFilter['states']>): string {
  const [only, ...others] = states.map((state) => `'${state}'`)
  return only !== undefined && others.length === 0 ? `state = ${only}` : `state in (${[only, ...others].join(', ')})`
}

function compare<V extends string | number>(name: string, value: V | undefined, sql: string) {
  return value === undefined ? [] : [{ name, value, sql }]
}
