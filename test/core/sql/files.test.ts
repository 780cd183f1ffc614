import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import { dependsOnCatalogue } from '../../../src/core/sql/files.ts'
import { parseCheck, parseSchema, parseTransform } from '../../../src/core/sql/parse-file.ts'
import { parseQuery } from '../../../src/core/sql/parse-query.ts'

const head = ['-- title: Top songs', '-- description: The songs played most']
const path = 'analytics/top-songs.sql'

/** A query file of the given header lines after title and description, and a body. */
function query(lines: readonly string[], body = 'select 1 as x'): { path: string; text: string } {
  return { path, text: [...head, ...lines, '', body, ''].join('\n') }
}

function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof OpsError && error.code === 'bad_sql_file' && error.remedy !== '') return error.message
    throw error
  }
  throw new Error('it was not refused')
}

describe('a query file', () => {
  it('is read with everything its header says', () => {
    const file = query(
      [
        '-- role: operator',
        '-- audience: asker',
        '-- window: yes',
        '-- param n: integer = 10, 1..1000, how many songs, at most',
        '-- param level: choice(any, free, paid) = any, the level at the time of the play',
        '-- param matched: flag = no, only plays that match the catalogue',
        '-- param day: date = 2018-11-30, the day',
        '-- param city: text = , max 60, the place',
        '-- param tz: zone = Europe/London, whose days are counted',
        '-- column share: Share of plays, percent',
        '-- column song: Song',
        '-- phrase level: , {level}',
        '-- chart: bar x=song y=plays,listeners',
        '-- finding: figures plays,listeners of the last row where partial=no against a week before',
        '-- finding: leader song by plays when level=paid',
        '-- compare: plays,listeners by song,artist',
        '-- coverage: when matched',
        '-- example: top-songs',
        '-- example: top-songs 20 last=7d',
      ],
      '-- :comment\nselect :from, :to, :level, :matched, :day, :city, a + :tz(t.a) limit :n;',
    )
    expect(parseQuery(file)).toEqual({
      kind: 'query',
      name: 'top-songs',
      path,
      title: 'Top songs',
      description: 'The songs played most',
      role: 'operator',
      audience: 'asker',
      timed: true,
      params: [
        { kind: 'integer', name: 'n', description: 'how many songs, at most', min: 1, max: 1000, default: 10 },
        {
          kind: 'choice',
          name: 'level',
          description: 'the level at the time of the play',
          values: ['any', 'free', 'paid'],
          default: 'any',
        },
        { kind: 'flag', name: 'matched', description: 'only plays that match the catalogue', default: false },
        { kind: 'date', name: 'day', description: 'the day', default: '2018-11-30' },
        { kind: 'text', name: 'city', description: 'the place', default: '', maxLength: 60 },
        { kind: 'zone', name: 'tz', description: 'whose days are counted', default: 'Europe/London' },
      ],
      columns: { share: { title: 'Share of plays', format: 'percent' }, song: { title: 'Song', format: null } },
      phrases: [{ param: 'level', words: ', {level}' }],
      chart: { type: 'bar', x: 'song', y: ['plays', 'listeners'] },
      findings: [
        {
          hint: {
            kind: 'figures',
            columns: ['plays', 'listeners'],
            row: { at: 'last', where: { column: 'partial', value: 'no' } },
            weekBefore: true,
          },
          when: null,
        },
        { hint: { kind: 'leader', label: 'song', measure: 'plays' }, when: { param: 'level', value: 'paid' } },
      ],
      comparison: { measures: ['plays', 'listeners'], keys: ['song', 'artist'], weekly: false },
      coverage: { flag: 'matched' },
      examples: ['top-songs', 'top-songs 20 last=7d'],
      sql: 'select :from, :to, :level, :matched, :day, :city, a + :tz(t.a) limit :n',
    })
  })

  it('is for viewers, without time, chart and examples, when the header does not say more', () => {
    expect(parseQuery(query([]))).toMatchObject({
      role: 'viewer',
      audience: 'channel',
      timed: false,
      params: [],
      columns: {},
      phrases: [],
      findings: [],
      coverage: false,
      examples: [],
    })
    expect(parseQuery(query([]))).not.toHaveProperty('chart')
    expect(parseQuery(query([]))).not.toHaveProperty('comparison')
  })

  it('may have Windows line ends', () => {
    const { text } = query(['-- role: admin'])
    expect(parseQuery({ path, text: text.replaceAll('\n', '\r\n') })).toMatchObject({
      role: 'admin',
      sql: 'select 1 as x',
    })
  })

  it.each<[string, readonly string[], string | undefined, string]>([
    ['an unknown key', ['-- titel: Top'], undefined, 'line 3: unknown key "titel"'],
    ['a key of every object', ['-- constructor: Top'], undefined, 'line 3: unknown key "constructor"'],
    [
      'a line that is no field',
      ['-- how many songs'],
      undefined,
      'line 3: the header line "-- how many songs" is not "-- key: value"',
    ],
    ['an empty value', ['-- role:'], undefined, 'line 3: "role" is empty'],
    [
      'a key given twice',
      ['-- role: viewer', '-- role: viewer'],
      undefined,
      'line 4: "role" is given twice, first in line 3',
    ],
    [
      'a param given twice',
      ['-- param a: flag = no, b', '-- param a: flag = no, b'],
      'select :a',
      'line 4: "param a" is given twice',
    ],
    ['a name where none belongs', ['-- role x: viewer'], undefined, 'line 3: "role" takes no name'],
    ['a param without a name', ['-- param: flag = no, b'], undefined, 'line 3: "param" needs a name'],
    ['an unknown role', ['-- role: boss'], undefined, 'line 3: role is "boss"'],
    ['an unknown window', ['-- window: maybe'], undefined, 'line 3: window is "maybe"'],
    ['an unknown chart', ['-- chart: donut x=a y=b'], undefined, 'line 3: chart is "donut x=a y=b"'],
    ['a chart of seven series', ['-- chart: line x=a y=b,c,d,e,f,g,h'], undefined, 'line 3: chart is "line x=a y=b,c,'],
    ['a finding of no kind', ['-- finding: plays'], undefined, 'line 3: finding is "plays"'],
    [
      'a finding against another time',
      ['-- finding: figures plays of the last row against a year before'],
      undefined,
      'line 3: finding is "figures plays of the last row against a year before"',
    ],
    [
      'a finding for a parameter that there is not',
      ['-- finding: leader song by plays when by=plays'],
      undefined,
      'line 3: finding names "by", which is no parameter here',
    ],
    ['a phrase of no parameter', ['-- phrase by: by {by}'], undefined, 'line 3: phrase names "by"'],
    ['a comparison without its rows', ['-- compare: plays'], undefined, 'line 3: compare is "plays"'],
    ['an unknown format', ['-- column a: Amount, money'], undefined, 'line 3: column a is "Amount, money"'],
    ['a column without a name', ['-- column: Amount'], undefined, 'line 3: "column" needs a name'],
    [
      'a title that two columns have',
      ['-- column a: Matched', '-- column b: Matched, percent'],
      undefined,
      'line 4: two columns have the title "Matched"',
    ],
    [
      'a zone that does not exist',
      ['-- param tz: zone = Mars/Base, a'],
      'select :tz(a)',
      'the default "Mars/Base" is not a time zone',
    ],
    [
      'two zones',
      ['-- param a: zone = UTC, a', '-- param b: zone = UTC, b'],
      "select :a(x) * interval '1 minute' + :b(x) * interval '1 minute'",
      'it has two zones',
    ],
    [
      'a zone without a column',
      ['-- param tz: zone = UTC, a'],
      'select :tz(a),\n:tz',
      'line 6: :tz is a zone and has no column in brackets',
    ],
    [
      'two zones',
      ['-- param tz: zone = UTC, a', '-- param to_tz: zone = UTC, b'],
      'select :tz(a), :to_tz(a)',
      'line 1: it has two zones',
    ],
    [
      'a coverage of no flag',
      ['-- coverage: when matched'],
      undefined,
      'line 3: coverage names "matched", which is no flag here',
    ],
    ['an unknown coverage', ['-- coverage: often'], undefined, 'line 3: coverage is "often"'],
    [
      'an example of another query',
      ['-- example: top-songsters'],
      undefined,
      'line 3: the example does not begin with "top-songs"',
    ],
    ['an unknown type', ['-- param a: number = 1, b'], 'select :a', 'line 3: param a: unknown type "number"'],
    [
      'a type of every object',
      ['-- param a: constructor = 1, b'],
      'select :a',
      'line 3: param a: unknown type "constructor"',
    ],
    [
      'a param without bounds',
      ['-- param a: integer = 1, b'],
      'select :a',
      'line 3: param a: "integer = 1, b" is not of the form of integer',
    ],
    ['a param without description', ['-- param a: flag = no'], 'select :a', 'is not of the form of flag'],
    [
      'a default below its bounds',
      ['-- param a: integer = 0, 1..9, b'],
      'select :a',
      'line 3: param a: the default 0 is not within 1..9',
    ],
    [
      'a default above its bounds',
      ['-- param a: integer = 10, 1..9, b'],
      'select :a',
      'the default 10 is not within 1..9',
    ],
    [
      'bounds beyond whole numbers',
      ['-- param a: integer = 1, 1..99999999999999999, b'],
      'select :a',
      'a number is beyond 2^53',
    ],
    [
      'a default that is no choice',
      ['-- param a: choice(x, y) = z, b'],
      'select :a',
      'the default "z" is not one of the choices',
    ],
    ['a choice in capitals', ['-- param a: choice(X, y) = y, b'], 'select :a', 'the choice "X" is not lower case'],
    ['a flag that is neither', ['-- param a: flag = maybe, b'], 'select :a', 'is not of the form of flag'],
    [
      'a day that does not exist',
      ['-- param a: date = 2018-02-30, b'],
      'select :a',
      'the default "2018-02-30" is not a day',
    ],
    ['a text longer than allowed', ['-- param a: text = hello, max 3, b'], 'select :a', 'the default is longer than 3'],
    ['a param in capitals', ['-- param A: flag = no, b'], 'select :A', 'line 3: param A: the name is not lower case'],
    [
      'a param with a reserved name',
      ['-- param last: flag = no, b'],
      'select :last',
      'line 3: param last: the name is reserved',
    ],
    ['a parameter that is not declared', [], 'select 1 as x\n\nwhere :a = 1', 'line 6: :a is not declared'],
    ['a window that is not declared', [], 'select :from', 'line 4: :from is not declared'],
    [
      'a parameter that is not used',
      ['-- param a: flag = no, b'],
      "select ':a' -- :a",
      'line 3: :a is declared and not used',
    ],
    ['a window of which half is used', ['-- window: yes'], 'select :from', 'line 3: :to is declared and not used'],
    ['no statement', [], '-- nothing', 'line 5: there is no statement'],
    ['two statements', [], 'select 1;\nselect 2', 'line 5: a second statement begins here'],
    ['a statement that is no question', [], 'delete from users', 'line 4: the statement is not a SELECT'],
    ['a string without an end', [], "select 1,\n'a", 'line 5: the string that begins here has no end'],
  ])('is refused for %s, naming file, line and reason', (_fault, lines, body, message) => {
    const refused = refusal(() => parseQuery(query(lines, body)))
    expect(refused).toContain(message)
    expect(refused).toMatch(/^sql\/analytics\/top-songs\.sql, line \d+: .+\.$/)
  })

  it('is refused without title or description, or under a name in capitals', () => {
    expect(refusal(() => parseQuery({ path, text: '-- description: a\n\nselect 1' }))).toContain(
      'the header has no "title"',
    )
    expect(refusal(() => parseQuery({ path, text: '-- title: a\n\nselect 1' }))).toContain(
      'the header has no "description"',
    )
    expect(refusal(() => parseQuery({ path, text: 'select 1' }))).toContain('line 1: the header has no "title"')
    expect(refusal(() => parseQuery({ ...query([]), path: 'analytics/Top_Songs.sql' }))).toContain(
      'the file name is not',
    )
  })

  it('depends on the catalogue always, never, or by its flag', () => {
    const flag = '-- param matched: flag = no, a'
    const by = (lines: readonly string[], args: Readonly<Record<string, unknown>>): boolean =>
      dependsOnCatalogue(parseQuery(query([...lines, flag], 'select :matched')), args)
    expect([by([], { matched: true }), by(['-- coverage: yes'], {}), by(['-- coverage: no'], {})]).toEqual([
      false,
      true,
      false,
    ])
    const when = ['-- coverage: when matched']
    expect([true, 'yes', false, 'no', undefined].map((matched) => by(when, { matched }))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })
})

describe('a check file', () => {
  const file = (text: string): { path: string; text: string } => ({ path: 'checks/users-are-unique.sql', text })

  it('has a title, a severity and one SELECT', () => {
    const text = '-- title: No user twice\n-- severity: warn\n\nwith a as (select 1 as x) select x from a;\n'
    expect(parseCheck(file(text))).toEqual({
      kind: 'check',
      name: 'users-are-unique',
      columns: {},
      title: 'No user twice',
      finding: 'No user twice',
      severity: 'warn',
      rows: null,
      waiver: null,
      key: null,
      watch: null,
      sql: 'with a as (select 1 as x) select x from a',
    })
  })

  it.each([
    ['-- owner: U0ANNA\n-- channel: #data-eng', { owner: 'U0ANNA', channel: '#data-eng' }],
    ['-- channel: C0MUSIC00', { owner: null, channel: 'C0MUSIC00' }],
    ['-- owner: U0ANNA', { owner: 'U0ANNA', channel: null }],
    ['-- owner: W0ANNA', { owner: 'W0ANNA', channel: null }],
  ])('that warns is watched with %j', (header, watch) => {
    expect(parseCheck(file(`-- title: a\n-- severity: warn\n${header}\n\nselect 1`)).watch).toEqual(watch)
  })

  it.each([
    ['-- title: a\n\nselect 1', 'the header has no "severity"'],
    ['-- title: a\n-- severity: warn\n-- key: song\n\nselect 1', 'line 3: key is "song"'],
    ['-- title: a\n-- severity: fatal\n\nselect 1', 'line 2: severity is "fatal"'],
    ['-- title: a\n-- severity: warn\n\nselect :n', 'line 4: :n is a parameter, and only a query has parameters'],
    ['-- title: a\n-- severity: warn\n-- role: admin\n\nselect 1', 'line 3: unknown key "role"'],
    ['-- title: a\n-- severity: error\n-- owner: U0ANNA\n\nselect 1', 'line 3: "owner" is for checks that warn'],
    ['-- title: a\n-- severity: warn\n-- owner: anna\n\nselect 1', 'line 3: owner is "anna"'],
    ['-- title: a\n-- severity: warn\n-- owner: S0TEAM\n\nselect 1', 'line 3: a group has no direct messages'],
    ['-- title: a\n-- severity: warn\n-- channel: music\n\nselect 1', 'line 3: channel is "music"'],
  ])('is refused as %j', (text, message) => {
    expect(refusal(() => parseCheck(file(text)))).toContain(message)
  })
})

describe('a transform file', () => {
  const file = (text: string): { path: string; text: string } => ({ path: 'etl/10-users.sql', text })

  it('empties a table and fills it', () => {
    expect(
      parseTransform(file('-- description: a\n\n-- why\ndelete from users;\ninsert into users (a) select 1;\n')),
    ).toEqual({
      kind: 'transform',
      name: '10-users',
      table: 'users',
      statements: ['delete from users', 'insert into users (a) select 1'],
    })
  })

  it.each([
    'insert into users (a) select 1',
    'delete from users',
    'delete from users; insert into songs (a) select 1',
    'delete from users; insert into users (a) select 1; select 1',
    'delete from users where a = 1; insert into users (a) select 1',
    'truncate users; insert into users (a) select 1',
  ])('is refused as %j', (text) => {
    expect(refusal(() => parseTransform(file(`-- description: a\n\n${text}`)))).toContain(
      'a transform is two statements on one table',
    )
  })
})

describe('a schema file', () => {
  it('tells the tables that it creates, in order', () => {
    const text = 'create table if not exists b (x integer);\n-- ;\ncreate table if not exists a (x integer);'
    expect(parseSchema({ path: 'schema/star.sql', text })).toEqual({
      tables: ['b', 'a'],
      statements: ['create table if not exists b (x integer)', 'create table if not exists a (x integer)'],
    })
  })

  it('holds nothing else', () => {
    const text = 'create table if not exists b (x integer);\ncreate table a (x integer)'
    expect(refusal(() => parseSchema({ path: 'schema/star.sql', text }))).toContain(
      'sql/schema/star.sql, line 2: not a',
    )
  })
})
