import { AwsError } from '../error.ts'
import { resourceTagContext } from '../tags.ts'
import type { World } from '../world.ts'
import type { Caller } from './caller.ts'
import { type ConditionContext, conditionsHold } from './conditions.ts'
import { type Decision, evaluate } from './evaluate.ts'
import { awsManagedPolicies } from './managed.ts'
import { parsePolicy } from './policy.ts'
import { matches } from './wildcard.ts'

/** An IAM role. Policies are kept as the texts they came as. */
export type Role = {
  readonly name: string
  readonly id: string
  readonly createdAt: number
  readonly description: string | undefined
  readonly tags: Map<string, string>
  readonly inline: Map<string, string>
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>
  boundary: string | undefined
  trust: string
}

/** The role of that name; NoSuchEntity when there is none. */
export function roleNamed(world: World, name: string): Role {
  const role = world.roles.get(name)
  if (role === undefined) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
  return role
}

/** Asks for an action on a role, with the tags it bears; AccessDenied when the caller may not. */
export function allowOnRole(
  world: World,
  caller: Caller,
  action: string,
  name: string,
  context: ConditionContext = {},
): void {
  const borne = resourceTagContext(world.roles.get(name)?.tags ?? new Map())
  caller.allow(action, world.arns.role(name), { ...borne, ...context })
}

/** The key of the boundary that a role bears, for the actions that know it (service authorization reference of IAM). */
export function boundaryContext(boundary: string | undefined): ConditionContext {
  return boundary === undefined ? {} : { 'iam:PermissionsBoundary': boundary }
}

/** The role behind an ARN; undefined when there is none. */
export function roleOfArn(world: World, arn: string): Role | undefined {
  return [...world.roles.values()].find((role) => world.arns.role(role.name) === arn)
}

/** Whether Redshift may put on this role for a cluster of the account: the trust policy allows it, and nothing in it forbids it. */
export function trustsRedshift(world: World, role: Role, service = 'redshift.amazonaws.com'): boolean {
  const applying = parsePolicy(role.trust).Statement.filter(
    (statement) =>
      (statement.Action ?? []).some((action) => matches('sts:assumerole', action.toLowerCase())) &&
      (statement.Principal === '*' || (statement.Principal?.['Service'] ?? []).includes(service)) &&
      conditionsHold(statement.Condition ?? {}, { 'aws:sourceaccount': world.options.account }),
  )
  return applying.length > 0 && applying.every(({ Effect }) => Effect === 'Allow')
}

/** What a role may do, its inline and managed policies and its boundary taken together. */
export function roleMay(
  world: World,
  role: Role,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): Decision {
  const request = { action, resource, context }
  const granted = [...role.inline.values(), ...[...role.attached].map((arn) => managedPolicy(world, arn))]
  const decision = evaluate(granted.map(parsePolicy), request)
  if (role.boundary === undefined || decision !== 'allowed') return decision
  return evaluate([parsePolicy(managedPolicy(world, role.boundary))], request)
}

/** A managed policy of the account or of AWS; NoSuchEntity when there is none. */
export function managedPolicy(world: World, arn: string): unknown {
  const found = world.options.managedPolicies[arn] ?? awsManagedPolicies[arn]
  if (found === undefined) {
    throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404)
  }
  return found
}
