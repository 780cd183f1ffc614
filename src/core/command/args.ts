import { z } from 'zod'
import { type Channel, readChannel } from '../channel.ts'
import { midnightOf } from '../day.ts'
import type { DaySpan } from '../ports/annotations.ts'
import { hourMs, readSpan, spanMs } from '../span.ts'
import { readPeriod } from '../sql/window.ts'
import { zoneName } from '../sql/zone.ts'
import { readTimeOfDay, timeOfDayWords } from '../time-of-day.ts'

/*
 * Kinds of argument: a zod schema from typed text to a value, registered with what help, forms and errors show of it.
 */

/** What is known of an argument besides its schema. One with `bare` may be given without its name, in the order of declaration. */
export interface ArgMeta {
  /** What is allowed: "a whole number from 1 to 1,000". It completes "… is not", unless there is a `noun` for that. */
  readonly accepts: string
  /** Its name in an error: "a valid period". */
  readonly noun?: string
  /** One line for help. */
  readonly about: string
  readonly bare: boolean
  /** For `words`: takes all remaining bare words. */
  readonly rest: boolean
  /** Invalid words of this form are meant for it. */
  readonly looks?: 'number' | 'span'
  /** The values there are, for "did you mean" and forms. */
  readonly values?: readonly string[]
  /** As it would be typed, for help. */
  readonly fallback?: string
  /**
   * What it names: a channel (after "in" or "to"), a time of day, command lines, or a time zone, by default the asker's own.
   */
  readonly kind?: 'channel' | 'time' | 'lines' | 'zone'
  /** Its label in a form; by default its name. */
  readonly label?: string
  /** By default an optional field. */
  readonly form?: 'required' | 'left-out'
}

/** What is known of each argument schema. */
export const argMeta = z.registry<ArgMeta>()

/** The declaration of an argument. */
interface ArgOptions {
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
    .regex(/^\+?\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().int().min(min).max(max))
    .optional()
  return described(schema, options, {
    accepts: `a whole number from ${grouped(min)} to ${grouped(max)}`,
    looks: 'number',
  })
}

/** The number that names a run, a load, a schedule and their like; may be left out. */
export function optionalId(options: ArgOptions): z.ZodType<number | undefined> {
  const schema = z
    .string()
    .regex(/^\+?#?\d{1,15}$/)
    .transform((typed) => Number(typed.replaceAll(/[#+]/g, '')))
    .pipe(z.number().int().positive())
    .optional()
  return described(schema, options, { accepts: 'a number like 12', looks: 'number' })
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

/** Yes or no; by name only, because a bare "yes" is ambiguous. */
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

/** A day, or days from one to another, both inclusive: `2018-11-15..2018-11-20`; may be left out. */
export function optionalDays(options: ArgOptions): z.ZodType<DaySpan | undefined> {
  const schema = z
    .string()
    .transform((typed) => typed.split('..'))
    .pipe(z.union([z.tuple([z.iso.date()]), z.tuple([z.iso.date(), z.iso.date()])]))
    .transform(([first, last = first]): DaySpan => ({ first, last }))
    .refine(({ first, last }) => first <= last)
    .optional()
  return described(schema, options, { accepts: 'a day like 2018-11-15, or days like 2018-11-15..2018-11-20' })
}

/** A calendar month, `YYYY-MM`; may be left out. */
export function optionalMonth(options: ArgOptions): z.ZodType<string | undefined> {
  const schema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
  return described(schema.optional(), options, { accepts: 'a month like 2026-11' })
}

/** A period up to the newest data: `24h`, `7d`, `4w`, or `whole-day`, the newest day that is over; may be left out. */
export function optionalPeriod(options: ArgOptions): z.ZodType<string | undefined> {
  const schema = z
    .string()
    .toLowerCase()
    .refine((typed) => typed === 'whole-day' || readPeriod(typed) !== null)
    .optional()
  return described(schema, options, { noun: 'a valid period', accepts: '24h, 7d, 4w or whole-day', looks: 'span' })
}

/** A duration in hours, as `30m`, `8h`, `2d` or a bare number of hours; may be left out. */
export function optionalHours(options: ArgOptions & { max: number }): z.ZodType<number | undefined> {
  const hoursOf = (typed: string): number => {
    const span = readSpan(typed, ['m', 'h', 'd'], 'h')
    return span === null ? Number.NaN : spanMs(span) / hourMs
  }
  const schema = z.string().transform(hoursOf).pipe(z.number().max(options.max)).optional()
  const accepts = `30m, 8h or 2d, at most ${grouped(options.max)}h`
  return described(schema, options, { noun: 'a valid duration', accepts, looks: 'span' })
}

const sinceUnits = ['m', 'h', 'd', 'w'] as const

/** A day, or a length of time back from now: `2018-11-30`, `15m`, `24h`, `7d`, `4w`; may be left out. `sinceTime` reads it. */
export function optionalSince(options: ArgOptions): z.ZodType<string | undefined> {
  const span = z.string().refine((typed) => readSpan(typed, sinceUnits) !== null)
  return described(z.union([z.iso.date(), span]).optional(), options, {
    noun: 'a valid time',
    accepts: 'a day like 2018-11-30, or how long ago like 15m, 24h or 7d',
  })
}

/** The time in a value of `optionalSince`, in ISO 8601: the beginning of that day in UTC, or that long before `now`. */
export function sinceTime(typed: string, now: Date): string {
  const span = readSpan(typed, sinceUnits)
  const time = span === null ? midnightOf(typed) : now.getTime() - spanMs(span)
  return new Date(time).toISOString()
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

/** All remaining bare words, each as it was typed (quoted words whole). */
export function words(options: Omit<ArgOptions, 'bare'> & { accepts: string }): z.ZodType<readonly string[]> {
  return described(
    z.array(z.string()).default([]),
    { ...options, bare: true },
    { accepts: options.accepts, rest: true },
  )
}

/** A time of day as clocks of 24 hours show it; may be left out. */
export function optionalTime(options: ArgOptions): z.ZodType<string | undefined> {
  const schema = z
    .string()
    .transform(readTimeOfDay)
    .refine((time) => time !== null)
    .transform(timeOfDayWords)
    .optional()
  return described(schema, options, { accepts: 'a time of day like 07:30', kind: 'time' })
}

/** A time zone by its IANA name; may be left out. `usual` names the default in words. */
export function optionalZone(options: ArgOptions & { usual?: string }): z.ZodType<string | undefined> {
  const schema = z
    .string()
    .refine((typed) => zoneName(typed) !== null)
    .transform((typed) => zoneName(typed) ?? typed)
    .optional()
  const { usual } = options
  const own = usual === undefined ? {} : { fallback: usual, kind: 'zone' as const }
  return described(schema, options, { accepts: 'a time zone like Europe/London', ...own })
}
