import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AwsError } from '../error.ts'
import type { Caller } from '../iam/caller.ts'
import { roleOfArn, trustsRedshift } from '../iam/role.ts'
import type { JsonAction } from '../services.ts'
import { createStorage } from '../sql/storage.ts'
import { requestTagContext, resourceTagContext } from '../tags.ts'
import type { JsonValue } from '../wire/json.ts'
import type { World } from '../world.ts'
import {
  enterState,
  findNamespace,
  findWorkgroup,
  type Namespace,
  noSuch,
  placeKey,
  type UsageLimit,
  type Workgroup,
} from './state.ts'

/*
 * The operations of Redshift Serverless that the double knows, each with the members that AWS takes, and no others.
 * https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/
 */

const name = z.string().regex(/^[a-z0-9-]{3,64}$/, 'Member must satisfy regular expression pattern: [a-z0-9-]+')
const tag = z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256) })
const tags = z.array(tag).max(200).default([])
const capacity = z
  .number()
  .int()
  .refine((rpu) => rpu === 4 || (rpu % 8 === 0 && rpu >= 8 && rpu <= 1024), 'RPU must be 4, or a multiple of 8')

const inputs = {
  createNamespace: z.strictObject({
    namespaceName: name,
    adminUsername: z.string().optional(),
    adminUserPassword: z.string().optional(),
    manageAdminPassword: z.boolean().optional(),
    dbName: z
      .string()
      .regex(/^[a-zA-Z][\w+.@-]*$/)
      .default('dev'),
    defaultIamRoleArn: z.string().optional(),
    iamRoles: z.array(z.string()).default([]),
    tags,
  }),
  updateNamespace: z.strictObject({
    namespaceName: name,
    defaultIamRoleArn: z.string().optional(),
    iamRoles: z.array(z.string()).optional(),
  }),
  namespace: z.strictObject({ namespaceName: name }),
  deleteNamespace: z.strictObject({
    namespaceName: name,
    finalSnapshotName: z.string().max(255).optional(),
    finalSnapshotRetentionPeriod: z.number().int().optional(),
  }),
  createWorkgroup: z.strictObject({
    workgroupName: name,
    namespaceName: name,
    baseCapacity: capacity.default(128),
    maxCapacity: capacity.optional(),
    publiclyAccessible: z.boolean().default(false),
    subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).optional(),
    securityGroupIds: z.array(z.string().regex(/^sg-[0-9a-f]+$/)).optional(),
    tags,
  }),
  updateWorkgroup: z.strictObject({
    workgroupName: name,
    baseCapacity: capacity.optional(),
    maxCapacity: capacity.optional(),
  }),
  workgroup: z.strictObject({ workgroupName: name }),
  listSnapshots: z.strictObject({ namespaceName: name.optional(), nextToken: z.string().optional() }),
  restore: z.strictObject({
    namespaceName: name,
    workgroupName: name,
    snapshotName: z.string(),
    manageAdminPassword: z.boolean().optional(),
  }),
  resource: z.strictObject({ resourceArn: z.string() }),
  tagResource: z.strictObject({ resourceArn: z.string(), tags: z.array(tag).min(1) }),
  createLimit: z.strictObject({
    resourceArn: z.string(),
    usageType: z.enum(['serverless-compute', 'cross-region-datasharing']),
    amount: z.number().int().positive(),
    period: z.enum(['daily', 'weekly', 'monthly']).default('monthly'),
    breachAction: z.enum(['log', 'emit-metric', 'deactivate']).default('log'),
  }),
  updateLimit: z.strictObject({
    usageLimitId: z.string(),
    amount: z.number().int().positive().optional(),
    breachAction: z.enum(['log', 'emit-metric', 'deactivate']).optional(),
  }),
  listLimits: z.strictObject({
    resourceArn: z.string().optional(),
    usageType: z.string().optional(),
    nextToken: z.string().optional(),
  }),
  limit: z.strictObject({ usageLimitId: z.string() }),
}

function read<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const message = `1 validation error detected: Value at '${issue?.path.join('.')}' failed to satisfy constraint: ${issue?.message}`
  throw new AwsError('ValidationException', message)
}

/** An operation that reads its input first. */
function action<T>(schema: z.ZodType<T>, perform: (input: T, world: World, caller: Caller) => JsonValue): JsonAction {
  return ({ world, caller, input }) => perform(read(schema, input), world, caller)
}

