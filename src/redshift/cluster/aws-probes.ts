import { type Role, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { z } from 'zod'
import { type Dated, green, probe, red, skewFinding, warn } from '../../core/doctor/run-probes.ts'
import { bytes, list, plural } from '../../core/format.ts'
import type { Finding, Probe } from '../../core/ports/probe.ts'
import { isAwsError } from '../aws-error.ts'
import type { Clients } from '../clients.ts'
import { copyPlaceOf } from '../names.ts'
import { createObjectStore } from '../object-store.ts'
import { hourly } from '../price.ts'
import { namespaceSnapshots, ownNamespace, ownWorkgroup, rpuPrice } from '../serverless/resources.ts'
import type { RedshiftSettings } from '../settings.ts'
import { type ClusterContext, explainingAwsErrors, ownCluster } from './cluster-context.ts'
import { configuredPrice } from './lease.ts'
import { botPolicy, ownerPattern, type PolicyStatement, sourcePlaces } from './policies.ts'
import { type AwsIdentity, callerIdentity, findCluster, keptSnapshots } from './resources.ts'
import { companyRole, faultsOf, ownRole, readsSources, trustRemedy, untrustingWords } from './role.ts'

/** What `doctor` checks in AWS: who we are, what we may, and whose the cluster and role are. Nothing is changed. */
export function awsProbes(context: ClusterContext): readonly Probe[] {
  const { clients, settings } = context
  return [
    awsProbe({ id: 'aws-identity', title: 'AWS identity', needs: ['aws-clock'] }, async () => {
      const { arn } = await callerIdentity(clients)
      return green(`${arn} in ${settings.region}`)
    }),
    // A refusal has the time as well: this is red only where nothing answers, or where all else is refused for the time.
    awsProbe({ id: 'aws-clock', title: 'Clock against AWS' }, async () => skewFinding(await awsTime(context), "AWS's")),
    awsProbe({ id: 'aws-permissions', title: 'AWS permissions', needs: ['aws-identity'] }, async () =>
      permissions(clients, settings),
    ),
    awsProbe({ id: 'aws-cluster', title: 'AWS cluster and role', needs: ['aws-identity'] }, () =>
      clusterAndRole(context),
    ),
    ...(settings.copyTo === null ? [] : [copyProbe(context, settings.copyTo)]),
    awsProbe({ id: 'aws-price', title: 'AWS price' }, async () => priceFinding(settings)),
  ]
}

/** Whether the copies can be listed where they are to be. */
function copyProbe({ clients }: ClusterContext, copyTo: string): Probe {
  return probe({ id: 'aws-copy', title: 'Copy of the load', needs: ['aws-identity'] }, async (signal) => {
    const objects = await createObjectStore(clients.s3).list(copyPlaceOf(copyTo), signal)
    const size = objects.reduce((sum, each) => sum + each.bytes, 0)
    return green(objects.length === 0 ? `nothing in ${copyTo} yet` : `${bytes(size)} in ${copyTo}`)
  })
}

/** Whose they are, and whether the warehouse can load with the role. What spin-up repairs is named with it. */
async function clusterAndRole(context: ClusterContext): Promise<Finding> {
  const { settings } = context
  const { roleArn, roleName } = settings
  const warehouse = settings.kind === 'serverless' ? await describeWorkgroup(context) : await describeCluster(context)
  const role = roleArn === null ? await ownRole(context) : await companyRole(context, roleArn)
  const fault = role === null ? null : roleArn === null ? await ownFault(context, role) : companyFault(role, settings)
  if (fault !== null) return fault
  const lack = warehouse.lackOf(roleArn ?? role?.Arn)
  if (lack !== null) return { state: 'red', ...lack }
  return green(`${warehouse.name}, ${roleArn ?? role?.RoleName ?? `no role ${roleName} yet`}`)
}

/** What there is, in words, and what it lacks to load with a role; null where that is nothing. */
interface Described {
  readonly name: string
  lackOf(arn: string | undefined): Pick<Finding, 'detail' | 'remedy'> | null
}

async function describeCluster(context: ClusterContext): Promise<Described> {
  const { clusterId, roleName } = context.settings
  const cluster = await ownCluster(context)
  return {
    name: cluster === null ? `no cluster ${clusterId} yet` : `cluster ${clusterId}`,
    lackOf(arn) {
      if (cluster === null) return null
      if (arn === undefined) {
        const detail = `role ${roleName} does not exist, so cluster ${clusterId} cannot load`
        return { detail, remedy: 'Run spin-up: it creates the role again.' }
      }
      if (cluster.IamRoles?.some((one) => one.IamRoleArn === arn && one.ApplyStatus !== 'removing') ?? true) return null
      const detail = `cluster ${clusterId} does not have the role ${arn}, so it cannot load`
      return { detail, remedy: 'Run spin-up: it attaches the role.' }
    },
  }
}

async function describeWorkgroup(context: ClusterContext): Promise<Described> {
  const { clusterId, roleName } = context.settings
  const [namespace, workgroup] = [await ownNamespace(context), await ownWorkgroup(context)]
  return {
    name: workgroup === null ? `no workgroup ${clusterId} yet` : `workgroup ${clusterId}`,
    lackOf(arn) {
      const isGiven = arn !== undefined && namespace?.iamRoles?.some((one) => one.includes(arn)) === true
      if (namespace === null || isGiven) return null
      const detail = `namespace ${clusterId} does not have the role ${arn ?? roleName}, so it cannot load`
      return { detail, remedy: 'Run spin-up: it makes the role and gives it to the namespace.' }
    },
  }
}

async function ownFault(context: ClusterContext, role: Role): Promise<Finding | null> {
  const { settings } = context
  const [fault] = faultsOf(role, settings)
  const remedy = 'Run spin-up: it repairs the role.'
  if (fault === 'trust') return red(untrustingWords(settings.roleName, settings.kind), remedy)
  if (fault === 'boundary') {
    const detail = `role ${settings.roleName} lacks the permissions boundary ${settings.permissionsBoundary}`
    return red(detail, remedy)
  }
  if (await readsSources(context, role)) return null
  const detail = `role ${settings.roleName} is not allowed to read ${list(sourcePlaces(settings))}`
  return red(detail, 'Run spin-up: it writes that policy.')
}

function companyFault(role: Role, settings: RedshiftSettings): Finding | null {
  if (!faultsOf(role, { ...settings, permissionsBoundary: null }).includes('trust')) return null
  return red(untrustingWords(role.RoleName ?? '', settings.kind), trustRemedy(settings.kind))
}

/** Plans, cost and budget are reckoned with it. */
function priceFinding(settings: RedshiftSettings): Finding {
  if (settings.kind === 'serverless') {
    const known = settings.serverless.rpuHourUsd !== null
    if (known) return green(rpuPrice(settings))
    const detail = 'the price of an RPU-hour is unknown, so every plan counts as above the limit'
    return warn(detail, 'Set REDSHIFT_RPU_HOUR_USD to what an RPU-hour costs in your region.')
  }
  const price = configuredPrice(settings)
  if (price !== null) return green(hourly(price))
  return red(
    `the price of ${settings.nodeType} in ${settings.region} is unknown, so every plan counts as above the limit`,
    'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
  )
}

async function permissions(clients: Clients, settings: RedshiftSettings): Promise<Finding> {
  const identity = await callerIdentity(clients)
  const principal = principalOf(identity)
  const needed = botPolicy({ ...identity, ...settings, principal, owner: ownerPattern(identity.userId) }).Statement
  try {
    const lacking = (await Promise.all(needed.map((one) => deniedOf(clients, identity, principal, one)))).flat()
    if (lacking.length === 0) {
      const actions = needed.flatMap(({ Action }) => Action)
      const file = settings.kind === 'serverless' ? 'aws-policy-serverless.json' : 'aws-policy.json'
      return green(`all ${plural(actions.length, 'action')} of docs/${file} allowed`)
    }
    const lines = needed
      .filter(({ Action }) => Action.some((action) => lacking.includes(action)))
      .map((one) => JSON.stringify({ ...one, Action: one.Action.filter((action) => lacking.includes(action)) }))
    return red(`not allowed: ${list(lacking)}`, `Add to the policy: ${lines.join(', ')}`)
  } catch (error) {
    if (!isAwsError(error, 'AccessDenied', 'NoSuchEntity', 'InvalidInput')) throw error
    return onlyReading(clients, settings)
  }
}

/** The actions of a statement that IAM's simulator denies. It does not know the organisation's own policies. */
async function deniedOf(
  clients: Clients,
  { userId }: AwsIdentity,
  principal: string,
  { Action, Resource = [], Condition }: PolicyStatement,
): Promise<readonly string[]> {
  const keys = Object.values(Condition ?? {}).flatMap((each) => Object.entries(each))
  const { EvaluationResults = [] } = await clients.iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: principal,
      ActionNames: [...Action],
      ResourceArns: Resource.map((arn) => (arn === '*' ? arn : arn.replaceAll('*', 'example'))),
      ContextEntries: [
        { ContextKeyName: 'aws:userid', ContextKeyType: 'string', ContextKeyValues: [userId] },
        ...keys.map(([name, value]) => ({
          ContextKeyName: name,
          ContextKeyType: 'string' as const,
          // A statement of an earlier session: the policy must match it, too.
          ContextKeyValues: [value].flat().map((one) => one.replace(/\*$/, 'an-earlier-session')),
        })),
      ],
    }),
  )
  const denied = EvaluationResults.filter(({ EvalDecision }) => EvalDecision !== 'allowed')
  return [...new Set(denied.map(({ EvalActionName = '' }) => EvalActionName))]
}

