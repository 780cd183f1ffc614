import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitStatements } from '../../../src/core/sql/lexer.ts'
import { always, plainFragment, quotedFragment } from './any-sql.ts'

const texts = (sql: string): readonly string[] => splitStatements(sql).map((statement) => statement.text)

describe('splitStatements', () => {
  it('gives as many statements as were joined, each as it was, whatever is quoted or commented in them', () => {
    const statement = fc
      .array(fc.oneof(plainFragment, quotedFragment), { maxLength: 8 })
      .map((fragments) => `select ${fragments.join(' ')} end`)
    const gap = fc.constantFrom('', '\n', ' -- ; between\n', '/* ; */', ';', ' ; ;\n')
    always(fc.array(fc.tuple(statement, gap)), (parts) => {
      expect(texts(parts.map(([text, after]) => `${text};${after}`).join(''))).toEqual(parts.map(([text]) => text))
    })
  })

  it('leaves out comments around a statement and keeps those within', () => {
    expect(texts('-- a\nselect 1 -- b\n as x; -- c\n/* d */ select 2 -- e\n')).toEqual([
      'select 1 -- b\n as x',
      'select 2',
    ])
  })

  it('finds no statement in nothing, comments and semicolons', () => {
    expect(texts(' -- a\n;; /* ; */ ')).toEqual([])
  })

  it('takes a statement that begins with a quoted name', () => {
    expect(texts(`"a;b" = 1; 'c'`)).toEqual([`"a;b" = 1`, `'c'`])
  })

  it('tells the line that each begins in', () => {
    expect(splitStatements('-- a\n\nselect\n 1;\n\n  select 2').map(({ line }) => line)).toEqual([3, 6])
  })
})
