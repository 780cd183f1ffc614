import type { Field } from '@aws-sdk/client-redshift-data'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../src/core/reply.ts'
import { cellOf, formatOf } from '../../../src/redshift/engine/results.ts'

describe('cellOf', () => {
  it.each<[Field | undefined, string, Cell]>([
    [{ isNull: true }, 'int4', null],
    [{ longValue: 7 }, 'int8', 7],
    [{ stringValue: '9007199254740993' }, 'int8', '9007199254740993'],
    [{ stringValue: '9007199254740991' }, 'int8', 9007199254740991],
    [{ doubleValue: 1.5 }, 'float8', 1.5],
    [{ doubleValue: Number.NaN }, 'float8', 'NaN'],
    [{ booleanValue: false }, 'bool', false],
    [{ stringValue: '7.00' }, 'numeric', 7],
    [{ stringValue: '12345678901234567890' }, 'numeric', '12345678901234567890'],
    [{ stringValue: '2018-11-29' }, 'date', '2018-11-29'],
    [{ stringValue: '42' }, 'varchar', '42'],
    [{ stringValue: '' }, 'varchar', ''],
    [{ blobValue: new Uint8Array([222, 173]) }, 'varbyte', 'dead'],
    [{ stringValue: '2018-11-29 03:04:05' }, 'timestamp', '2018-11-29T03:04:05.000Z'],
    [{ stringValue: '2018-11-29 03:04:05.79' }, 'timestamp', '2018-11-29T03:04:05.790Z'],
    [{ stringValue: '2018-11-29 03:04:05.796123' }, 'timestamp', '2018-11-29T03:04:05.796123Z'],
    [{ stringValue: '2018-11-29 00:30:00+01' }, 'timestamptz', '2018-11-28T23:30:00.000Z'],
    [{ stringValue: '2018-11-29 00:30:00.5-0330' }, 'timestamptz', '2018-11-29T04:00:00.500Z'],
    [{ stringValue: 'infinity' }, 'timestamp', 'infinity'],
    [undefined, 'int4', null],
  ])('reads %j of type %s as %j', (field, type, cell) => {
    expect(cellOf(field, type)).toBe(cell)
  })

  it('keeps every moment to the microsecond', () => {
    const earliest = Date.UTC(1900, 0, 1)
    const latest = Date.UTC(2200, 0, 1)
    fc.assert(
      fc.property(fc.integer({ min: earliest, max: latest }), fc.integer({ min: 0, max: 999 }), (ms, micros) => {
        const iso = new Date(ms).toISOString()
        const written = `${iso.slice(0, 10)} ${iso.slice(11, 23)}${String(micros).padStart(3, '0')}`
        const expected = micros === 0 ? iso : iso.replace('Z', `${String(micros).padStart(3, '0')}Z`)
        return cellOf({ stringValue: written }, 'timestamp') === expected
      }),
    )
  })
})

describe('formatOf', () => {
  it('tells whole numerics from those with a point, also where the server leaves the scale out', () => {
    expect(formatOf({ typeName: 'numeric', scale: 2 }, [])).toBe('decimal')
    expect(formatOf({ typeName: 'numeric', scale: 0 }, [{ stringValue: '12' }])).toBe('integer')
    expect(formatOf({ typeName: 'numeric' }, [{ isNull: true }, { stringValue: '12.50' }])).toBe('decimal')
  })

  it('writes what it does not know as text', () => {
    expect(formatOf({ typeName: 'super' }, [])).toBe('text')
    expect(formatOf({}, [])).toBe('text')
  })
})
