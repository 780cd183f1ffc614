export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
/** A day of 24 hours. */
export const dayMs = 24 * hourMs

/** A length of time as people type it: `90m`, `6h`, `7d`, `4w`. */
export interface Span {
  readonly amount: number
  readonly unit: SpanUnit
}

export type SpanUnit = 'm' | 'h' | 'd' | 'w'

const lengths: Readonly<Record<SpanUnit, number>> = { m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs }

/**
 * Reads a length of time of at most 99,999 of one of these units, in any case; null for anything else, and for a length of nothing.
 * `bare` is the unit of a number without one.
 */
export function readSpan(typed: string, units: readonly SpanUnit[], bare?: SpanUnit): Span | null {
  const [, digits, letter = bare] = /^([1-9]\d{0,4})([a-z])?$/.exec(typed.trim().toLowerCase()) ?? []
  const unit = units.find((candidate) => candidate === letter)
  return digits === undefined || unit === undefined ? null : { amount: Number(digits), unit }
}

/** Its length in milliseconds, by days of 24 hours. */
export function spanMs({ amount, unit }: Span): number {
  return amount * lengths[unit]
}
