import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { Fragments } from '../../../src/core/sql/fragments.ts'
import { parseCheck, parseFragment, parseSelect, parseTransform } from '../../../src/core/sql/parse-file.ts'
import { parseQuery } from '../../../src/core/sql/parse-query.ts'

function fragments(files: Readonly<Record<string, string>>): Fragments {
  return new Map(
    Object.entries(files).map(([name, lines]) => [
      name,
      parseFragment({ path: `fragments/${name}.sql`, text: `-- description: ${name}\n${lines}` }),
    ]),
  )
}

const known = fragments({
  events: '-- inline: yes\n\nselect 1 as a, user_id\nfrom staging_events',
  'keyed-events': '-- uses: events\n\nwith b as (select 1 as x)\nselect a\nfrom events',
  'known-time':
    '\nselect :tz(start_time) as x, cast(:from as timestamp) as y, cast(:to as timestamp) as z from songplays',
  ring: '-- uses: ring\n\nselect 1 as x from ring',
})

const question = (lines: string, body: string) => ({
  path: 'analytics/a.sql',
  text: `-- title: A\n-- description: B\n${lines}\n\n${body}`,
})

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof OpsError && error.code === 'bad_sql_file' && error.remedy !== '') return error.message
    throw error
  }
  throw new Error('it was not refused')
}

describe('a fragment that a header names', () => {
  it('becomes the first step of a SELECT, behind the fragments that it reads itself', () => {
    const { sql } = parseQuery(question('-- uses: keyed-events', 'select a from keyed_events'), known)
    expect(sql).toBe(
      [
        'with events as /* inline */ (',
        '  select 1 as a, user_id',
        '  from staging_events',
        '),',
        'keyed_events as (',
        '  with b as (select 1 as x)',
        '  select a',
        '  from events',
        ')',
        'select a from keyed_events',
      ].join('\n'),
    )
  })

  it('comes before the steps of the file, and once, however often it is named', () => {
    const body = 'with c as (select a from keyed_events) select a from c join events on true'
    const { sql } = parseQuery(question('-- uses: events, keyed-events', body), known)
    expect(sql).toContain('\n),\nc as (select a from keyed_events) select a from c')
    expect(sql.match(/\bevents as \/\* inline \*\/ \(/g)).toHaveLength(1)
    expect(sql.match(/\bwith\b/g)).toHaveLength(2)
  })

  it('stands behind the columns of an INSERT, and in checks and files of a load alike', () => {
    const head = '-- description: a\n-- uses: events\n\n'
    const { statements } = parseTransform(
      { path: 'etl/10-t.sql', text: `${head}delete from t;\ninsert into t (\n  a\n)\nselect a from events;` },
      known,
    )
    expect(statements[1]).toMatch(
      /^insert into t \(\n {2}a\n\)\nwith events as \/\* inline \*\/ \([\s\S]*\)\nselect a from events$/,
    )
    expect(parseSelect({ path: 'load/summary.sql', text: `${head}select a from events` }, known)).toMatch(
      /^with events/,
    )
    const text = '-- title: a\n-- severity: warn\n-- uses: events\n\nselect a from events'
    expect(parseCheck({ path: 'checks/a.sql', text }, known).sql).toMatch(/^with events as/)
  })

  it('may need parameters, which the query that uses it declares', () => {
    const body = 'select x from known_time'
    const declared = '-- window: yes\n-- param tz: zone = UTC, a\n-- uses: known-time'
    expect(parseQuery(question(declared, body), known).sql).toContain('cast(:from as timestamp)')
    expect(refusal(() => parseQuery(question('-- window: yes\n-- uses: known-time', body), known))).toBe(
      'sql/analytics/a.sql, line 4: :tz is not declared.',
    )
    const text = `-- title: a\n-- severity: warn\n-- uses: known-time\n\n${body}`
    expect(refusal(() => parseCheck({ path: 'checks/a.sql', text }, known))).toBe(
      'sql/checks/a.sql, line 3: a fragment needs :tz.',
    )
  })

  it.each([
    ['that there is not', '-- uses: nothing', 'select 1', 'line 3: there is no fragment "nothing"'],
    ['that reads itself', '-- uses: ring', 'select x from ring', 'line 3: the fragment "ring" uses itself'],
    [
      'that is not read',
      '-- uses: events',
      "select 'events' as x -- events",
      'line 3: the fragment "events" is not used',
    ],
    ['whose name a step has', '-- uses: events', 'with events as (select 1 as a) select a from events', 'also a step'],
    [
      'that reads one whose name a step has',
      '-- uses: keyed-events',
      'with events as (select 1 as a) select a from events, keyed_events',
      '"events" is also a step',
    ],
  ])('is refused where it is one %s', (_fault, lines, body, message) => {
    expect(refusal(() => parseQuery(question(lines, body), known))).toContain(message)
  })
})
