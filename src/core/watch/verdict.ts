import { dayAfter } from '../day.ts'
import type { AlertCondition } from '../ports/watches.ts'

/** The usual band of a weekday. */
interface Band {
  readonly low: number
  readonly high: number
}

/** What a condition found on one day. `unknown`: too little is known to judge it. */
export type Verdict =
  | { readonly kind: 'judged'; readonly isRed: boolean; readonly value: number; readonly basis: VerdictBasis }
  | { readonly kind: 'unknown'; readonly lacks: Lack; readonly value: number | null }

/** What the figure was held against. */
export type VerdictBasis =
  | { readonly kind: 'limit' }
  | { readonly kind: 'before'; readonly day: string | null; readonly value: number }
  | { readonly kind: 'band'; readonly band: Band; readonly points: number }

/** Why it was not judged: no figure that day, none to compare with, or too few of that weekday. */
export type Lack =
  | { readonly kind: 'figure' }
  | { readonly kind: 'before'; readonly day: string | null }
  | { readonly kind: 'points'; readonly points: number }

/** How many of the same weekday there must be, and how many weeks back they are read. */
export const unusualPoints = { least: 8, weeks: 12 } as const

// Fewer plays than this more or less are noise, however steady a weekday was.
const leastCount = 5
// WatchedFigures that are no counts: a share of the median.
const leastShare = 0.05

/** Judges the figure of a day, by the figures of the days before. `isCount`: it counts something. */
export function verdictOf(
  condition: AlertCondition,
  day: string,
  valueOn: (day: string) => number | null,
  isCount: boolean,
): Verdict {
  const value = valueOn(day)
  if (value === null) return { kind: 'unknown', lacks: { kind: 'figure' }, value }
  switch (condition.kind) {
    case 'limit':
      return { kind: 'judged', isRed: isBeyond(value, condition), value, basis: { kind: 'limit' } }
    case 'changed': {
      const before = dayAfter(day, -7)
      return verdictOfChange(value, valueOn(before), before, condition.percent)
    }
    case 'unusual': {
      const points = sameWeekday(day).flatMap((earlier) => valueOn(earlier) ?? [])
      if (points.length < unusualPoints.least) {
        return { kind: 'unknown', lacks: { kind: 'points', points: points.length }, value }
      }
      const band = bandOf(points, isCount)
      const isRed = value < band.low || value > band.high
      return { kind: 'judged', isRed, value, basis: { kind: 'band', band, points: points.length } }
    }
  }
}

/** Whether a figure meets a limit. */
export function isBeyond(value: number, { operator, limit }: Extract<AlertCondition, { kind: 'limit' }>): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
  }
}

/** Whether a figure differs by more than so many percent from an earlier one. From 0 every other figure differs. */
export function verdictOfChange(value: number, before: number | null, day: string | null, percent: number): Verdict {
  if (before === null) return { kind: 'unknown', lacks: { kind: 'before', day }, value }
  const isRed = Math.abs(value - before) * 100 > percent * Math.abs(before)
  return { kind: 'judged', isRed, value, basis: { kind: 'before', day, value: before } }
}

/** The same weekday of the weeks before, the newest first. */
function sameWeekday(day: string): readonly string[] {
  return Array.from({ length: unusualPoints.weeks }, (_, week) => dayAfter(day, -7 * (week + 1)))
}

/**
 * Median ± 3 MAD (median absolute deviation), which a few odd days do not widen. At least as wide as chance makes counts: three times
 * the root of the median, the standard deviation of a Poisson distribution, and 5; of other figures, 5% of the median. Counts are not negative.
 */
export function bandOf(points: readonly number[], isCount: boolean): Band {
  const middle = median(points)
  const deviation = median(points.map((point) => Math.abs(point - middle)))
  const floor = isCount ? Math.max(leastCount, 3 * Math.sqrt(Math.max(0, middle))) : leastShare * Math.abs(middle)
  const half = Math.max(3 * deviation, floor)
  return { low: isCount ? Math.max(0, middle - half) : middle - half, high: middle + half }
}

function median(points: readonly number[]): number {
  const sorted = points.toSorted((a, b) => a - b)
  const [low = 0, high = low] = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return (low + high) / 2
}
