import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import { totalUsd } from '../../core/money/spent.ts'
import type { PlanDraft } from '../../core/plan.ts'
import type { Act } from '../../core/ports/cluster.ts'
import type { Step } from '../../core/step.ts'
import { moment } from '../../core/words.ts'
import { storageRate } from '../price.ts'
import { bill } from './bill.ts'
import { deleteCluster, snapshotDays, waitUntilDeleted } from './delete.ts'
import { type KeptSnapshot, keptSnapshots } from './look.ts'
import { deleteRole } from './role.ts'
import { awsStep, explained, hence, ownCluster, type Setting, sizeOf } from './setting.ts'
import { day, snapshotLine } from './snapshot-line.ts'
import { stateOf } from './state.ts'

/** Cluster first, role last, then a look at what is left. Said again half-way, it carries on; with nothing there, it says so. */
export async function tearDown(setting: Setting, keep: boolean): Promise<Act> {
  const { clients, settings } = setting
  return explained(async () => {
    const cluster = await ownCluster(setting)
    const settled = cluster !== null && stateOf(cluster) !== 'deleting' ? cluster : null
    const kept = await keptSnapshots(clients, settings.clusterId)
    return {
      plan: settled === null ? null : await planOf(setting, settled, keep, kept),
      steps: [deleteCluster(setting, keep), waitUntilDeleted(setting), deleteRole(setting), verify(setting)],
      done: doneWords(setting, cluster, keep && settled !== null, kept),
      // What a final snapshot keeps, a restored cluster serves again.
      ...(keep ? {} : { forgetsLoads: true }),
    }
  })
}

async function planOf(
  setting: Setting,
  cluster: AwsCluster,
  keep: boolean,
  kept: readonly KeptSnapshot[],
): Promise<PlanDraft> {
  const { settings } = setting
  const created = cluster.ClusterCreateTime
  const age = created === undefined ? '' : `, created ${moment(created)}`
  const [load, asked] = await Promise.all([setting.lastLoad?.() ?? null, setting.askedToday?.() ?? null])
  return {
    title: `Tear down ${settings.clusterId}?`,
    facts: [
      `The cluster goes: Redshift ${sizeOf(cluster, settings)}, ${settings.region}${age}${await spent(setting, cluster)}.`,
      ...(load === null ? [] : [`Last load: ${load}.`]),
      ...(asked === null ? [] : [`Asked today: ${asked}.`]),
      keep
        ? `A final snapshot stays ${snapshotDays} days, until ${day(snapshotEnd(setting))}, for about ${storageRate(settings.region)}. Spin-up restores it.`
        : 'No snapshot stays: its data are lost, and must be loaded anew.',
      ...kept.map((snapshot) => `An earlier snapshot stays: ${snapshotLine(snapshot, settings.region)}.`),
      settings.roleArn === null
        ? `The role ${settings.roleName} goes last.`
        : `The role ${settings.roleArn} stays as it is.`,
    ],
    act: `Tear down ${settings.clusterId}`,
    typed: settings.clusterId,
    danger: true,
  }
}

// In whole dollars: a plan that says something else each minute could never be confirmed.
async function spent(setting: Setting, { ClusterCreateTime: created }: AwsCluster): Promise<string> {
  if (created === undefined || (await setting.leases.get()) === null) return ''
  const usd = totalUsd(await bill(setting, created, setting.clock.now()))
  if (usd === null) return ''
  const dollars = Math.round(usd)
  return dollars === 0 ? ', less than $1 so far' : `, about $${dollars.toLocaleString('en')} so far`
}

function snapshotEnd(setting: Setting): Date {
  return hence(setting, snapshotDays * 24)
}

function doneWords(
  setting: Setting,
  cluster: AwsCluster | null,
  newSnapshot: boolean,
  kept: readonly KeptSnapshot[],
): string {
  const { clusterId, region } = setting.settings
  const gone = cluster === null ? `There is no cluster ${clusterId}` : `Cluster ${clusterId} is gone`
  const left = [
    ...(newSnapshot ? [`its final snapshot until ${day(snapshotEnd(setting))}`] : []),
    ...kept.map((snapshot) => snapshotLine(snapshot, region)),
  ]
  return left.length === 0
    ? `${gone}, and nothing of it costs money.`
    : `${gone}. What still costs money: ${left.join('; ')}.`
}

/** Asks AWS, at the end, what is left. */
function verify(setting: Setting): Step {
  const { clients, settings } = setting
  return awsStep(setting, { id: 'verify-that-nothing-is-left', title: 'Verify that nothing is left' }, async () => {
    if ((await ownCluster(setting)) !== null) {
      throw new OpsError(
        'cluster_state',
        `Cluster ${settings.clusterId} is back: somebody made it anew.`,
        'See status.',
        {
          cure: 'status',
        },
      )
    }
    const kept = await keptSnapshots(clients, settings.clusterId)
    return {
      detail:
        kept.length === 0
          ? 'nothing that costs money'
          : kept.map((snapshot) => snapshotLine(snapshot, settings.region)).join('; '),
    }
  })
}
