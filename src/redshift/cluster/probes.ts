import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam'
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
import { botPolicy } from './permissions.ts'
import { ownRole } from './role.ts'
import type { PolicyStatement } from './role-policy.ts'
import { ownCluster, type Setting } from './setting.ts'
import { theirClock } from './their-clock.ts'

/** What `doctor` looks at in AWS: who we are, what we may, and whose the cluster and role are. Nothing is changed. */
export function awsProbes(setting: Setting): readonly Probe[] {
  const { clients, settings } = setting
  return [
    probe('AWS identity', async () => {
      const { arn } = await whoAmI(clients)
      return green(`${arn} in ${settings.region}`)
    }),
    probe('Clock against AWS', async () => skewFinding(await theirClock(setting), "AWS's")),
    probe('AWS permissions', async () => permissions(clients, settings)),
    probe('AWS cluster and role', async () => {
      const cluster = await ownCluster(setting)
      const role = settings.roleArn ?? (await ownRole(setting))?.RoleName ?? `no role ${settings.roleName} yet`
      const found = cluster === null ? `no cluster ${settings.clusterId} yet` : `cluster ${settings.clusterId}`
      return green(`${found}, ${role}`)
    }),
    probe('AWS price', async () => priceFinding(settings)),
  ]
}

/** Plans, cost and budget are reckoned with it. */
function priceFinding(settings: RedshiftSettings): Finding {
  const price = configuredPrice(settings)
  if (price !== null) return green(hourly(price))
  return {
    state: 'warn',
    detail: `what ${settings.nodeType} costs is not known, so plans, cost and budget cannot say`,
    cure: 'Set REDSHIFT_HOURLY_USD to what an hour of one node costs.',
  }
}

async function permissions(clients: Clients, settings: RedshiftSettings): Promise<Finding> {
  const identity = await whoAmI(clients)
  const principal = principalOf(identity)
  const needed = botPolicy({ ...identity, ...settings, principal }).Statement
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
          ContextKeyValues: [value].flat().map((one) => (one.startsWith('$') ? userId : one)),
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

function probe(title: string, look: () => Promise<Finding>): Probe {
  return {
    title,
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
