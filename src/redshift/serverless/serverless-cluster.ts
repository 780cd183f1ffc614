import { monthOf, totalUsd } from '../../core/cluster/bill.ts'
import { OpsError } from '../../core/errors.ts'
import { lasting } from '../../core/format.ts'
import type { Cluster, ClusterFacts, ClusterOperation, ClusterState } from '../../core/ports/cluster.ts'
import { awsFailure } from '../aws-failure.ts'
import { costStatus, explainingAwsErrors, noCluster } from '../cluster/cluster-context.ts'
import type { ClusterAccess } from '../cluster/redshift-cluster.ts'
import { snapshotLine } from '../cluster/resources.ts'
import { loadingRoleArn } from '../cluster/role.ts'
import { aboutUsd, storageRate } from '../price.ts'
import type { ServerlessContext } from './context.ts'
import { computeLimits, namespaceSnapshots, ownNamespace, ownWorkgroup, rpuPrice, workgroupWord } from './resources.ts'
import { capacityWords, spinUpWorkgroup } from './spin-up.ts'
import { tearDownWorkgroup } from './tear-down.ts'
import { billOfUsage, rpuHours, settleWorkgroupUsage } from './usage.ts'

/**
 * A workgroup of Redshift Serverless with its namespace and role, as the `Cluster` of the commands. It idles by itself: nothing pauses or
 * resumes it, and it has no lease. Every method asks AWS first, and throws as the port describes.
 */
export function createServerlessCluster(context: ServerlessContext): Cluster {
  const { usage, settings } = context
  const idles = () => explainingAwsErrors(() => idlesByItself(context))
  return {
    name: settings.clusterId,
    free: false,
    describe: () => explainingAwsErrors(() => describe(context)),
    costStatus: () => costStatus(context),
    spinUp: (options) => spinUpWorkgroup(context, options),
    tearDown: ({ snapshot }) => tearDownWorkgroup(context, snapshot),
    pause: idles,
    resume: idles,
    extend: idles,
    leaseAction: async () => ({ kind: 'nothing' }),
    settleUsage: async () => {
      try {
        await settleWorkgroupUsage(context)
      } catch (error) {
        throw awsFailure(error)
      }
    },
    bill: async (from, to) => billOfUsage((await usage.get()) ?? [], settings, from, to),
  }
}

/** What pausing, resuming and a longer lease come to: a sentence. */
async function idlesByItself(context: ServerlessContext): Promise<ClusterOperation> {
  const { clusterId, region } = context.settings
  if ((await ownWorkgroup(context)) === null) throw noCluster(clusterId, 'workgroup')
  return {
    plan: null,
    steps: [],
    done: `Workgroup ${clusterId} idles by itself: while nothing is asked it costs ${storageRate(region)} and no more. It has no lease. Nothing was changed.`,
  }
}

async function describe(context: ServerlessContext): Promise<ClusterFacts> {
  const { clients, settings, clock, usage } = context
  const { clusterId: name, region } = settings
  const [namespace, workgroup] = [await ownNamespace(context), await ownWorkgroup(context)]
  const now = clock.now()
  const used = (await usage.get()) ?? []
  const month = monthOf(now).from
  const cost = totalUsd(billOfUsage(used, settings, month, now))
  const money = [
    ['Used this month', `${rpuHours(used, month, now).toFixed(2)} RPU-hours`],
    ...(cost === null ? [] : [['This month', aboutUsd(cost)] as const]),
  ] as const
  if (workgroup === null) {
    const kept = await namespaceSnapshots(context)
    const half =
      namespace === null
        ? []
        : [['Note', 'the namespace exists without a workgroup: spin-up makes one, tear-down deletes it'] as const]
    const snapshots = kept.map((snapshot) => ['Snapshot', snapshotLine(snapshot, region)] as const)
    const state = namespace?.status === 'DELETING' ? 'deleting' : 'none'
    return { name, state, since: null, facts: [...half, ...snapshots, ...(used.length === 0 ? [] : money)] }
  }
  const limits = await computeLimits(clients, workgroup)
  const daily = limits.find(({ period }) => period === 'daily')
  const created = workgroup.creationDate
  const state = stateOf(workgroup.status)
  const word = workgroupWord(workgroup)
  return {
    name,
    state,
    since: created ?? null,
    facts: [
      ['Engine', `Redshift Serverless, ${capacityWords(settings)}, ${region}`],
      ...(word === state ? [] : [['AWS status', word] as const]),
      ...(created === undefined ? [] : [['Age', lasting(created, now)] as const]),
      ['Price', `${rpuPrice(settings)} while it answers`],
      ...money,
      ['Limit', daily === undefined ? 'none: spin-up sets one' : `${daily.amount ?? 0} RPU-hours a day (UTC)`],
      ['Storage', storageRate(region)],
      ['Lease', 'none: it idles by itself'],
    ],
  }
}

/** A workgroup that is being changed goes on answering. */
function stateOf(status: string | undefined): ClusterState {
  if (status === 'CREATING') return 'creating'
  return status === 'DELETING' ? 'deleting' : 'available'
}

/** What the engine needs to know of it before it can work on it. Throws `no_cluster`, `cluster_state`, and what AWS refuses. */
export function serverlessAccess(context: ServerlessContext): ClusterAccess {
  const { clusterId } = context.settings
  return {
    roleArn: () => explainingAwsErrors(() => loadingRoleArn(context)),
    secretArn: () =>
      explainingAwsErrors(async () => {
        const namespace = await ownNamespace(context)
        if (namespace === null) throw noCluster(clusterId, 'workgroup')
        const arn = namespace.adminPasswordSecretArn
        if (arn !== undefined) return arn
        throw new OpsError(
          'cluster_state',
          `Namespace ${clusterId} has no managed admin password, by which the bot logs in.`,
          `Let AWS manage it: aws redshift-serverless update-namespace --namespace-name ${clusterId} --manage-admin-password`,
        )
      }),
  }
}
