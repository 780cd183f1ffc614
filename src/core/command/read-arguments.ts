import type { z } from 'zod'
import { OpsError } from '../errors.ts'
import type { ArgumentValues } from '../ports/runs.ts'
import { type ArgMeta, argMeta } from './args.ts'
import { argumentName, quote, requireShort, type Token, tokenize } from './line.ts'
import { nearest } from './suggest.ts'

/** An argument of a command: its name, how it is read, and what is known of it. */
export interface Declared {
  readonly name: string
  readonly schema: z.ZodType
  readonly meta: ArgMeta
}

/** The arguments of a command with what is known of them, in the order of declaration. */
export function declaredArguments(args: z.ZodObject): readonly Declared[] {
  return Object.entries(args.shape).map(([name, schema]) => {
    const meta = argMeta.get(schema)
    if (meta === undefined) throw new Error(`argument "${name}" was not made by core/command/args.ts`)
    return { name, schema, meta }
  })
}

const looks = { number: /^[+-]?\d[\d,_.]*$/, span: /^\d+[a-z]+$/i } as const

/**
 * Gives each word to its argument: named ones by name, bare ones to the first free argument that takes them.
 * Throws `bad_argument` naming the word, the values allowed and the nearest right one.
 */
export function readArguments(command: { name: string; args: z.ZodObject }, tokens: readonly Token[]): ArgumentValues {
  const declared = declaredArguments(command.args)
  const given: Record<string, string | string[]> = {}
  for (let i = 0; i < tokens.length; i++) {
    const [token, next] = tokens.slice(i, i + 2)
    if (token === undefined) continue
    const name = isName(declared, given, token)
    if (token.kind === 'named') takeNamed(command.name, declared, given, token)
    else if (name && next?.kind === 'word') {
      takeNamed(command.name, declared, given, { kind: 'named', name: argumentName(token.text), text: next.text })
      i++
    } else takeBare(command.name, declared, given, token.text)
  }
  return given
}

/** Whether a bare word names the value that follows: `snooze 1 for 2h`. Not where an argument takes the word itself. */
function isName(declared: readonly Declared[], given: ArgumentValues, token: Token): boolean {
  if (token.kind !== 'word' || token.quoted || declared.some(({ meta }) => meta.rest)) return false
  const named = declared.some(({ name }) => name === argumentName(token.text) && given[name] === undefined)
  return named && takerOf(declared, given, token.text) === undefined
}

function takeNamed(
  command: string,
  declared: readonly Declared[],
  given: Record<string, string | string[]>,
  token: Extract<Token, { kind: 'named' }>,
): void {
  const argument = declared.find((candidate) => argumentName(candidate.name) === token.name)
  if (argument === undefined) {
    const names = declared.map((candidate) => candidate.name)
    const meant = nearest(token.name, names)
    const known = names.length === 0 ? `${command} takes no parameters.` : `${command} takes ${names.join(', ')}.`
    throw new OpsError(
      'bad_argument',
      `${command} has no parameter "${shown(token.name)}". Nothing was done.`,
      meant === null ? known : `Did you mean ${meant}=${shown(token.text)}? ${known}`,
    )
  }
  if (given[argument.name] !== undefined) {
    throw new OpsError('bad_argument', `${argument.name} is set twice. Nothing was done.`, 'Remove one of the two.')
  }
  const value = argument.meta.rest ? [token.text] : token.text
  if (!argument.schema.safeParse(value).success) throw refusal(command, argument, token.text)
  given[argument.name] = value
}

