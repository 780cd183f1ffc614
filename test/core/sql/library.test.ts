import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { SqlSource } from '../../../src/core/sql/files.ts'
import { buildLibrary } from '../../../src/core/sql/library.ts'

const table = (name: string): string => `create table if not exists ${name} (x integer);`
const transform = (name: string): string =>
  `-- description: a\n\ndelete from ${name}; insert into ${name} (x) select 1;`
const check = '-- title: a\n-- severity: warn\n\nselect 1'
const question = '-- title: a\n-- description: b\n\nselect 1'

const files: Readonly<Record<string, string>> = {
  'etl/20-plays.sql': transform('plays'),
  'etl/10-users.sql': transform('users'),
  'schema/star.sql': table('plays') + table('users'),
  'schema/staging.sql': table('staging_b') + table('staging_a'),
  'schema/load.sql': table('source_files'),
  'load/summary.sql': '-- description: a\n\nselect 1 as events',
  'load/foreign-texts.sql': '-- description: a\n\nselect 2 as words',
  'load/lost-plays.sql': '-- description: a\n\nselect 5 as plays',
  'source.txt': '# a comment\nlog page text|number required',
  'load/days.sql': '-- description: a\n\nselect 3 as day',
  'load/artists.sql': '-- description: a\n\nselect 4 as artist_name',
  'load/plays-of-day.sql': '-- description: a\n\nselect :from, :to',
  'checks/b.sql': check,
  'checks/a.sql': check,
  'analytics/z.sql': question,
  'analytics/y-x.sql': question,
}

function built(changes: Readonly<Record<string, string | null>> = {}): ReturnType<typeof buildLibrary> {
  const sources = Object.entries({ ...files, ...changes }).flatMap(([path, text]): SqlSource[] =>
    text === null ? [] : [{ path, text }],
  )
  return buildLibrary(sources)
}

describe('buildLibrary', () => {
  it('has everything in the order of the file names, and tables in the order of the schema', () => {
    const library = built()
    expect(library.tables).toEqual({ staging: ['staging_b', 'staging_a'], star: ['plays', 'users'] })
    expect(library.schema.load).toEqual(['create table if not exists source_files (x integer)'])
    expect(library.etl.map(({ table: name }) => name)).toEqual(['users', 'plays'])
    expect(library.summary).toBe('select 1 as events')
    expect(library.foreignTexts).toBe('select 2 as words')
    expect(library.checks.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(library.queries.map(({ name }) => name)).toEqual(['y-x', 'z'])
  })

  it.each<[string, Readonly<Record<string, string | null>>, string]>([
    ['a file that is missing', { 'schema/load.sql': null }, 'sql/schema/load.sql is missing'],
    [
      'a folder that it does not know',
      { 'reports/a.sql': question },
      'sql/reports/a.sql, line 1: this file has no place here',
    ],
    [
      'a folder in a folder',
      { 'analytics/old/a.sql': question },
      'sql/analytics/old/a.sql, line 1: this file has no place',
    ],
    [
      'a fragment that is missing',
      { 'checks/a.sql': check.replace('\n\n', '\n-- uses: days\n\n') },
      'sql/checks/a.sql, line 3: there is no fragment "days"',
    ],
    ['a file that is no SQL', { 'checks/README.md': 'a' }, 'sql/checks/README.md, line 1: this file has no place here'],
    ['a second schema', { 'schema/more.sql': table('a') }, 'sql/schema/more.sql, line 1: this file has no place here'],
    [
      'a transform of no table',
      { 'etl/30-c.sql': transform('c') },
      'sql/etl/30-c.sql, line 1: "c" is no table of the star',
    ],
    [
      'two transforms of a table',
      { 'etl/30-users.sql': transform('users') },
      '"users" is already filled by sql/etl/10-users.sql',
    ],
    ['a table that nothing fills', { 'etl/10-users.sql': null }, 'sql/schema/star.sql, line 1: nothing fills "users"'],
    [
      'a summary with a parameter',
      { 'load/summary.sql': '-- description: a\n\nselect :n' },
      'sql/load/summary.sql, line 3: :n is a parameter',
    ],
  ])('refuses %s', (_fault, changes, message) => {
    expect(() => built(changes)).toThrow(OpsError)
    expect(() => built(changes)).toThrow(message)
  })
})
