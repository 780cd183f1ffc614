import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formOf, readForm } from '../../../src/core/command/form.ts'
import { realCatalog } from '../../support/catalog.ts'

const catalog = await realCatalog()
const command = catalog.find('top-songs')
if (command === undefined) throw new Error('there is no top-songs')

describe('a form', () => {
  it('has a field for each argument, with what the line says already', () => {
    const { fields } = formOf('top songs 20 level=paid', catalog)
    expect(fields.map(({ name, kind, value, fallback }) => [name, kind, value, fallback])).toEqual([
      ['n', 'text', '20', '10'],
      ['level', 'choice', 'paid', 'any'],
      ['by', 'choice', undefined, 'plays'],
      ['matched', 'choice', undefined, 'no'],
      ['last', 'text', undefined, undefined],
      ['since', 'text', undefined, undefined],
      ['until', 'text', undefined, undefined],
    ])
    expect(fields[1]?.values).toEqual(['any', 'free', 'paid'])
    expect(formOf('share 12', catalog).fields.map(({ kind }) => kind)).toEqual(['text', 'channel'])
  })

  it('is for lines that can be said', () => {
    expect(() => formOf('tpo songs', catalog)).toThrow('I do not know')
    expect(() => formOf('top songs colour=red', catalog)).toThrow('no parameter')
  })

  it('becomes the line that says it, defaults left out', () => {
    const filled = readForm(command, { n: ' 20 ', level: 'any', by: 'listeners', last: '7d', since: '', colour: 'red' })
    expect(filled).toEqual({ kind: 'line', line: 'top-songs n=20 by=listeners last=7d' })
  })

  it('says at each field what it takes', () => {
    expect(readForm(command, { n: 'many', last: 'soon', level: 'paid' })).toEqual({
      kind: 'faults',
      faults: {
        n: 'This takes a whole number from 1 to 1,000.',
        last: 'This takes a length of time like 24h, 7d or 4w.',
      },
    })
  })

  it('never becomes a line that means something else, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (typed) => {
        const share = catalog.find('runs')
        if (share === undefined) throw new Error('there is no runs')
        const filled = readForm(share, { who: typed })
        if (filled.kind === 'faults' || typed.trim() === '') return
        expect(catalog.read(filled.line).command.name).toBe('runs')
        expect(formOf(filled.line, catalog).fields.find(({ name }) => name === 'who')?.value).toBeDefined()
      }),
    )
  })
})
