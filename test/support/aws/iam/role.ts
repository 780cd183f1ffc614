import { AwsError } from '../error.ts'
import { resourceTagContext } from '../tags.ts'
import type { World } from '../world.ts'
import type { Caller } from './caller.ts'
import type { ConditionContext } from './conditions.ts'
import { type Decision, evaluate } from './evaluate.ts'
import { awsManagedPolicies } from './managed.ts'
import { parsePolicy } from './policy.ts'

/** An IAM role. Policies are kept as the texts they came as. */
export type Role = {
  readonly name: string
  readonly id: string
  readonly createdAt: number
  readonly description: string | undefined
  readonly boundary: string | undefined
  readonly tags: Map<string, string>
  readonly inline: Map<string, string>
  /** ARNs of attached managed policies. */
  readonly attached: Set<string>
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

/** The role behind an ARN; undefined when there is none. */
export function roleOfArn(world: World, arn: string): Role | undefined {
  return [...world.roles.values()].find((role) => world.arns.role(role.name) === arn)
}

/** Whether Redshift may put on this role: its trust policy names redshift.amazonaws.com. */
export function trustsRedshift(role: Role): boolean {
  return parsePolicy(role.trust).Statement.some(
    (statement) =>
      statement.Effect === 'Allow' &&
      (statement.Action ?? []).includes('sts:AssumeRole') &&
      (statement.Principal === '*' || (statement.Principal?.['Service'] ?? []).includes('redshift.amazonaws.com')),
  )
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
