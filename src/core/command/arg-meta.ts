import { z } from 'zod'

/** What is known of an argument besides how it is read. One with `bare` may be given without its name, in the order of declaration. */
export interface ArgMeta {
  /** What is allowed, completing "… is not": "a whole number from 1 to 1,000". */
  readonly accepts: string
  /** One line for help. */
  readonly about: string
  readonly bare: boolean
  /** For `words`: takes all bare words that are left. */
  readonly rest: boolean
  /** What is meant for it also where it is not allowed. */
  readonly looks?: 'number' | 'span'
  /** The values there are, for "did you mean" and forms. */
  readonly values?: readonly string[]
  /** As it would be typed, for help. */
  readonly fallback?: string
  /**
   * What it names, where that is more than text: a channel (the word "in" or "to" may stand before it), a time of day, command lines, a
   * time zone that is the asker's own unless they say another.
   */
  readonly kind?: 'channel' | 'time' | 'lines' | 'zone'
  /** What a form calls it; its name where that will do. */
  readonly label?: string
  /** Whether a form asks for it: optionally unless said otherwise. */
  readonly form?: 'required' | 'left-out'
}

/** What is known of each argument schema. */
export const argMeta = z.registry<ArgMeta>()

/** What the declaration of an argument says of it. */
export interface ArgOptions {
  readonly about: string
  readonly bare?: boolean
  readonly label?: string
  readonly form?: ArgMeta['form']
}

/** Registers `schema` and returns it, so that declarations read as one expression. */
export function described<S extends z.ZodType>(
  schema: S,
  options: ArgOptions,
  meta: Omit<ArgMeta, 'about' | 'bare' | 'rest'> & { rest?: boolean },
): S {
  const { about, bare = true, label, form } = options
  const inForms = { ...(label === undefined ? {} : { label }), ...(form === undefined ? {} : { form }) }
  argMeta.add(schema, { about, bare, rest: false, ...inForms, ...meta })
  return schema
}
