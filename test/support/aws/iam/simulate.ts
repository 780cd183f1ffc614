import { AwsError } from '../error.ts'
import type { QueryAction } from '../services.ts'
import { required, strings } from '../wire/query.ts'
import { list } from '../wire/xml.ts'
import { commonContext } from './caller.ts'
import { evaluate } from './evaluate.ts'
import { parsePolicy } from './policy.ts'

/** SimulatePrincipalPolicy, for the bot's own principal: each action on each resource, with the given context keys. */
export const simulatePrincipalPolicy: QueryAction = ({ world, form, caller }) => {
  const source = required(form, 'PolicySourceArn')
  caller.allow('iam:SimulatePrincipalPolicy', source)
  if (source !== world.options.principalArn) {
    throw new AwsError('NoSuchEntity', `The principal ${source} cannot be found.`, 404)
  }
  const resources = strings(form, 'ResourceArns')
  const context = {
    ...commonContext(world, { arn: source, userId: caller.userId }, caller.region),
    ...contextEntries(form),
  }
  const policy = world.options.principalPolicy
  const results = strings(form, 'ActionNames').flatMap((action) =>
    (resources.length === 0 ? ['*'] : resources).map((resource) => {
      const denied = world.faults.denies(action)
      const decision = policy === undefined ? 'allowed' : evaluate([parsePolicy(policy)], { action, resource, context })
      return {
        EvalActionName: action,
        EvalResourceName: resource,
        EvalDecision: denied ? 'implicitDeny' : decision,
        MatchedStatements: list('member', []),
        MissingContextValues: list('member', []),
      }
    }),
  )
  return { EvaluationResults: list('member', results), IsTruncated: false }
}

function contextEntries(form: URLSearchParams): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const [name, key] of form) {
    const at = /^(ContextEntries\.member\.\d+)\.ContextKeyName$/.exec(name)?.[1]
    if (at !== undefined) entries[key.toLowerCase()] = form.get(`${at}.ContextKeyValues.member.1`) ?? ''
  }
  return entries
}
