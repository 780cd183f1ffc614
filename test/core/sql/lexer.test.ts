import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lexSql, lineAt } from '../../../src/core/sql/lexer.ts'
import { always, plainFragment, quotedFragment } from './any-sql.ts'

const kinds = (sql: string): readonly string[] => lexSql(sql).map((piece) => `${piece.kind} ${piece.text}`)

describe('lexSql', () => {
  it('gives pieces that joined are the text, whatever the text', () => {
    const text = fc.string({
      unit: fc.constantFrom("'", '"', '$', 'a', 'e', '-', '/', '*', '\\', '\n', ';', ':', ' ', 'ä', '🎵'),
    })
    always(text, (sql) => {
      const pieces = lexSql(sql)
      expect(pieces.map((piece) => piece.text).join('')).toBe(sql)
      for (const piece of pieces) expect(sql.slice(piece.start, piece.start + piece.text.length)).toBe(piece.text)
    })
  })

  it('sees each quoted fragment as one piece between words', () => {
    always(fc.array(fc.tuple(plainFragment, quotedFragment)), (fragments) => {
      const sql = fragments.map(([plain, quoted]) => `${plain} ${quoted} `).join('')
      const quoted = lexSql(sql).filter((piece) => piece.kind !== 'code')
      expect(
        quoted.map(({ text, kind }) => (text.startsWith('--') && kind === 'comment' ? `${text}\n` : text)),
      ).toEqual(fragments.map(([, text]) => text))
      expect(quoted.every((piece) => piece.closed)).toBe(true)
    })
  })

  it('takes a doubled quote for part of the string or the name', () => {
    expect(kinds(`'it''s' "a""b"`)).toEqual([`string 'it''s'`, 'code  ', `identifier "a""b"`])
  })

  it('takes a backslash for an escape after e only', () => {
    expect(kinds(`e'\\'' x`)).toEqual(['code e', `string '\\''`, 'code  x'])
    expect(kinds(`'\\' x`)).toEqual([`string '\\'`, 'code  x'])
    expect(kinds(`note'\\' x`)).toEqual(['code note', `string '\\'`, 'code  x'])
  })

  it('nests block comments', () => {
    expect(kinds('/* a /* b */ c */ d')).toEqual(['comment /* a /* b */ c */', 'code  d'])
  })

  it('takes $1 and a dollar within a word for no quote', () => {
    expect(kinds('$1 a$b$c')).toEqual(['code $1 a$b$c'])
  })

  it.each(["'a", '"a', '/* a', '$x$ a $y$', '/* /* */'])('says that %s has no end', (sql) => {
    expect(lexSql(sql).at(-1)?.closed).toBe(false)
  })
})

describe('lineAt', () => {
  it('counts lines from 1', () => {
    expect([0, 1, 2, 3].map((offset) => lineAt('a\nb\n', offset))).toEqual([1, 1, 2, 2])
  })
})
