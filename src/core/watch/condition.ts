import type { AlertCondition, AlertDefinition } from '../ports/watches.ts'

/** A condition on a column, as it is typed: `plays<200`, `plays changed>20%`, `plays unusual`. */
export interface ColumnCondition {
  readonly column: string
  readonly condition: AlertCondition
}

/** The forms of a condition, for help and errors. */
export const conditionForms = 'plays<200, plays changed>20% or plays unusual'

const words: Readonly<Record<string, '<' | '>'>> = { below: '<', under: '<', above: '>', over: '>' }
const amount = '[-+]?(?:\\d{1,12}|\\d{1,3}(?:,\\d{3}){1,3})(?:\\.\\d{1,3})?'
const limitForm = new RegExp(
  `^([a-z]\\w*)\\s*(<=|>=|<|>|\\bbelow\\b|\\bunder\\b|\\babove\\b|\\bover\\b)\\s*(${amount})\\s*%?$`,
)
const changeForm = /^([a-z]\w*)\s+changed(?:\s*(?:>|by|by more than|more than|\s)\s*(\d{1,4}(?:\.\d{1,3})?)\s*%)$/
const unusualForm = /^([a-z]\w*)\s+(?:is\s+)?unusual$/

/** Reads a condition; null for anything else. Case and spaces do not count; a limit may be grouped, and a percentage may have its sign. */
export function readColumnCondition(typed: string): ColumnCondition | null {
  const text = typed.trim().toLowerCase().replaceAll(/\s+/g, ' ')
  const [, column = '', operator = '', limit = ''] = limitForm.exec(text) ?? []
  if (column !== '') {
    const sign = words[operator] ?? operator
    if (sign !== '<' && sign !== '<=' && sign !== '>' && sign !== '>=') return null
    return { column, condition: { kind: 'limit', operator: sign, limit: Number(limit.replaceAll(',', '')) } }
  }
  const [, changing = '', percent = ''] = changeForm.exec(text) ?? []
  if (changing !== '') return { column: changing, condition: { kind: 'changed', percent: Number(percent) } }
  const [, unusual] = unusualForm.exec(text) ?? []
  return unusual === undefined ? null : { column: unusual, condition: { kind: 'unusual' } }
}

/** A condition as it would be typed: `plays<200`. Reading it gives the same again. */
export function conditionText({ column, condition }: ColumnCondition): string {
  switch (condition.kind) {
    case 'limit':
      return `${column}${condition.operator}${condition.limit}`
    case 'changed':
      return `${column} changed>${condition.percent}%`
    case 'unusual':
      return `${column} unusual`
  }
}

/** The condition of an alert for lists and messages: `plays<200`, `plays unusual for 2 days`. */
export function conditionWords(alert: AlertDefinition): string {
  return alert.days === 1 ? conditionText(alert) : `${conditionText(alert)} for ${alert.days} days`
}
