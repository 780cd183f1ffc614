import { z } from 'zod'
import { zoneName } from '../sql/zone.ts'
import { type ArgOptions, described } from './arg-meta.ts'

/** A time of day as clocks of 24 hours show it; may be left out. */
export function optionalTime(options: ArgOptions): z.ZodType<string | undefined> {
  const schema = z
    .string()
    .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
    .optional()
  return described(schema, options, { accepts: 'a time of day like 07:30', kind: 'time' })
}

/** A time zone by its IANA name; may be left out. `usual` says in words which one holds then. */
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
