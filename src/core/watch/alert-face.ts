import type { AlertDefinition, WatchRecord } from '../ports/watches.ts'
import { conditionWords } from './condition.ts'
import type { Face } from './face.ts'

/** The face of an alert. */
export function alertFace(
  { subject: number, owner }: Pick<WatchRecord, 'subject' | 'owner'>,
  alert: AlertDefinition,
): Face {
  return {
    name: `Alert ${number}`,
    facts: [
      ['Query', alert.line],
      ['When', conditionWords(alert)],
      ['Set by', owner.name],
    ],
    acknowledge: `alert-acknowledge ${number}`,
    snooze: `alert-snooze ${number} for=24h`,
    more: [{ label: 'Show the query', line: alert.line }],
  }
}
