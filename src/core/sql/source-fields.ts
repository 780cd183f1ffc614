import { type ValueKind, valueKinds } from '../ports/engine.ts'
import type { SqlSource } from './files.ts'
import { badSqlFile } from './header.ts'

const presences = ['required', 'optional', 'watched'] as const

/** A field that the source files are known to have. `watched`: it is not loaded. */
export interface SourceField {
  readonly dataset: 'log' | 'song'
  readonly name: string
  readonly kinds: readonly ValueKind[]
  readonly presence: (typeof presences)[number]
}

/** A field as its line in the file, with one blank between the words. */
export function fieldLine({ dataset, name, kinds, presence }: SourceField): string {
  return [dataset, name, kinds.join('|'), presence].join(' ')
}

/** Reads the contract of the source: a field a line; `#` begins a comment. Throws `bad_sql_file` with the line that is wrong. */
export function parseSourceFields({ path, text }: SqlSource): readonly SourceField[] {
  const fields: SourceField[] = []
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const words = whole.replace(/#.*/, '').trim()
    if (words === '') continue
    const field = readField(words.split(/\s+/))
    if (field === null) {
      const remedy = `Write "log page text required": log or song, the name, ${valueKinds.join(', ')}, and ${presences.join(', ')}.`
      throw badSqlFile(path, index + 1, `"${words}" is no field`, remedy)
    }
    if (
      fields.some(({ dataset, name }) => dataset === field.dataset && name.toLowerCase() === field.name.toLowerCase())
    ) {
      throw badSqlFile(path, index + 1, `"${field.name}" of ${field.dataset} has two lines`, 'Leave one out.')
    }
    fields.push(field)
  }
  return fields
}

function readField([dataset, name, kinds = '', last, ...more]: readonly string[]): SourceField | null {
  const presence = presences.find((one) => one === last)
  const known = kinds.split('|').map((word) => valueKinds.find((kind) => kind === word))
  const all = known.flatMap((kind) => (kind === undefined ? [] : [kind]))
  if (more.length > 0 || name === undefined || presence === undefined || all.length < known.length) return null
  return dataset === 'log' || dataset === 'song' ? { dataset, name, kinds: all, presence } : null
}