function takeBare(
  command: string,
  declared: readonly Declared[],
  given: Record<string, string | string[]>,
  word: string,
): void {
  const rest = declared.find((argument) => argument.meta.rest)
  // Once the free words have begun, what follows belongs to them: `schedule add … daily at 03:00`.
  const begun = rest !== undefined && given[rest.name] !== undefined
  const taker = begun ? undefined : takerOf(declared, given, word)
  const beforeChannel = taker === undefined && ['in', 'to'].includes(word.toLowerCase())
  if (beforeChannel && freeOf(declared, given).some(({ meta }) => meta.kind === 'channel')) return
  if (taker !== undefined) {
    given[taker.name] = word
    return
  }
  if (rest !== undefined) {
    const before = given[rest.name]
    given[rest.name] = [...(Array.isArray(before) ? before : []), word]
    return
  }
  const unnamed = declared.find(({ name }) => argumentName(name) === argumentName(word))
  if (unnamed !== undefined) {
    throw new OpsError(
      'bad_argument',
      `${unnamed.name} has no value. Nothing was done.`,
      `Type ${unnamed.name}= and its value (${unnamed.meta.accepts}).`,
    )
  }
  const free = freeOf(declared, given)
  const isChannelName = /^[a-z0-9][\w-]*$/.test(word) && free.some(({ meta }) => meta.kind === 'channel')
  if (isChannelName && free.length === 1) {
    throw new OpsError(
      'bad_argument',
      `"${shown(word)}" is not a channel. Nothing was done.`,
      `Did you mean in #${shown(word)}?`,
    )
  }
  const meantFor =
    free.length === 1 ? free[0] : free.find(({ meta }) => meta.looks !== undefined && looks[meta.looks].test(word))
  if (meantFor !== undefined) throw refusal(command, meantFor, word)
  const values = free.flatMap((argument) => argument.meta.values ?? [])
  const meant = nearest(word.toLowerCase(), values)
  const choices = free.map((argument) => `${argument.name} (${argument.meta.accepts})`)
  throw new OpsError(
    'bad_argument',
    `${command} does not understand "${shown(word)}". Nothing was done.`,
    `${meant === null ? '' : `Did you mean ${meant}? `}${choices.length === 0 ? `${command} takes nothing more.` : `It takes ${choices.join('; ')}.`}`,
  )
}

function refusal(command: string, { name, meta }: Declared, word: string): OpsError {
  const { accepts, noun, values = [] } = meta
  const allowed = noun ?? (values.length > 1 ? `one of ${accepts}` : accepts)
  const meant = nearest(word.toLowerCase(), values)
  const use = noun === undefined ? '' : `Use ${accepts}. `
  return new OpsError(
    'bad_argument',
    `${name}: "${shown(word)}" is not ${allowed}. Nothing was done.`,
    meant === null ? `${use}See help ${command} for its parameters.` : `Did you mean ${name}=${meant}?`,
  )
}

/** A typed word for a sentence, cut at 60 characters. */
export function shown(word: string): string {
  return word.length > 60 ? `${word.slice(0, 57)}…` : word
}

/** The arguments in a line of `canonicalLine`. */
export function argumentsOf(command: { name: string; args: z.ZodObject }, line: string): ArgumentValues {
  return readArguments(command, tokenize(line).slice(1))
}

/** The same command as a line with every argument named. Throws `bad_argument` where that is too long. */
export function canonicalLine(command: { name: string; args: z.ZodObject }, given: ArgumentValues): string {
  const declared = declaredArguments(command.args)
  const parts = Object.entries(given).map(([name, value]) => {
    if (typeof value === 'string') return `${name}=${quote(value)}`
    const [first = '', ...others] = value
    // Without its name the first word would be taken by an argument that was left out.
    const taken = takerOf(declared, given, first) !== undefined
    return [taken ? `${name}=${quote(first)}` : quote(first), ...others.map(quote)].join(' ')
  })
  const line = [command.name, ...parts].join(' ')
  requireShort(line)
  return line
}

/** The argument that takes a bare word: the first one left out that allows it. */
function takerOf(declared: readonly Declared[], given: ArgumentValues, word: string): Declared | undefined {
  return freeOf(declared, given).find((argument) => argument.schema.safeParse(word).success)
}

function freeOf(declared: readonly Declared[], given: ArgumentValues): readonly Declared[] {
  return declared.filter(({ name, meta }) => meta.bare && !meta.rest && given[name] === undefined)
}
