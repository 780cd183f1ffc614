import { type ConditionContext, conditionsHold } from './conditions.ts'
import type { Policy, PolicyStatement } from './policy.ts'
import { matches } from './wildcard.ts'

/** One question to IAM. */
export type AccessRequest = {
  /** As a policy writes it: `redshift:CreateCluster`. */
  readonly action: string
  /** An ARN, or `*` for actions without resources. */
  readonly resource: string
  readonly context: ConditionContext
}

/** IAM's answer, in the words of SimulatePrincipalPolicy. */
export type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny'

/** A denial wins, then an allowance. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
export function evaluate(policies: readonly Policy[], request: AccessRequest): Decision {
  const applying = policies.flatMap((policy) => policy.Statement).filter((statement) => applies(statement, request))
  if (applying.some((statement) => statement.Effect === 'Deny')) return 'explicitDeny'
  return applying.length > 0 ? 'allowed' : 'implicitDeny'
}

function applies(statement: PolicyStatement, request: AccessRequest): boolean {
  return (
    named(statement.Action, statement.NotAction, (pattern) =>
      matches(request.action.toLowerCase(), pattern.toLowerCase()),
    ) &&
    named(statement.Resource, statement.NotResource, (pattern) => matches(request.resource, pattern)) &&
    conditionsHold(statement.Condition ?? {}, request.context)
  )
}

function named(
  wanted: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
  fits: (pattern: string) => boolean,
): boolean {
  if (wanted !== undefined) return wanted.some(fits)
  return excluded !== undefined && !excluded.some(fits)
}