function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message)
}

function namespaceNamed(world: World, caller: Caller, action: string, named: string): Namespace {
  const found = findNamespace(world, caller.region, named)
  const arn = found?.arn ?? world.arns.namespace(caller.region, '*')
  caller.allow(`redshift-serverless:${action}`, arn, resourceTagContext(found?.tags ?? new Map()))
  if (found === undefined) throw noSuch('Namespace', named)
  return found
}

function workgroupNamed(world: World, caller: Caller, action: string, named: string): Workgroup {
  const found = findWorkgroup(world, caller.region, named)
  const arn = found?.arn ?? world.arns.workgroup(caller.region, '*')
  caller.allow(`redshift-serverless:${action}`, arn, resourceTagContext(found?.tags ?? new Map()))
  if (found === undefined) throw noSuch('Workgroup', named)
  return found
}

/** Each role must exist and trust both services, and the caller must be allowed to hand it over. */
function passRoles(world: World, caller: Caller, roles: readonly string[], defaultRole: string | undefined): void {
  for (const arn of roles) {
    caller.allow('iam:PassRole', arn, { 'iam:PassedToService': 'redshift-serverless.amazonaws.com' })
    const role = roleOfArn(world, arn)
    const isTooNew = world.newRoleRefusals.left > 0
    if (isTooNew) world.newRoleRefusals.left -= 1
    const trusts = (service: string) => role !== undefined && trustsRedshift(world, role, service)
    if (isTooNew || !trusts('redshift.amazonaws.com') || !trusts('redshift-serverless.amazonaws.com')) {
      throw new AwsError('ValidationException', `The IAM role ${arn} is not valid.`)
    }
  }
  if (defaultRole !== undefined && !roles.includes(defaultRole)) {
    throw new AwsError('ValidationException', 'The default IAM role must be one of the IAM roles of the namespace.')
  }
}

const createNamespace = action(inputs.createNamespace, (input, world, caller) => {
  const { namespaceName, iamRoles } = input
  const own = new Map(input.tags.map(({ key, value }) => [key, value]))
  const id = randomUUID()
  const arn = world.arns.namespace(caller.region, id)
  caller.allow('redshift-serverless:CreateNamespace', arn, requestTagContext(own))
  if (own.size > 0) caller.allow('redshift-serverless:TagResource', arn, requestTagContext(own))
  if (input.manageAdminPassword === true && input.adminUserPassword !== undefined) {
    throw new AwsError('ValidationException', 'adminUserPassword cannot be used if manageAdminPassword is true.')
  }
  if (findNamespace(world, caller.region, namespaceName) !== undefined) {
    throw conflict(`Namespace ${namespaceName} already exists.`)
  }
  passRoles(world, caller, iamRoles, input.defaultIamRoleArn)
  const secretName = `redshift!${namespaceName}-${input.adminUsername ?? 'admin'}-d0Ub1E`
  const secretArn = input.manageAdminPassword === true ? world.arns.secret(caller.region, secretName) : undefined
  if (secretArn !== undefined) {
    caller.allow('secretsmanager:CreateSecret', secretArn)
    caller.allow('secretsmanager:TagResource', secretArn)
  }
  if (!world.serviceLinkedRole.exists) {
    const role = world.arns.role('aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift')
    caller.allow('iam:CreateServiceLinkedRole', role, { 'iam:AWSServiceName': 'redshift.amazonaws.com' })
    world.serviceLinkedRole.exists = true
  }
  const now = world.clock.now()
  const namespace: Namespace = {
    name: namespaceName,
    region: caller.region,
    id,
    arn,
    databaseName: input.dbName,
    adminUser: input.adminUsername ?? 'admin',
    secretArn,
    createdAt: now,
    tags: own,
    roles: iamRoles,
    storage: createStorage(),
    state: 'MODIFYING',
    since: now,
    seen: 0,
  }
  world.namespaces.set(placeKey(caller.region, namespaceName), namespace)
  return { namespace: shownNamespace(namespace) }
})

function shownNamespace(it: Namespace): JsonValue {
  return {
    namespaceArn: it.arn,
    namespaceId: it.id,
    namespaceName: it.name,
    adminUsername: it.adminUser,
    dbName: it.databaseName,
    kmsKeyId: 'AWS_OWNED_KMS_KEY',
    defaultIamRoleArn: it.roles[0],
    // As AWS writes them, not as they were given.
    iamRoles: it.roles.map((arn) => `IamRole(applyStatus=in-sync, iamRoleArn=${arn})`),
    status: it.state,
    creationDate: new Date(it.createdAt).toISOString(),
    adminPasswordSecretArn: it.secretArn,
  }
}

