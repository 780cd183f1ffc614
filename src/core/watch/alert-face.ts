import type { WatchDefinition } from '../ports/watches.ts'
import { conditionWords } from './condition.ts'
import type { Face } from './face.ts'

/** The face of an alert. */
export function alertFace(number: string, alert: Extract<WatchDefinition, { kind: 'alert' }>): Face {
  return {
    name: `Alert ${number}`,
    facts: [
      ['Query', alert.line],
      ['When', conditionWords(alert)],
    ],
    acknowledge: `alert-acknowledge ${number}`,
    snooze: `alert-snooze ${number} for=24h`,
    more: [{ label: 'Show the query', line: alert.line }],
  }
}
