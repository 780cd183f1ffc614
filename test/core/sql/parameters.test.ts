import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bind, placeholders } from '../../../src/core/sql/parameters.ts'
import { always, plainFragment, quotedFragment } from './any-sql.ts'

const names = (sql: string): readonly string[] => placeholders(sql).map((placeholder) => placeholder.name)
const postgres = (_name: string, index: number): string => `$${index}`

describe('placeholders', () => {
  it('finds exactly the names that stand outside of strings, names and comments', () => {
    const name = fc.constantFrom('from', 'to', 'n', 'level_2')
    const fragment = fc.oneof(
      plainFragment.map((text) => ({ text, name: null })),
      quotedFragment.map((text) => ({ text, name: null })),
      name.map((used) => ({ text: `:${used}`, name: used })),
    )
    always(fc.array(fragment), (fragments) => {
      const sql = fragments.map(({ text }) => text).join(' ')
      expect(names(sql)).toEqual(fragments.flatMap((used) => (used.name === null ? [] : [used.name])))
      for (const { name: found, start, end } of placeholders(sql)) expect(sql.slice(start, end)).toBe(`:${found}`)
    })
  })

  it.each(['a::integer', 'a[1:n]', 'a[b:n]', 'a := 1', "':n'", '-- :n', '/* :n */', '":n"', '$$:n$$', ': n', ':1'])(
    'finds none in %s',
    (sql) => {
      expect(names(sql)).toEqual([])
    },
  )

  it('finds those beside signs', () => {
    expect(names('(:a,:b)=:c+:d -:e\n:f')).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })
})

describe('bind', () => {
  it('writes what each engine takes, a name used twice once in the list', () => {
    const sql = "select :b, ':b', :a, :b"
    const values = { a: 'x', b: 'y' }
    expect(bind(sql, values, (name) => `$${name}`)).toEqual({
      sql: "select $b, ':b', $a, $b",
      names: ['b', 'a'],
      values: ['y', 'x'],
    })
    expect(bind(sql, values, (name) => `:${name}`).sql).toBe(sql)
    expect(bind(sql, values, postgres).sql).toBe("select $1, ':b', $2, $1")
  })

  it('leaves a text alone when its own placeholders are written back', () => {
    const sql = fc.array(fc.oneof(plainFragment, quotedFragment, fc.constant(':a')))
    always(sql, (fragments) => {
      const text = fragments.join(' ')
      expect(bind(text, { a: 'x' }, (name) => `:${name}`).sql).toBe(text)
    })
  })

  it('writes whole numbers as digits and binds every text, also one of digits', () => {
    expect(bind('limit :n, :m', { n: 20, m: '20' }, postgres)).toEqual({
      sql: 'limit 20, $1',
      names: ['m'],
      values: ['20'],
    })
    expect(bind('5 -:n', { n: -3 }, postgres).sql).toBe('5 -(-3)')
  })

  it('never puts a text into the SQL', () => {
    always(fc.string(), (text) => {
      expect(bind('select :a', { a: text }, postgres)).toEqual({ sql: 'select $1', names: ['a'], values: [text] })
    })
  })

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('crashes on %s, which is no whole number', (n) => {
    expect(() => bind('limit :n', { n }, postgres)).toThrow('not a whole number')
  })

  it('crashes on a value that is missing, also where every object has a property of that name', () => {
    expect(() => bind('select :a', {}, postgres)).toThrow(':a')
    expect(() => bind('select :constructor', {}, postgres)).toThrow(':constructor')
  })
})