const updateNamespace = action(
  inputs.updateNamespace,
  ({ namespaceName, iamRoles, defaultIamRoleArn }, world, caller) => {
    const namespace = namespaceNamed(world, caller, 'UpdateNamespace', namespaceName)
    if (namespace.state !== 'AVAILABLE') throw conflict(`Namespace ${namespaceName} is ${namespace.state}.`)
    if ((iamRoles === undefined) !== (defaultIamRoleArn === undefined)) {
      throw new AwsError('ValidationException', 'iamRoles and defaultIamRoleArn must be updated together.')
    }
    passRoles(world, caller, iamRoles ?? [], defaultIamRoleArn)
    namespace.roles = iamRoles ?? namespace.roles
    enterState(namespace, 'MODIFYING', world.clock.now())
    return { namespace: shownNamespace(namespace) }
  },
)

const getNamespace = action(inputs.namespace, ({ namespaceName }, world, caller) => {
  const found = namespaceNamed(world, caller, 'GetNamespace', namespaceName)
  const shown = shownNamespace(found)
  found.seen += 1
  return { namespace: shown }
})

const deleteNamespace = action(inputs.deleteNamespace, (input, world, caller) => {
  const { namespaceName, finalSnapshotName: snapshot, finalSnapshotRetentionPeriod: retentionDays = -1 } = input
  const namespace = namespaceNamed(world, caller, 'DeleteNamespace', namespaceName)
  if ([...world.workgroups.values()].some((workgroup) => workgroup.namespace === namespace)) {
    throw conflict(`Namespace ${namespaceName} has a workgroup. Delete the workgroup first.`)
  }
  if (namespace.state !== 'AVAILABLE') throw conflict(`Namespace ${namespaceName} is ${namespace.state}.`)
  if (snapshot !== undefined) {
    caller.allow('redshift-serverless:CreateSnapshot', namespace.arn, resourceTagContext(namespace.tags))
    const key = placeKey(caller.region, snapshot)
    if (world.namespaceSnapshots.has(key)) throw conflict(`Snapshot ${snapshot} already exists.`)
    world.namespaceSnapshots.set(key, {
      name: snapshot,
      region: caller.region,
      namespace: namespaceName,
      createdAt: world.clock.now(),
      retentionDays,
      databaseName: namespace.databaseName,
      adminUser: namespace.adminUser,
      content: namespace.storage.content(),
    })
  }
  enterState(namespace, 'DELETING', world.clock.now())
  return { namespace: shownNamespace(namespace) }
})

const createWorkgroup = action(inputs.createWorkgroup, (input, world, caller) => {
  const { workgroupName, namespaceName, baseCapacity, maxCapacity } = input
  const own = new Map(input.tags.map(({ key, value }) => [key, value]))
  const id = randomUUID()
  const arn = world.arns.workgroup(caller.region, id)
  caller.allow('redshift-serverless:CreateWorkgroup', arn, requestTagContext(own))
  if (own.size > 0) caller.allow('redshift-serverless:TagResource', arn, requestTagContext(own))
  if (findWorkgroup(world, caller.region, workgroupName) !== undefined) {
    throw conflict(`Workgroup ${workgroupName} already exists.`)
  }
  const namespace = findNamespace(world, caller.region, namespaceName)
  if (namespace === undefined) throw noSuch('Namespace', namespaceName)
  if (namespace.state !== 'AVAILABLE') throw conflict(`Namespace ${namespaceName} is ${namespace.state}.`)
  if ([...world.workgroups.values()].some((each) => each.namespace === namespace)) {
    throw conflict(`Namespace ${namespaceName} already has a workgroup.`)
  }
  boundCapacity(baseCapacity, maxCapacity)
  const now = world.clock.now()
  const workgroup: Workgroup = {
    name: workgroupName,
    region: caller.region,
    id,
    arn,
    namespace,
    createdAt: now,
    tags: own,
    limits: new Map(),
    baseCapacity,
    maxCapacity,
    state: 'CREATING',
    since: now,
    seen: 0,
  }
  world.workgroups.set(placeKey(caller.region, workgroupName), workgroup)
  return { workgroup: shownWorkgroup(workgroup) }
})

