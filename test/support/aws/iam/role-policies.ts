import { AwsError } from '../error.ts'
import type { QueryAction } from '../services.ts'
import { required } from '../wire/query.ts'
import { list } from '../wire/xml.ts'
import { parsePolicy } from './policy.ts'
import { allowOnRole, boundaryContext, managedPolicy, roleNamed } from './role.ts'

const putRolePolicy: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:PutRolePolicy', name, boundaryContext(world.roles.get(name)?.boundary))
  const role = roleNamed(world, name)
  const document = required(form, 'PolicyDocument')
  parsePolicy(document)
  role.inline.set(required(form, 'PolicyName'), document)
  return undefined
}

const getRolePolicy: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const policy = required(form, 'PolicyName')
  allowOnRole(world, caller, 'iam:GetRolePolicy', name)
  const document = roleNamed(world, name).inline.get(policy)
  if (document === undefined) throw noSuchPolicy(policy)
  return { RoleName: name, PolicyName: policy, PolicyDocument: encodeURIComponent(document) }
}

const listRolePolicies: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:ListRolePolicies', name)
  return { PolicyNames: list('member', [...roleNamed(world, name).inline.keys()]), IsTruncated: false }
}

const deleteRolePolicy: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const policy = required(form, 'PolicyName')
  allowOnRole(world, caller, 'iam:DeleteRolePolicy', name, boundaryContext(world.roles.get(name)?.boundary))
  if (!roleNamed(world, name).inline.delete(policy)) throw noSuchPolicy(policy)
  return undefined
}

const attachRolePolicy: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const arn = required(form, 'PolicyArn')
  allowOnRole(world, caller, 'iam:AttachRolePolicy', name, {
    ...boundaryContext(world.roles.get(name)?.boundary),
    'iam:PolicyARN': arn,
  })
  managedPolicy(world, arn)
  roleNamed(world, name).attached.add(arn)
  return undefined
}

const listAttachedRolePolicies: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  allowOnRole(world, caller, 'iam:ListAttachedRolePolicies', name)
  const attached = [...roleNamed(world, name).attached]
  return {
    AttachedPolicies: list(
      'member',
      attached.map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
    ),
    IsTruncated: false,
  }
}

const detachRolePolicy: QueryAction = ({ world, form, caller }) => {
  const name = required(form, 'RoleName')
  const arn = required(form, 'PolicyArn')
  allowOnRole(world, caller, 'iam:DetachRolePolicy', name, {
    ...boundaryContext(world.roles.get(name)?.boundary),
    'iam:PolicyARN': arn,
  })
  if (!roleNamed(world, name).attached.delete(arn)) {
    throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404)
  }
  return undefined
}

/** The operations on the policies of a role. */
export const rolePolicyActions: Readonly<Record<string, QueryAction>> = {
  PutRolePolicy: putRolePolicy,
  GetRolePolicy: getRolePolicy,
  ListRolePolicies: listRolePolicies,
  DeleteRolePolicy: deleteRolePolicy,
  AttachRolePolicy: attachRolePolicy,
  ListAttachedRolePolicies: listAttachedRolePolicies,
  DetachRolePolicy: detachRolePolicy,
}

function noSuchPolicy(name: string): AwsError {
  return new AwsError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, 404)
}
