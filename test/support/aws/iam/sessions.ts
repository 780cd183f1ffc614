import { AwsError } from '../error.ts'
import type { World } from '../world.ts'

/** Temporary credentials of a role, and the name of the session that they stand for. Times are milliseconds since 1970. */
export type RoleSession = {
  readonly accessKeyId: string
  readonly token: string
  readonly name: string
  readonly expires: number
}

/** Who somebody is, in the words of GetCallerIdentity. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable */
export type Identity = { readonly arn: string; readonly userId: string }

const userIds = { user: 'AIDADOUBLEUSER0000000', role: 'AROADOUBLEROLE0000000' } as const

/** The unique id of the principal, without a session name. */
export function principalIdOf(world: World): string {
  return world.options.principalArn.includes(':role/') ? userIds.role : userIds.user
}

/** Opens a session of the principal's role. */
export function openRoleSession(world: World, name: string): RoleSession {
  const session = {
    accessKeyId: `ASIA${world.nextId('SESSION', 16)}`,
    token: `token-of-${name}`,
    name,
    expires: Date.now() + world.options.sessionSeconds * 1000,
  }
  world.sessions.set(session.accessKeyId, session)
  return session
}

/**
 * Who a request's credentials are. Those of a session come with its token and end with it; a role that is asked with keys of its own,
 * as a test does, is in the session `static`.
 */
export function identityOf(world: World, accessKeyId: string, token: string | undefined): Identity {
  const { principalArn } = world.options
  if (!principalArn.includes(':role/')) return { arn: principalArn, userId: userIds.user }
  const session = world.sessions.get(accessKeyId)
  if (accessKeyId.startsWith('ASIA') && session?.token !== token) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
  }
  if (session !== undefined && session.expires <= Date.now()) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403)
  }
  return sessionIdentity(world, session?.name ?? 'static')
}

/** The identity of a session of the principal's role. */
export function sessionIdentity(world: World, name: string): Identity {
  const { account, principalArn } = world.options
  const role = principalArn.split('/').at(-1)
  return { arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`, userId: `${userIds.role}:${name}` }
}