function boundCapacity(base: number, max: number | undefined): void {
  if (max === undefined || max >= base) return
  throw new AwsError('ValidationException', 'maxCapacity must be greater than or equal to baseCapacity.')
}

function shownWorkgroup(it: Workgroup): JsonValue {
  const address = `${it.name}.123456789012.${it.region}.redshift-serverless.amazonaws.com`
  return {
    workgroupArn: it.arn,
    workgroupId: it.id,
    workgroupName: it.name,
    namespaceName: it.namespace.name,
    baseCapacity: it.baseCapacity,
    maxCapacity: it.maxCapacity,
    status: it.state,
    endpoint: it.state === 'CREATING' ? undefined : { address, port: 5439 },
    publiclyAccessible: false,
    creationDate: new Date(it.createdAt).toISOString(),
  }
}

const updateWorkgroup = action(inputs.updateWorkgroup, (input, world, caller) => {
  const workgroup = workgroupNamed(world, caller, 'UpdateWorkgroup', input.workgroupName)
  if (workgroup.state !== 'AVAILABLE') throw conflict(`Workgroup ${workgroup.name} is ${workgroup.state}.`)
  const { baseCapacity = workgroup.baseCapacity, maxCapacity = workgroup.maxCapacity } = input
  boundCapacity(baseCapacity, maxCapacity)
  Object.assign(workgroup, { baseCapacity, maxCapacity })
  enterState(workgroup, 'MODIFYING', world.clock.now())
  return { workgroup: shownWorkgroup(workgroup) }
})

const getWorkgroup = action(inputs.workgroup, ({ workgroupName }, world, caller) => {
  const found = workgroupNamed(world, caller, 'GetWorkgroup', workgroupName)
  const shown = shownWorkgroup(found)
  found.seen += 1
  return { workgroup: shown }
})

const deleteWorkgroup = action(inputs.workgroup, ({ workgroupName }, world, caller) => {
  const workgroup = workgroupNamed(world, caller, 'DeleteWorkgroup', workgroupName)
  if (workgroup.state !== 'AVAILABLE') throw conflict(`Workgroup ${workgroupName} is ${workgroup.state}.`)
  enterState(workgroup, 'DELETING', world.clock.now())
  return { workgroup: shownWorkgroup(workgroup) }
})

const listSnapshots = action(inputs.listSnapshots, ({ namespaceName }, world, caller) => {
  caller.allow('redshift-serverless:ListSnapshots', '*')
  const found = [...world.namespaceSnapshots.values()].filter(
    ({ region, namespace }) => region === caller.region && (namespaceName === undefined || namespace === namespaceName),
  )
  return {
    snapshots: found.map((it) => ({
      namespaceName: it.namespace,
      snapshotName: it.name,
      snapshotCreateTime: new Date(it.createdAt).toISOString(),
      adminUsername: it.adminUser,
      status: 'AVAILABLE',
      totalBackupSizeInMegaBytes: 40,
      snapshotRetentionPeriod: it.retentionDays,
    })),
  }
})

const restoreFromSnapshot = action(inputs.restore, ({ namespaceName, workgroupName, snapshotName }, world, caller) => {
  const namespace = namespaceNamed(world, caller, 'RestoreFromSnapshot', namespaceName)
  const workgroup = findWorkgroup(world, caller.region, workgroupName)
  const snapshot = world.namespaceSnapshots.get(placeKey(caller.region, snapshotName))
  if (snapshot === undefined) throw noSuch('Snapshot', snapshotName)
  if (workgroup === undefined) throw noSuch('Workgroup', workgroupName)
  if (namespace.state !== 'AVAILABLE' || workgroup.state !== 'AVAILABLE') {
    throw conflict(`Namespace ${namespaceName} is ${namespace.state}, its workgroup ${workgroup.state}.`)
  }
  namespace.storage.close().catch(world.crash)
  namespace.storage = createStorage(snapshot.content)
  enterState(namespace, 'MODIFYING', world.clock.now())
  return { namespace: shownNamespace(namespace), snapshotName }
})

/** What an ARN names, with its tags. */
function resourceOf(world: World, arn: string): Namespace | Workgroup {
  const all = [...world.namespaces.values(), ...world.workgroups.values()]
  const found = all.find((each) => each.arn === arn)
  if (found === undefined) throw noSuch('Resource', arn)
  return found
}

