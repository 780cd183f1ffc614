import { AwsError } from '../error.ts'
import type { QueryAction } from '../services.ts'
import { requestTagContext, tagList } from '../tags.ts'
import { optional, required, strings, tags } from '../wire/query.ts'
import { list, type XmlValue } from '../wire/xml.ts'
import type { World } from '../world.ts'
import { parsePolicy } from './policy.ts'
import { allowOnRole, boundaryContext, managedPolicy, type Role, roleNamed } from './role.ts'
import { rolePolicyActions } from './role-policies.ts'
import { simulatePrincipalPolicy } from './simulate.ts'

const createRole: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const boundary = optional(form, 'PermissionsBoundary')
  const given = tags(form)
  const resource = world.arns.role(name)
  caller.allow('iam:CreateRole', resource, {
    ...requestTagContext(given),
    ...boundaryContext(boundary),
  })
  if (given.size > 0) caller.allow('iam:TagRole', resource, requestTagContext(given))
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
    throw new AwsError(
      'ValidationError',
      'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    )
  }
  if (world.roles.has(name)) throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409)
  const trust = required(form, 'AssumeRolePolicyDocument')
  parsePolicy(trust)
  if (boundary !== undefined) managedPolicy(world, boundary)
  const role: Role = {
    name,
    id: `AROA${world.nextId('ROLE', 17)}`,
    createdAt: world.clock.now(),
    description: optional(form, 'Description'),
    boundary,
    tags: new Map(given),
    inline: new Map(),
    attached: new Set(),
    trust,
  }
  world.roles.set(name, role)
  return { Role: describe(world, role) }
}

const getRole: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:GetRole', name)
  return { Role: describe(world, roleNamed(world, name)) }
}

const updateAssumeRolePolicy: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:UpdateAssumeRolePolicy', name)
  const role = roleNamed(world, name)
  const trust = required(form, 'PolicyDocument')
  parsePolicy(trust)
  role.trust = trust
  return undefined
}

const putRolePermissionsBoundary: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const boundary = required(form, 'PermissionsBoundary')
  allowOnRole(world, caller, 'iam:PutRolePermissionsBoundary', name, boundaryContext(boundary))
  const role = roleNamed(world, name)
  managedPolicy(world, boundary)
  role.boundary = boundary
  return undefined
}

const tagRole: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const given = tags(form)
  allowOnRole(world, caller, 'iam:TagRole', name, requestTagContext(given))
  const role = roleNamed(world, name)
  for (const [key, value] of given) role.tags.set(key, value)
  return undefined
}

const untagRole: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:UntagRole', name)
  const role = roleNamed(world, name)
  for (const key of strings(form, 'TagKeys')) role.tags.delete(key)
  return undefined
}

const listRoleTags: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:ListRoleTags', name)
  return { Tags: tagList('member', roleNamed(world, name).tags), IsTruncated: false }
}

const listInstanceProfilesForRole: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:ListInstanceProfilesForRole', name)
  roleNamed(world, name)
  return { InstanceProfiles: list('member', []), IsTruncated: false }
}

const deleteRole: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:DeleteRole', name)
  const role = roleNamed(world, name)
  if (role.inline.size > 0)
    throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409)
  if (role.attached.size > 0) {
    throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409)
  }
  world.roles.delete(name)
  return undefined
}

/** The operations of IAM that the double knows. https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export const iamActions: Readonly<Record<string, QueryAction>> = {
  CreateRole: createRole,
  GetRole: getRole,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  PutRolePermissionsBoundary: putRolePermissionsBoundary,
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
  ListInstanceProfilesForRole: listInstanceProfilesForRole,
  DeleteRole: deleteRole,
  SimulatePrincipalPolicy: simulatePrincipalPolicy,
  ...rolePolicyActions,
}

function describe(world: World, role: Role): XmlValue {
  return {
    Path: '/',
    RoleName: role.name,
    RoleId: role.id,
    Arn: world.arns.role(role.name),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeURIComponent(role.trust),
    Description: role.description,
    MaxSessionDuration: 3600,
    PermissionsBoundary:
      role.boundary === undefined
        ? undefined
        : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundary },
    Tags: tagList('member', role.tags),
  }
}
