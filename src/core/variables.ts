import { z } from 'zod'

/*
 * Kinds of values that a variable of the environment can have. A schema that is described by a name (`text.describe('AWS_REGION')`) is
 * read from the variable of that name; an empty variable counts as unset.
 */

/** Any text; null where it is unset. */
export const textVariable = z.string().nullable().default(null)

/** The words of a comma-separated list; none where it is unset. */
export const listVariable = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  )

/** An amount in US dollars; null where it is unset. */
export const usdVariable = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'an amount in US dollars like 0.54')
  .transform(Number)
  .nullable()
  .default(null)