/** Without the simulator, only what reads can be tried. Throws where that is denied. */
async function onlyReading(clients: Clients, settings: RedshiftSettings): Promise<Finding> {
  if (settings.kind === 'serverless') await namespaceSnapshots({ clients, settings })
  else {
    await findCluster(clients, settings.clusterId)
    await keptSnapshots(clients, settings.clusterId)
  }
  return warn(
    'reading from Redshift is allowed; the other permissions could not be checked',
    'Allow iam:SimulatePrincipalPolicy on the bot itself to have all permissions checked here.',
  )
}

/** IAM's simulator knows a role, not its session: `assumed-role/NAME/session` is the role NAME. */
function principalOf({ arn, partition, id }: AwsIdentity): string {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1]
  return role === undefined ? arn : `arn:${partition}:iam::${id}:role/${role}`
}

/** A probe whose failures are explained as AWS failures. */
function awsProbe(about: Parameters<typeof probe>[0], check: () => Promise<Finding>): Probe {
  return probe(about, () => explainingAwsErrors(check))
}

const responseSchema = z.object({ headers: z.object({ date: z.string().exactOptional() }) })

/**
 * The time at AWS, from the header of an answer of STS, which every principal may call. A refusal has it as well: AWS refuses
 * signatures of a clock that is wrong. Throws what the SDK throws where nothing answered.
 */
async function awsTime({ clients, clock }: Pick<ClusterContext, 'clients' | 'clock'>): Promise<Dated> {
  const answers: Dated[] = []
  const command = new GetCallerIdentityCommand()
  command.middlewareStack.add(
    (next) => async (args) => {
      const asked = clock.now()
      const result = await next(args)
      const { headers } = responseSchema.parse(result.response)
      answers.push({ asked, answered: clock.now(), date: headers.date ?? null })
      return result
    },
    // Below the reading of the answer, which throws where it is a refusal.
    { step: 'deserialize', priority: 'low' },
  )
  try {
    await clients.sts.send(command)
  } catch (error) {
    if (answers.length === 0) throw error
  }
  const [first] = answers
  if (first === undefined) throw new Error('STS answered without a response')
  return first
}
