import { OpsError } from '../errors.ts'
import type { ArgMeta } from './args.ts'
import type { Catalog } from './catalog.ts'
import type { Command } from './define.ts'
import { labelOf, partLines } from './line.ts'
import { argumentsOf, canonicalLine, type Declared, declaredArguments } from './read-arguments.ts'

/** One argument to be filled in; `value` is from the line, `fallback` the default. */
export interface FormField {
  readonly name: string
  readonly label: string
  readonly about: string
  readonly accepts: string
  readonly kind: 'text' | 'choice' | 'channel' | 'time' | 'zone'
  readonly required: boolean
  readonly values: readonly string[]
  readonly value: string | undefined
  readonly fallback: string | undefined
}

/** A command's arguments as fields, in the order of declaration. */
export interface Form {
  readonly command: string
  /** Its heading: "Top songs", "Share", "Schedule it". */
  readonly title: string
  readonly summary: string
  /** Its button: "Ask", "Share", "Schedule it". */
  readonly act: string
  readonly fields: readonly FormField[]
}

/**
 * The form that completes a line; `zone` is the time zone of who fills it in, where known. Throws `unknown_command` or `bad_argument` for a
 * wrong line.
 */
export function formOf(line: string, catalog: Catalog, zone?: string): Form {
  const parsed = catalog.read(line)
  const { command } = parsed
  const given = argumentsOf(command, parsed.line)
  return {
    command: command.name,
    title: command.act ?? labelOf(command.name),
    summary: command.summary,
    act: command.act ?? (command.effect === 'read' ? 'Ask' : labelOf(command.name)),
    fields: fillable(command).map(({ name, meta }) => {
      const value = given[name] ?? (meta.kind === 'zone' ? zone : undefined)
      return {
        name,
        label: meta.label ?? name,
        about: meta.about,
        accepts: meta.accepts,
        kind: kindOf(meta),
        required: meta.form === 'required',
        values: meta.values ?? [],
        value: typeof value === 'string' ? value : undefined,
        fallback: meta.fallback,
      }
    }),
  }
}

/** The filled-in form as a line, or its faults by the names of their fields. */
type Filled =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'faults'; readonly faults: Readonly<Record<string, string>> }

/** Reads a filled-in form. Empty fields and defaults are left out of the line. */
export function readForm(command: Command, entered: Readonly<Record<string, string>>, catalog: Catalog): Filled {
  const given: Record<string, string> = {}
  const faults: Record<string, string> = {}
  for (const argument of fillable(command)) {
    const { name, meta } = argument
    const typed = entered[name]?.trim() ?? ''
    const fault = faultOf(argument, typed, catalog)
    if (fault !== null) faults[name] = fault
    else if (typed !== '' && typed !== meta.fallback) given[name] = typed
  }
  if (Object.keys(faults).length > 0) return { kind: 'faults', faults }
  return { kind: 'line', line: canonicalLine(command, given) }
}

/** What is wrong with what was typed in a field, or null. */
function faultOf({ schema, meta }: Declared, typed: string, catalog: Catalog): string | null {
  if (typed === '') return meta.form === 'required' ? `Enter ${meta.accepts}.` : null
  if (typed === meta.fallback) return null
  if (!schema.safeParse(typed).success) return `Enter ${meta.accepts}.`
  return meta.kind === 'lines' ? faultOfLines(typed, catalog) : null
}

function faultOfLines(typed: string, catalog: Catalog): string | null {
  try {
    for (const line of partLines(typed)) catalog.read(line)
    return null
  } catch (error) {
    if (!(error instanceof OpsError)) throw error
    return `${error.message} ${error.remedy}`
  }
}

function kindOf({ kind, values }: ArgMeta): FormField['kind'] {
  if (kind === 'channel' || kind === 'time' || kind === 'zone') return kind
  return values === undefined ? 'text' : 'choice'
}

/** Free words have no field. */
function fillable(command: Command): readonly Declared[] {
  return declaredArguments(command.args).filter(({ meta }) => !meta.rest && meta.form !== 'left-out')
}
