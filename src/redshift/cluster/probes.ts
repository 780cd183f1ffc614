import { type Role, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam'
import { green } from '../../core/doctor/probe.ts'
import { skewFinding } from '../../core/doctor/skew.ts'
import { messageOf, OpsError } from '../../core/errors.ts'
import type { Finding, Probe } from '../../core/ports/probe.ts'
import { list, plural } from '../../core/words.ts'
import { isAwsError } from '../aws-error.ts'
import { awsFailure } from '../aws-failure.ts'
import type { Clients } from '../clients.ts'
import { hourly } from '../price.ts'
import type { RedshiftSettings } from '../settings.ts'
import { configuredPrice } from './bill.ts'
import { findCluster, type Identity, keptSnapshots, whoAmI } from './look.ts'
import { botPolicy, ownerPattern } from './permissions.ts'
import { companyRole, faultsOf, ownRole, readsSources, trustRemedy, untrustingWords } from './role.ts'
import { type PolicyStatement, sourcePlaces } from './role-policy.ts'
import { ownCluster, type Setting } from './setting.ts'
import { theirClock } from './their-clock.ts'

/** What `doctor` looks at in AWS: who we are, what we may, and whose the cluster and role are. Nothing is changed. */
export function awsProbes(setting: Setting): readonly Probe[] {
  const { clients, settings } = setting
  return [
    probe('AWS identity', async () => {
      const { arn } = await whoAmI(clients)
      return green(`${arn} in ${settings.region}`)
    }, ['Clock against AWS']),
    // A refusal tells the time as well: it is red only where nothing answers, or where all else is refused for the time.
    probe('Clock against AWS', async () => skewFinding(await theirClock(setting), "AWS's")),
    probe('AWS permissions', async () => permissions(clients, settings), ['AWS identity']),
    probe('AWS cluster and role', () => clusterAndRole(setting), ['AWS identity']),
    probe('AWS price', async () => priceFinding(settings)),
  ]
}

/** Whose they are, and whether the cluster can load with the role. What spin-up repairs is named with it. */
async function clusterAndRole(setting: Setting): Promise<Finding> {
  const { settings } = setting
  const cluster = await ownCluster(setting)
  const role = settings.roleArn === null ? await ownRole(setting) : await companyRole(setting, settings.roleArn)
  const arn = settings.roleArn ?? role?.Arn
  if (role !== null) {
    const fault = settings.roleArn === null ? await ownFault(setting, role) : companyFault(role, settings)
    if (fault !== null) return fault
  }
  if (cluster !== null && arn === undefined) {
    const detail = `role ${settings.roleName} is gone, so cluster ${settings.clusterId} cannot load`
    return { state: 'red', detail, cure: 'Run spin-up: it creates the role again.' }
  }
  const applied = cluster?.IamRoles?.some((one) => one.IamRoleArn === arn && one.ApplyStatus !== 'removing') ?? true
  if (!applied && arn !== undefined) {
    const detail = `cluster ${settings.clusterId} does not have the role ${arn}, so it cannot load`
    return { state: 'red', detail, cure: 'Run spin-up: it attaches the role.' }
  }
  const found = cluster === null ? `no cluster ${settings.clusterId} yet` : `cluster ${settings.clusterId}`
  return green(`${found}, ${settings.roleArn ?? role?.RoleName ?? `no role ${settings.roleName} yet`}`)
}

async function ownFault(setting: Setting, role: Role): Promise<Finding | null> {
  const { settings } = setting
  const [fault] = faultsOf(role, settings)
  const cure = 'Run spin-up: it repairs the role.'
  if (fault === 'trust') return { state: 'red', detail: untrustingWords(settings.roleName), cure }
  if (fault === 'boundary') {
    const detail = `role ${settings.roleName} lacks the permissions boundary ${settings.permissionsBoundary}`
    return { state: 'red', detail, cure }
  }
  if (await readsSources(setting, role)) return null
  const detail = `role ${settings.roleName} may not read ${list(sourcePlaces(settings))}`
  return { state: 'red', detail, cure: 'Run spin-up: it writes that policy.' }
}

function companyFault(role: Role, settings: RedshiftSettings): Finding | null {
  if (!faultsOf(role, { ...settings, permissionsBoundary: null }).includes('trust')) return null
  return { state: 'red', detail: untrustingWords(role.RoleName ?? ''), cure: trustRemedy }
}

/** Plans, cost and budget are reckoned with it. */
function priceFinding(settings: RedshiftSettings): Finding {
  const price = configuredPrice(settings)
  if (price !== null) return green(hourly(price))
  return {
    state: 'red',
    detail: `the price of ${settings.nodeType} in ${settings.region} is not known, so each plan counts as above every limit`,
    cure: 'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
  }
}

async function permissions(clients: Clients, settings: RedshiftSettings): Promise<Finding> {
  const identity = await whoAmI(clients)
  const principal = principalOf(identity)
  const needed = botPolicy({ ...identity, ...settings, principal, owner: ownerPattern(identity.userId) }).Statement
  try {
    const lacking = (await Promise.all(needed.map((one) => deniedOf(clients, identity, principal, one)))).flat()
    if (lacking.length === 0) {
      const actions = needed.flatMap(({ Action }) => Action)
      return green(`all ${plural(actions.length, 'action')} of docs/aws-policy.json allowed`)
    }
    const lines = needed
      .filter(({ Action }) => Action.some((action) => lacking.includes(action)))
      .map((one) => JSON.stringify({ ...one, Action: one.Action.filter((action) => lacking.includes(action)) }))
    return { state: 'red', detail: `not allowed: ${list(lacking)}`, cure: `Add to the policy: ${lines.join(', ')}` }
  } catch (error) {
    if (!isAwsError(error, 'AccessDenied', 'NoSuchEntity', 'InvalidInput')) throw error
    return onlyReading(clients, settings)
  }
}

/** The actions of a statement that IAM's simulator says are not allowed. It does not know of the organisation's own policies. */
async function deniedOf(
  clients: Clients,
  { userId }: Identity,
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
  await findCluster(clients, settings.clusterId)
  await keptSnapshots(clients, settings.clusterId)
  return {
    state: 'warn',
    detail: 'looking at Redshift is allowed; the rest shows when it is used',
    cure: 'Allow iam:SimulatePrincipalPolicy on the bot itself to have all permissions checked here.',
  }
}

/** IAM's simulator knows a role, not its session: `assumed-role/NAME/session` is the role NAME. */
function principalOf({ arn, partition, id }: Identity): string {
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1]
  return role === undefined ? arn : `arn:${partition}:iam::${id}:role/${role}`
}

function probe(title: string, look: () => Promise<Finding>, needs: readonly string[] = []): Probe {
  return {
    title,
    needs,
    async look() {
      try {
        return await look()
      } catch (thrown) {
        const error = awsFailure(thrown)
        return { state: 'red', detail: messageOf(error), cure: error instanceof OpsError ? error.remedy : '' }
      }
    },
  }
}
