import { matches } from './wildcard.ts'

/** The condition keys of a request, lower-case names; a key with several values is a set. */
export type ConditionContext = Readonly<Record<string, string | readonly string[]>>

type Test = (actual: string, expected: string) => boolean

const tests: Readonly<Record<string, Test>> = {
  StringEquals: (actual, expected) => actual === expected,
  StringEqualsIgnoreCase: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  StringLike: matches,
  ArnEquals: matches,
  ArnLike: matches,
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  NumericEquals: (actual, expected) => Number(actual) === Number(expected),
}

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
}

/**
 * Whether every condition of a statement holds for a request.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionsHold(
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  context: ConditionContext,
): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => holds(operator, key.toLowerCase(), expected, context)),
  )
}

function holds(operator: string, key: string, templates: readonly string[], context: ConditionContext): boolean {
  const expected = templates.map((template) => substitute(template, context))
  const value = context[key]
  if (operator === 'Null') return expected.includes(String(value === undefined))
  const [quantifier, named] = operator.includes(':') ? operator.split(':', 2) : [undefined, operator]
  const ifExists = named?.endsWith('IfExists') === true
  const name = named?.replace(/IfExists$/, '') ?? ''
  const positive = negations[name] ?? name
  const test = tests[positive]
  if (test === undefined) throw new Error(`the double does not know the condition operator ${operator}`)
  const negative = positive !== name
  if (value === undefined) return ifExists || negative || quantifier === 'ForAllValues'
  const one = (actual: string) => expected.some((each) => test(actual, each)) !== negative
  const actual = [value].flat()
  return quantifier === 'ForAnyValue' ? actual.some(one) : actual.every(one)
}

/** Policy variables such as `${aws:userid}`. */
function substitute(template: string, context: ConditionContext): string {
  return template.replace(/\$\{([^}]+)\}/g, (whole, name: string) => String(context[name.toLowerCase()] ?? whole))
}
