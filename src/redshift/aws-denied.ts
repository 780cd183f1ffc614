import type { AwsError } from './aws-error.ts'

/** An action that AWS denied: who asked, for what, on what, and the line of policy that would allow it (JSON). */
export interface Denial {
  readonly who: string | null
  readonly action: string
  readonly resource: string
  readonly statement: string
  /** What forbids it although the line may be there: an explicit deny, a permissions boundary, a policy of the organisation. */
  readonly overruled: string | null
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
const words =
  /(?:User: (?<who>\S+) )?is not authorized to perform: (?<action>[\w-]+:\w+)(?: on (?:the )?resource: (?<resource>[^\s"]+))?/
const overruling =
  /with an explicit deny in an? [\w -]*policy|no (?:permissions boundary|service control policy|session policy)[\w ]* allows/

/** Reads AWS's words of a denial; null when they name no action. */
export function readDenial({ message }: Pick<AwsError, 'message'>): Denial | null {
  const { who, action, resource = '*' } = words.exec(message)?.groups ?? {}
  if (action === undefined) return null
  return {
    who: who ?? null,
    action,
    resource,
    statement: JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource, ...conditionOf(action) }),
    overruled: overruling.exec(message)?.[0] ?? null,
  }
}

function conditionOf(action: string): object {
  switch (action) {
    case 'iam:PassRole':
      return { Condition: { StringEquals: { 'iam:PassedToService': 'redshift.amazonaws.com' } } }
    case 'iam:CreateServiceLinkedRole':
      return { Condition: { StringEquals: { 'iam:AWSServiceName': 'redshift.amazonaws.com' } } }
    default:
      return {}
  }
}
