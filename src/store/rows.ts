import { z } from 'zod'
import { messageOf, OpsError } from '../core/errors.ts'

/** A text column that holds JSON of this shape. */
export function json<S extends z.ZodType<unknown, unknown>>(schema: S) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) })
        return z.NEVER
      }
    })
    .pipe(schema)
}

/** An integer column that holds a truth value. */
export const flagColumn = z.number().transform((value) => value === 1)

/**
 * A row as the ledger's type. One that does not parse is an `OpsError` (`storage`) that names it: `what` and its id, with the
 * column and the reason.
 */
export function parseRow<S extends z.ZodType>(schema: S, what: string, row: object): z.infer<S> {
  const parsed = schema.safeParse(row)
  if (parsed.success) return parsed.data
  const id = 'id' in row ? ` ${String(row.id)}` : ''
  const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new OpsError(
    'storage',
    `${what}${id} in the ledger cannot be read (${reasons.join('; ')}).`,
    'Restore the ledger from a backup, or remove this entry from it.',
    { cause: parsed.error },
  )
}
