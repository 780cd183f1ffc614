import { describe, expect, it } from 'vitest'
import type { FieldSeen } from '../../../src/core/ports/engine.ts'
import type { SourceField } from '../../../src/core/sql/source-fields.ts'
import { type Drift, driftOf, driftWords } from '../../../src/core/warehouse/drift.ts'

const at = (line: number) => ({ kind: 'record', file: 'a.json', line, record: 1 }) as const
const field = (name: string, said: Partial<SourceField> = {}): SourceField => ({
  dataset: 'log',
  name,
  kinds: ['text'],
  presence: 'required',
  ...said,
})
const seen = (name: string, said: Partial<FieldSeen> = {}): FieldSeen => ({
  name,
  places: [{ kind: 'text', place: at(1) }],
  absent: null,
  ...said,
})

describe('how the source differs from its contract', () => {
  it.each<[string, readonly SourceField[], readonly FieldSeen[], readonly Drift[]]>([
    ['of no records it does not', [field('page')], [], []],
    ['in another spelling it does not', [field('page')], [seen('PAGE')], []],
    [
      'has a new field whose name has a line end',
      [],
      [seen('de\nvice')],
      [{ what: 'new field de vice (text)', first: 'a.json, line 1', line: 'log de vice text watched' }],
    ],
    [
      'of the other dataset counts nothing',
      [field('page', { dataset: 'song' })],
      [seen('page')],
      [{ what: 'new field page (text)', first: 'a.json, line 1', line: 'log page text watched' }],
    ],
    [
      'has a new field that is null wherever it is',
      [],
      [seen('device', { places: [{ kind: 'null', place: at(4) }] })],
      [{ what: 'new field device (null)', first: 'a.json, line 4', line: 'log device text watched' }],
    ],
    [
      'has a new field of two kinds and null, from its first line',
      [],
      [
        seen('device', {
          places: [
            { kind: 'number', place: at(2) },
            { kind: 'null', place: at(3) },
            { kind: 'text', place: at(5) },
          ],
        }),
      ],
      [
        {
          what: 'new field device (number, text)',
          first: 'a.json, line 2',
          line: 'log device number|text watched',
        },
      ],
    ],
    [
      'lacks a required field in one record',
      [field('page')],
      [seen('page', { absent: at(7) })],
      [{ what: 'field page is missing', first: 'a.json, line 7', line: 'log page text optional' }],
    ],
    [
      'lacks a required field in all of them',
      [field('page')],
      [seen('other', { places: [{ kind: 'text', place: at(9) }] })],
      [
        { what: 'new field other (text)', first: 'a.json, line 9', line: 'log other text watched' },
        { what: 'field page is missing', first: 'a.json, line 9', line: 'log page text optional' },
      ],
    ],
    [
      'lacks what may be missing, or is watched',
      [field('page', { presence: 'optional' }), field('auth', { presence: 'watched' })],
      [seen('page', { absent: at(7) })],
      [],
    ],
    [
      'is null where its field may be anything',
      [field('page')],
      [seen('page', { places: [{ kind: 'null', place: at(2) }] })],
      [],
    ],
    [
      'lacks a field and has it as another kind, both of which one line accepts each',
      [field('ts', { kinds: ['number'] })],
      [seen('ts', { places: [{ kind: 'text', place: at(3) }], absent: at(4) })],
      [
        { what: 'field ts is missing', first: 'a.json, line 4', line: 'log ts number optional' },
        { what: 'field ts is text, not number', first: 'a.json, line 3', line: 'log ts number|text required' },
      ],
    ],
  ])('%s', (_, contract, fields, drifts) => {
    expect(driftOf('log', contract, fields)).toEqual(drifts)
  })
})

describe('differences as they are read', () => {
  const drifts = (n: number): readonly Drift[] =>
    Array.from({ length: n }, (_, each) => ({ what: `what ${each}`, first: `file ${each}`, line: `line ${each}` }))

  it('are ten at most, with how many more there are', () => {
    expect(driftWords(drifts(1)).split('\n')).toEqual([
      'The source differs from sql/source.txt in 1 field. Each is listed with the line that accepts it:',
      'what 0, first in file 0: line 0',
    ])
    expect(driftWords(drifts(10)).split('\n').at(-1)).toBe('what 9, first in file 9: line 9')
    expect(driftWords(drifts(11)).split('\n').slice(-2)).toEqual([
      'what 9, first in file 9: line 9',
      'and 1 more field',
    ])
    expect(driftWords(drifts(13)).split('\n').at(-1)).toBe('and 3 more fields')
  })
})