const listTagsForResource = action(inputs.resource, ({ resourceArn }, world, caller) => {
  caller.allow('redshift-serverless:ListTagsForResource', resourceArn)
  const { tags: own } = resourceOf(world, resourceArn)
  return { tags: [...own].map(([key, value]) => ({ key, value })) }
})

const tagResource = action(inputs.tagResource, ({ resourceArn, tags: given }, world, caller) => {
  const wanted = new Map(given.map(({ key, value }) => [key, value]))
  const { tags: own } = resourceOf(world, resourceArn)
  const context = { ...requestTagContext(wanted), ...resourceTagContext(own) }
  caller.allow('redshift-serverless:TagResource', resourceArn, context)
  for (const [key, value] of wanted) own.set(key, value)
  return {}
})

function shownLimit({ id, ...limit }: UsageLimit, { arn }: Workgroup): JsonValue {
  return { usageLimitId: id, usageLimitArn: `${arn}/usagelimit/${id}`, resourceArn: arn, ...limit }
}

function limitsIn(world: World): readonly (readonly [Workgroup, UsageLimit])[] {
  return [...world.workgroups.values()].flatMap((workgroup) =>
    [...workgroup.limits.values()].map((limit) => [workgroup, limit] as const),
  )
}

function limitOf(world: World, caller: Caller, action: string, id: string): readonly [Workgroup, UsageLimit] {
  caller.allow(`redshift-serverless:${action}`, '*')
  const found = limitsIn(world).find(([, limit]) => limit.id === id)
  if (found === undefined) throw noSuch('Usage limit', id)
  return found
}

const createUsageLimit = action(inputs.createLimit, ({ resourceArn, ...limit }, world, caller) => {
  caller.allow('redshift-serverless:CreateUsageLimit', '*')
  const workgroup = [...world.workgroups.values()].find(({ arn }) => arn === resourceArn)
  if (workgroup === undefined) throw noSuch('Workgroup', resourceArn)
  const isTwin = [...workgroup.limits.values()].some(
    ({ period, usageType, breachAction }) =>
      period === limit.period && usageType === limit.usageType && breachAction === limit.breachAction,
  )
  if (isTwin) throw conflict('A usage limit of this type, period and action exists already.')
  const made = { id: randomUUID(), ...limit }
  workgroup.limits.set(made.id, made)
  return { usageLimit: shownLimit(made, workgroup) }
})

const updateUsageLimit = action(inputs.updateLimit, ({ usageLimitId, ...changes }, world, caller) => {
  const [workgroup, limit] = limitOf(world, caller, 'UpdateUsageLimit', usageLimitId)
  Object.assign(limit, changes)
  return { usageLimit: shownLimit(limit, workgroup) }
})

const listUsageLimits = action(inputs.listLimits, ({ resourceArn, usageType }, world, caller) => {
  caller.allow('redshift-serverless:ListUsageLimits', '*')
  const found = limitsIn(world).filter(
    ([{ arn }, limit]) =>
      (resourceArn === undefined || arn === resourceArn) && (usageType === undefined || limit.usageType === usageType),
  )
  return { usageLimits: found.map(([workgroup, limit]) => shownLimit(limit, workgroup)) }
})

const deleteUsageLimit = action(inputs.limit, ({ usageLimitId }, world, caller) => {
  const [workgroup, limit] = limitOf(world, caller, 'DeleteUsageLimit', usageLimitId)
  workgroup.limits.delete(limit.id)
  return { usageLimit: shownLimit(limit, workgroup) }
})

/** By their names. */
export const serverlessActions: Readonly<Record<string, JsonAction>> = {
  CreateNamespace: createNamespace,
  UpdateNamespace: updateNamespace,
  GetNamespace: getNamespace,
  DeleteNamespace: deleteNamespace,
  CreateWorkgroup: createWorkgroup,
  UpdateWorkgroup: updateWorkgroup,
  GetWorkgroup: getWorkgroup,
  DeleteWorkgroup: deleteWorkgroup,
  ListSnapshots: listSnapshots,
  RestoreFromSnapshot: restoreFromSnapshot,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  CreateUsageLimit: createUsageLimit,
  UpdateUsageLimit: updateUsageLimit,
  ListUsageLimits: listUsageLimits,
  DeleteUsageLimit: deleteUsageLimit,
}
