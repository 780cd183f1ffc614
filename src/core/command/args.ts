import { z } from 'zod'
import { type Channel, readChannel } from '../channel.ts'
import { type ArgOptions, described } from './arg-meta.ts'

/*
 * Kinds of argument: each a zod schema from the text a person typed to a value, registered with what help and errors say of it.
 */

const grouped = (n: number): string => n.toLocaleString('en')

/** A whole number within bounds; `1,000` and `1_000` are read as people mean them. */
export function integer(options: ArgOptions & { min: number; max: number; fallback: number }): z.ZodType<number> {
  const { min, max, fallback } = options
  const schema = z
    .string()
    .regex(/^[+-]?\d{1,3}(?:[,_]\d{3})+$|^[+-]?\d{1,15}$/)
    .transform((typed) => Number(typed.replaceAll(/[,_]/g, '')))
    .pipe(z.number().int().min(min).max(max))
    .default(fallback)
  return described(schema, options, {
    accepts: `a whole number from ${grouped(min)} to ${grouped(max)}`,
    looks: 'number',
    fallback: String(fallback),
  })
}

/** A whole number that may be left out. */
export function optionalInteger(options: ArgOptions & { min: number; max: number }): z.ZodType<number | undefined> {
  const { min, max } = options
  const schema = z
    .string()
    .regex(/^\+?#?\d{1,15}$/)
    .transform((typed) => Number(typed.replaceAll(/[#+]/g, '')))
    .pipe(z.number().int().min(min).max(max))
    .optional()
  return described(schema, options, {
    accepts: `a whole number from ${grouped(min)} to ${grouped(max)}`,
    looks: 'number',
  })
}

/** One of a few words. */
export function choice<const V extends readonly [string, ...string[]]>(
  options: ArgOptions & { values: V; fallback: V[number] },
): z.ZodType<V[number]> {
  const { values, fallback } = options
  const schema = z.string().toLowerCase().pipe(z.enum(values)).default(fallback)
  return described(schema, options, { accepts: values.join(', '), values, fallback })
}

/** One of a few words, or nothing. */
export function optionalChoice<const V extends readonly [string, ...string[]]>(
  options: ArgOptions & { values: V },
): z.ZodType<V[number] | undefined> {
  const schema = z.string().toLowerCase().pipe(z.enum(options.values)).optional()
  return described(schema, options, { accepts: options.values.join(', '), values: options.values })
}

const yes = ['yes', 'true', 'on', '1']
const no = ['no', 'false', 'off', '0']

/** Yes or no; given by name only, because a bare "yes" says nothing of what. */
export function flag(options: Omit<ArgOptions, 'bare'> & { fallback: boolean }): z.ZodType<boolean> {
  const schema = z
    .string()
    .toLowerCase()
    .refine((typed) => yes.includes(typed) || no.includes(typed))
    .transform((typed) => yes.includes(typed))
    .default(options.fallback)
  return described(
    schema,
    { ...options, bare: false },
    { accepts: 'yes, no', values: ['yes', 'no'], fallback: options.fallback ? 'yes' : 'no' },
  )
}

/** A day, `YYYY-MM-DD`, that exists; may be left out. */
export function optionalDate(options: ArgOptions): z.ZodType<string | undefined> {
  return described(z.iso.date().optional(), options, { accepts: 'a day like 2018-11-30' })
}

/** A calendar month, `YYYY-MM`; may be left out. */
export function optionalMonth(options: ArgOptions): z.ZodType<string | undefined> {
  const schema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  return described(schema.optional(), options, { accepts: 'a month like 2026-11' })
}

/** A length of time back from the newest data: `24h`, `7d`, `4w`, or the newest day that is over; may be left out. */
export function optionalSpan(options: ArgOptions): z.ZodType<string | undefined> {
  const schema = z
    .string()
    .toLowerCase()
    .regex(/^(?:[1-9]\d{0,3}[hdw]|whole-day)$/)
    .optional()
  const accepts = 'a length of time like 24h, 7d or 4w (up to 9,999), or whole-day'
  return described(schema, options, { accepts, looks: 'span' })
}

const hoursIn = { m: 1 / 60, h: 1, d: 24 } as const

/** Hours, as `30m`, `8h`, `2d` or a bare number of hours; may be left out. */
export function optionalHours(options: ArgOptions & { max: number }): z.ZodType<number | undefined> {
  const schema = z
    .string()
    .toLowerCase()
    .regex(/^[1-9]\d{0,4}[mhd]?$/)
    .transform((typed) => Number.parseInt(typed, 10) * hoursIn[unitOf(typed)])
    .pipe(z.number().max(options.max))
    .optional()
  const accepts = `a length of time like 30m or 8h, up to ${grouped(options.max)}h`
  return described(schema, options, { accepts, looks: 'span' })
}

function unitOf(typed: string): keyof typeof hoursIn {
  if (typed.endsWith('m')) return 'm'
  return typed.endsWith('d') ? 'd' : 'h'
}

/** Any text up to a length; may be left out. */
export function optionalText(
  options: ArgOptions & { maxLength: number; accepts: string },
): z.ZodType<string | undefined> {
  return described(z.string().min(1).max(options.maxLength).optional(), options, { accepts: options.accepts })
}

/** A channel as it was typed: `#music`, an id, or Slack's `<#C…|music>`; may be left out. */
export function optionalChannel(options: ArgOptions): z.ZodType<Channel | undefined> {
  const schema = z
    .string()
    .refine((typed) => readChannel(typed) !== null)
    .transform((typed) => readChannel(typed) ?? undefined)
    .optional()
  return described(schema, options, { accepts: 'a channel like #music', kind: 'channel' })
}

/** All bare words that are left over, each as it was typed (quoted words whole). */
export function words(options: Omit<ArgOptions, 'bare'> & { accepts: string }): z.ZodType<readonly string[]> {
  return described(
    z.array(z.string()).default([]),
    { ...options, bare: true },
    { accepts: options.accepts, rest: true },
  )
}
