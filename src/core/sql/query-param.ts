import { z } from 'zod'
import { badSqlFile, type HeaderField } from './header.ts'
import { zoneName } from './zone.ts'

interface Named {
  readonly name: string
  /** One line for help. */
  readonly description: string
}

/** A parameter of a query, as its header declares it. Dates are `YYYY-MM-DD`, zones as IANA names them. */
export type QueryParam =
  | (Named & { readonly kind: 'integer'; readonly min: number; readonly max: number; readonly default: number })
  | (Named & { readonly kind: 'choice'; readonly values: readonly [string, ...string[]]; readonly default: string })
  | (Named & { readonly kind: 'flag'; readonly default: boolean })
  | (Named & { readonly kind: 'date'; readonly default: string })
  | (Named & { readonly kind: 'text'; readonly default: string; readonly maxLength: number })
  | (Named & { readonly kind: 'zone'; readonly default: string })

const forms = {
  integer: 'integer = 10, 1..1000, how many songs',
  choice: 'choice(any, free, paid) = any, the level at the time of the play',
  flag: 'flag = no, only plays that match the catalogue',
  date: 'date = 2018-11-30, the day to show',
  text: 'text = Portland, max 60, the place',
  zone: 'zone = UTC, whose days are counted',
} as const satisfies Record<QueryParam['kind'], string>

// What every timed query has, and what its window binds.
const reserved = ['since', 'until', 'last', 'compare', 'from', 'to']

/**
 * Reads a `-- param name: type = default[, bounds], description` line.
 * Throws `bad_sql_file` where the form, the name, or a default outside its own bounds is wrong.
 */
export function parseParam(path: string, field: HeaderField): QueryParam {
  const name = field.argument ?? ''
  const wrong = (reason: string, remedy: string): Error =>
    badSqlFile(path, field.line, `param ${name}: ${reason}`, remedy)
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw wrong('the name is not lower case letters, digits and _', 'Rename it.')
  if (reserved.includes(name)) {
    throw wrong(
      'the name is reserved',
      `"-- window: yes" gives a query since, until, last and compare, and binds :from and :to.`,
    )
  }
  const type = /^[a-z]+/.exec(field.value)?.[0] ?? ''
  const form = Object.entries(forms).find(([kind]) => kind === type)?.[1]
  if (form === undefined) throw wrong(`unknown type "${type}"`, `Types are ${Object.keys(forms).join(', ')}.`)
  const param = parseKind(name, field.value)
  if (param === null)
    throw wrong(`"${field.value}" is not of the form of ${type}`, `Write it like "-- param ${name}: ${form}".`)
  const fault = faultOfDefault(param)
  if (fault !== null) throw wrong(fault, 'Correct the default or the bounds.')
  return param
}

function parseKind(name: string, value: string): QueryParam | null {
  const [, type = '', list = '', fallback = '', bounds = '', description = ''] =
    /^([a-z]+)(?:\(([^)]*)\))?\s*=\s*([^,]*?)\s*,\s*(?:(-?\d+\.\.-?\d+|max \d+)\s*,\s*)?(.+)$/.exec(value) ?? []
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(bounds)
  const length = /^max (\d+)$/.exec(bounds)
  const [first, ...others] = list === '' ? [] : list.split(',').map((word) => word.trim())
  const plain = bounds === '' && list === ''
  switch (type) {
    case 'integer':
      if (range === null || list !== '' || !/^-?\d+$/.test(fallback)) return null
      return { kind: type, name, description, min: Number(range[1]), max: Number(range[2]), default: Number(fallback) }
    case 'choice':
      if (first === undefined || bounds !== '') return null
      return { kind: type, name, description, values: [first, ...others], default: fallback }
    case 'flag':
      return plain && (fallback === 'yes' || fallback === 'no')
        ? { kind: type, name, description, default: fallback === 'yes' }
        : null
    case 'date':
    case 'zone':
      return plain ? { kind: type, name, description, default: fallback } : null
    case 'text':
      return length !== null && list === ''
        ? { kind: type, name, description, default: fallback, maxLength: Number(length[1]) }
        : null
    default:
      return null
  }
}

function faultOfDefault(param: QueryParam): string | null {
  switch (param.kind) {
    case 'integer':
      if (![param.min, param.max, param.default].every(Number.isSafeInteger)) return 'a number is beyond 2^53'
      return param.default < param.min || param.default > param.max
        ? `the default ${param.default} is not within ${param.min}..${param.max}`
        : null
    case 'choice': {
      const wrong = param.values.find((value) => !/^[a-z0-9][a-z0-9-]*$/.test(value))
      if (wrong !== undefined) return `the choice "${wrong}" is not lower case letters, digits and -`
      return param.values.includes(param.default) ? null : `the default "${param.default}" is not one of the choices`
    }
    case 'date':
      return z.iso.date().safeParse(param.default).success
        ? null
        : `the default "${param.default}" is not a day like 2018-11-30`
    case 'text':
      return param.default.length > param.maxLength ? `the default is longer than ${param.maxLength}` : null
    case 'zone':
      return zoneName(param.default) === param.default ? null : `the default "${param.default}" is not a time zone`
    case 'flag':
      return null
  }
}
