import { z } from 'zod'
import { cleanLine, plural } from '../format.ts'
import type { FieldSeen } from '../ports/engine.ts'
import { fieldLine, type SourceField } from '../sql/source-fields.ts'
import { type RowPlace, rowPlaceWords } from '../unreadable.ts'

/*
 * What the source files hold that their contract (`sql/source.txt`) does not have, or the other way round.
 */

/** A difference in one field: what it is, where it is seen first, and the line of the contract that takes it for right. */
export const driftSchema = z.object({ what: z.string(), first: z.string(), line: z.string() })
export type Drift = z.infer<typeof driftSchema>

/** How the fields of some records of a dataset differ from the contract: new ones, missing ones, values of another kind. */
export function driftOf(
  dataset: SourceField['dataset'],
  contract: readonly SourceField[],
  seen: readonly FieldSeen[],
): readonly Drift[] {
  const first = seen.flatMap(({ places }) => places)[0]?.place
  if (first === undefined) return []
  const own = contract.filter((field) => field.dataset === dataset)
  const named = (name: string) => (one: { readonly name: string }) => one.name.toLowerCase() === name.toLowerCase()
  const fresh = seen
    .filter(({ name }) => !own.some(named(name)))
    .map(({ name, places }) => {
      const kinds = kindsIn(places)
      const field: SourceField = {
        dataset,
        name: cleanLine(name),
        kinds: kinds.length === 0 ? ['text'] : kinds,
        presence: 'watched',
      }
      return drift(
        `new field ${field.name} (${kinds.length === 0 ? 'null' : kinds.join(', ')})`,
        places[0]?.place ?? first,
        field,
      )
    })
  const known = own.flatMap((field) => {
    const found = seen.find(named(field.name))
    const absent = found === undefined ? first : found.absent
    const isMissing = field.presence === 'required' && absent !== null
    const other = found?.places.find(({ kind }) => kind !== 'null' && !field.kinds.includes(kind))
    const kinds = [...new Set([...field.kinds, ...kindsIn(found?.places ?? [])])]
    return [
      ...(isMissing ? [drift(`field ${field.name} is missing`, absent, { ...field, presence: 'optional' })] : []),
      ...(other === undefined
        ? []
        : [
            drift(`field ${field.name} is ${other.kind}, not ${field.kinds.join(' or ')}`, other.place, {
              ...field,
              kinds,
            }),
          ]),
    ]
  })
  return [...fresh, ...known]
}

function kindsIn(places: FieldSeen['places']): SourceField['kinds'] {
  return places.flatMap(({ kind }) => (kind === 'null' ? [] : [kind]))
}

function drift(what: string, place: RowPlace, field: SourceField): Drift {
  return { what, first: rowPlaceWords(place), line: fieldLine(field) }
}

const shown = 10

/** Differences in the source as a reader sees them, each with the line that takes it for right. */
export function driftWords(drifts: readonly Drift[]): string {
  const lines = drifts.slice(0, shown).map(({ what, first, line }) => `${what}, first in ${first}: ${line}`)
  const more = drifts.length - lines.length
  const head = `The source differs from sql/source.txt in ${plural(drifts.length, 'field')}. Each is listed with the line that accepts it:`
  return [head, ...lines, ...(more > 0 ? [`and ${plural(more, 'more field')}`] : [])].join('\n')
}
