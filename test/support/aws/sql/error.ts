import { z } from 'zod'
import { SqlRefusal } from './dialect.ts'

const postgresError = z.object({ message: z.string(), code: z.string(), position: z.string().optional() })

/**
 * The `Error` of a statement, as the Data API gives it: `ERROR: …` and, where the text that ran is the text that was
 * sent, the position. Anything that is neither PostgreSQL's nor a refusal is a bug of the double and is thrown on.
 */
export function errorText(error: unknown, unchanged: boolean): string {
  if (error instanceof SqlRefusal) return `ERROR: ${error.message}`
  const parsed = postgresError.safeParse(error)
  if (!parsed.success) throw error
  const { message, position } = parsed.data
  const where = unchanged && position !== undefined ? `\n  Position: ${position}` : ''
  return `ERROR: ${reworded(message)}${where}`
}

function reworded(message: string): string {
  if (/in a read-only transaction$/.test(message)) return 'transaction is read-only'
  const bytes = /violates check constraint "bytes_(\d+)_\d+"/.exec(message)?.[1]
  if (bytes !== undefined) return `Value too long for type character varying(${bytes})`
  return message.replace(/^value too long/, 'Value too long')
}
