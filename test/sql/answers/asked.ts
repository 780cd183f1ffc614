import type { QueryArgs } from '../../../src/core/sql/query-statement.ts'
import type { TimeWindow } from '../../../src/core/sql/window.ts'
import type { Cell } from '../database.ts'
import type { PageView, Play } from '../reference.ts'
import type { Source } from '../source.ts'

/** All that is known, and a question about it. `plays` and `views` are in order of time. */
export interface Asked {
  readonly source: Source
  readonly plays: readonly Play[]
  readonly views: readonly PageView[]
  readonly args: QueryArgs
  readonly range: TimeWindow
}

/** What a query must answer, computed without SQL. */
export type Answer = (asked: Asked) => readonly (readonly Cell[])[]

/** Whether something happened within the span that is asked of. */
export function isInside({ range }: Asked): (happened: { readonly at: Date }) => boolean {
  return ({ at }) => at >= range.from && at < range.to
}

/** The plays that a question is about: of its span, and of its level where it names one. */
export function heard(asked: Asked): readonly Play[] {
  const { level = 'any' } = asked.args
  return asked.plays.filter(isInside(asked)).filter((play) => level === 'any' || play.level === level)
}

export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

export function distinct<T>(items: readonly T[], of: (item: T) => unknown): number {
  return new Set(items.map(of)).size
}

export function listenersOf(plays: readonly { readonly user: number }[]): number {
  return distinct(plays, ({ user }) => user)
}

export function sessionsOf(plays: readonly Play[]): number {
  return distinct(plays, ({ user, session }) => `${user} ${session}`)
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

/** With one decimal; halves go up. */
export function tenths(n: number): number {
  return Math.round(n * 10) / 10
}

/** A part of a whole in percent, with one decimal; null of nothing. */
export function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part * 1000) / whole) / 10
}
