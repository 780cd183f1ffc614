import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonItems } from '../support/aws/sql/json-objects.ts'
import { parseJsonPaths, valueAt } from '../support/aws/sql/jsonpaths.ts'

describe('objects of a file', () => {
  it('are found whatever white space is between and inside them, at their last line', () => {
    const objects = fc.array(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { maxKeys: 4 }), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(objects, fc.constantFrom('', ' ', '\n', '\r\n\n\t'), fc.constantFrom(0, 2), (values, gap, indent) => {
        const text = values.map((value) => JSON.stringify(value, null, indent)).join(gap)
        const items = [...jsonItems(text)]
        expect(items.map((item) => item.kind)).toEqual(values.map(() => 'object'))
        const names = items.map((item) => (item.kind === 'object' ? [...item.fields.keys()] : []))
        expect(names).toEqual(values.map((value) => Object.keys(value)))
        if (values.length > 0) expect(items.at(-1)?.lastLine).toBe(text.split('\n').length)
      }),
    )
  })

  it('keep numbers as they were written, and strings unescaped', () => {
    const [item] = jsonItems(
      '{"wide": 9007199254740993, "float": 1540919166796.0, "text": "a\\n\\u00e9", "gone": null}',
    )
    expect(item?.kind === 'object' && [...item.fields.values()]).toEqual([
      { kind: 'number', text: '9007199254740993' },
      { kind: 'number', text: '1540919166796.0' },
      { kind: 'string', text: 'a\né' },
      { kind: 'null' },
    ])
  })

  it('that are none cost their line only', () => {
    const kinds = [...jsonItems('{"a": 1\n{"b": 2}\nnonsense\n[1]\n{"c": 3}')].map((item) => [item.kind, item.lastLine])
    expect(kinds).toEqual([
      ['invalid', 1],
      ['object', 2],
      ['invalid', 3],
      ['invalid', 4],
      ['object', 5],
    ])
  })
})

describe('JSONPaths', () => {
  const [item] = jsonItems(`{"a": {"b": [10, {"c": "deep"}]}, "it's": 1}`)
  const fields = item?.kind === 'object' ? item.fields : new Map()

  it.each([
    ["$['a']['b'][0]", { kind: 'number', text: '10' }],
    ['$.a.b[1].c', { kind: 'string', text: 'deep' }],
    ['$["it\'s"]', { kind: 'number', text: '1' }],
    ['$.a.x.y', { kind: 'null' }],
  ])('%s', (path, expected) => {
    const [parsed] = parseJsonPaths(JSON.stringify({ jsonpaths: [path] })) ?? []
    expect(valueAt(fields, parsed ?? [])).toEqual(expected)
  })

  it('refuse wildcards', () => {
    expect(() => parseJsonPaths('{"jsonpaths": ["$.a[*]"]}')).toThrow('Invalid JSONPath format')
  })
})
