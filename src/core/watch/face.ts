import type { Suggestion } from '../answer.ts'
import type { WatchRecord } from '../ports/watches.ts'
import { conditionWords } from './condition.ts'

/** What a watched condition shows of itself, whatever its state. */
export interface Face {
  /** "Alert 3". */
  readonly name: string
  /** What is watched, by its names: "Query": "pulse". */
  readonly facts: readonly (readonly [name: string, value: string])[]
  /** The command lines by which somebody acknowledges a firing, or snoozes it. */
  readonly acknowledge: string
  readonly snooze: string
  /** What shows more: the query itself. */
  readonly more: readonly Suggestion[]
}

/** The face of a watched condition. */
export function faceOf({ definition, subject, owner }: WatchRecord): Face {
  switch (definition.kind) {
    case 'alert':
      return {
        name: `Alert ${subject}`,
        facts: [
          ['Query', definition.line],
          ['When', conditionWords(definition)],
          ['Set by', owner.name],
        ],
        acknowledge: `alert-acknowledge ${subject}`,
        snooze: `alert-snooze ${subject} for=24h`,
        more: [{ label: 'Show the query', line: definition.line }],
      }
    case 'check':
      return {
        name: `Check ${subject}`,
        facts: [],
        acknowledge: `alert-acknowledge check=${subject}`,
        snooze: `alert-snooze check=${subject} for=24h`,
        more: [{ label: 'Show rows', line: `qa check=${subject}` }],
      }
  }
}
