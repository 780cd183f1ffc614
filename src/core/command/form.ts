import { labelOf } from '../run/failure.ts'
import type { Catalog } from './catalog.ts'
import type { Command } from './define.ts'
import { argumentsOf, canonicalLine, type Declared, declaredArguments } from './read-arguments.ts'

/** One argument to be filled in; `value` is what the line said already, `fallback` what holds where nothing is said. */
export interface FormField {
  readonly name: string
  readonly about: string
  readonly accepts: string
  readonly kind: 'text' | 'choice' | 'channel'
  readonly values: readonly string[]
  readonly value: string | undefined
  readonly fallback: string | undefined
}

/** A command's arguments as fields, in the order of declaration. */
export interface Form {
  readonly command: string
  readonly summary: string
  /** What its button does: "Ask", "Share". */
  readonly act: string
  readonly fields: readonly FormField[]
}

/** The form that completes a line. Throws `unknown_command` or `bad_argument` for a line that says nothing yet or something wrong. */
export function formOf(line: string, catalog: Catalog): Form {
  const bound = catalog.read(line)
  const { command } = bound
  const given = argumentsOf(command, bound.line)
  return {
    command: command.name,
    summary: command.summary,
    act: command.effect === 'read' ? 'Ask' : labelOf(command.name),
    fields: fillable(command).map(({ name, meta }) => {
      const value = given[name]
      return {
        name,
        about: meta.about,
        accepts: meta.accepts,
        kind: meta.channel === true ? 'channel' : meta.values === undefined ? 'text' : 'choice',
        values: meta.values ?? [],
        value: typeof value === 'string' ? value : undefined,
        fallback: meta.fallback,
      }
    }),
  }
}

/** What was filled in, as a line to say, or what is wrong by the name of its field. */
export type Filled =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'faults'; readonly faults: Readonly<Record<string, string>> }

/** Reads a filled-in form. What is empty or as it would be anyway is left out of the line. */
export function readForm(command: Command, entered: Readonly<Record<string, string>>): Filled {
  const given: Record<string, string> = {}
  const faults: Record<string, string> = {}
  for (const { name, schema, meta } of fillable(command)) {
    const typed = entered[name]?.trim() ?? ''
    if (typed === '' || typed === meta.fallback) continue
    if (schema.safeParse(typed).success) given[name] = typed
    else faults[name] = `This takes ${meta.accepts}.`
  }
  if (Object.keys(faults).length > 0) return { kind: 'faults', faults }
  return { kind: 'line', line: canonicalLine(command, given) }
}

/** Words that are left over have no field of their own. */
function fillable(command: Command): readonly Declared[] {
  return declaredArguments(command.args).filter(({ meta }) => !meta.rest)
}
