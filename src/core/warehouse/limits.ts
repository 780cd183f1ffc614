import { z } from 'zod'
import type { PublishLimits } from '../deps.ts'

/*
 * How much of what readers have may be lost with a load before somebody has to look at it.
 */

/** What holds where nothing is configured. */
export const usualLimits: PublishLimits = { days: 2, rows: 1, coverage: 2, min: 20 }

const limit = /^(?:(?:days|rows)=\d+(?:\.\d+)?%|coverage=\d+(?:\.\d+)?|min=\d+)$/

/** The limits that a text names, such as `days=2%,rows=1%,coverage=2,min=20`; the others are as usual. Null for `off`: all is published. */
export const publishLimits = z
  .string()
  .default('')
  .transform((value) => value.split(',').map((part) => part.trim()))
  .refine(
    ([first, ...others]) =>
      others.length === 0
        ? first === '' || first === 'off' || limit.test(first ?? '')
        : [first, ...others].every((part) => limit.test(part ?? '')),
    'off, or limits such as days=2%,rows=1%,coverage=2,min=20',
  )
  .transform((parts): PublishLimits | null => {
    if (parts[0] === 'off') return null
    const given = parts.filter((part) => part !== '').map((part) => part.replace('%', '').split('='))
    return { ...usualLimits, ...Object.fromEntries(given.map(([name, number]) => [name, Number(number)])) }
  })

/** Whether a number has fallen by more than that many percent, and by more than `min`; or to nothing. */
export function losesTooMuch(before: number, after: number, percent: number, { min }: PublishLimits): boolean {
  if (before > 0 && after === 0) return true
  return before - after > Math.max((before * percent) / 100, min)
}
