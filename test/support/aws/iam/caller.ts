import { AwsError } from '../error.ts'
import type { CredentialScope } from '../wire/signature.ts'
import type { World } from '../world.ts'
import type { ConditionContext } from './conditions.ts'
import { evaluate } from './evaluate.ts'
import { parsePolicy } from './policy.ts'
import { type Identity, identityOf } from './sessions.ts'

/** The access key id that arranges a scene: it is asked for no permission and is in no list of used actions. */
export const sceneAccessKeyId = 'AKIADOUBLESCENE00000'

/** Who sent a request, from where, and what it may do. */
export type Caller = {
  readonly arn: string
  /** `aws:userid`: of a user its id, of a session `role id:session name`. */
  readonly userId: string
  readonly accessKeyId: string
  readonly region: string
  /** Records the action as used, or throws AccessDenied in AWS's words. `resource` is an ARN or `*`. */
  readonly allow: (action: string, resource: string, context?: ConditionContext) => void
}

/** One action that was used on one resource, also by AWS on the caller's behalf. */
export type UsedAction = { readonly action: string; readonly resource: string }

/** The caller of a signed request. */
export function callerOf(world: World, scope: CredentialScope): Caller {
  const identity = identityOf(world, scope.accessKeyId, scope.token)
  const { arn } = identity
  return {
    ...identity,
    accessKeyId: scope.accessKeyId,
    region: scope.region,
    allow: (action, resource, context = {}) => {
      if (scope.accessKeyId === sceneAccessKeyId) return
      const denial = denialOf(world, identity, scope.region, action, resource, context)
      if (denial !== undefined) {
        const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${denial}`
        throw new AwsError('AccessDenied', message, 403)
      }
      world.used.set(`${action} ${resource}`, { action, resource })
    },
  }
}

/** The keys that every request carries. */
export function commonContext(world: World, { arn, userId }: Identity, region: string): ConditionContext {
  return {
    'aws:requestedregion': region,
    'aws:principalaccount': world.options.account,
    'aws:resourceaccount': world.options.account,
    'aws:principalarn': arn,
    'aws:userid': userId,
    // Only users have a name.
    ...(arn.includes(':user/') ? { 'aws:username': arn.split('/').at(-1) ?? '' } : {}),
  }
}

function denialOf(
  world: World,
  identity: Identity,
  region: string,
  action: string,
  resource: string,
  context: ConditionContext,
): string | undefined {
  const silence = `because no identity-based policy allows the ${action} action`
  if (world.faults.denies(action)) return silence
  if (world.options.principalPolicy === undefined) return undefined
  const request = { action, resource, context: { ...commonContext(world, identity, region), ...lowerCased(context) } }
  switch (evaluate([parsePolicy(world.options.principalPolicy)], request)) {
    case 'allowed':
      return undefined
    case 'explicitDeny':
      return 'with an explicit deny in an identity-based policy'
    case 'implicitDeny':
      return silence
  }
}

function lowerCased(context: ConditionContext): ConditionContext {
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]))
}
