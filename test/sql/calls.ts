import type { QueryFile } from '../../src/core/sql/files.ts'
import type { QueryParam } from '../../src/core/sql/query-param.ts'
import type { QueryArgs } from '../../src/core/sql/query-statement.ts'

type IntegerParam = QueryParam & { readonly kind: 'integer' }

/** Every combination of a query's choices, flags and three zones, and of `integers` where it takes a number, with each of `starts`. */
export function callsOf(
  { params }: QueryFile,
  integers: (param: IntegerParam) => readonly number[],
  starts: readonly QueryArgs[] = [{}],
): readonly QueryArgs[] {
  return params.reduce(
    (calls, param) =>
      calls.flatMap((call) => valuesOf(param, integers).map((value) => ({ ...call, [param.name]: value }))),
    starts,
  )
}

function valuesOf(
  param: QueryParam,
  integers: (param: IntegerParam) => readonly number[],
): readonly (string | number)[] {
  switch (param.kind) {
    case 'integer':
      return integers(param)
    case 'choice':
      return param.values
    case 'flag':
      return ['yes', 'no']
    case 'zone':
      return ['UTC', 'America/Los_Angeles', 'Asia/Kolkata']
    case 'date':
    case 'text':
      return [param.default]
  }
}
