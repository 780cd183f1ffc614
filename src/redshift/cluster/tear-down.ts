import type { Cluster as AwsCluster } from '@aws-sdk/client-redshift'
import { DeleteClusterCommand, ResumeClusterCommand } from '@aws-sdk/client-redshift'
import { totalUsd } from '../../core/cluster/bill.ts'
import { OpsError } from '../../core/errors.ts'
import { moment } from '../../core/format.ts'
import type { ClusterOperation } from '../../core/ports/cluster.ts'
import type { PlanDraft } from '../../core/ports/plans.ts'
import { minuteMs } from '../../core/span.ts'
import type { Step, Work } from '../../core/step.ts'
import { isAwsError, readAwsError } from '../aws-error.ts'
import { quoted } from '../aws-failure.ts'
import { finalSnapshotName } from '../names.ts'
import { storageRate } from '../price.ts'
import { poll } from '../retries.ts'
import {
  awsStep,
  type ClusterContext,
  explainingAwsErrors,
  hoursFromNow,
  ownCluster,
  priceOfCluster,
  sizeOf,
  underLease,
  wrongState,
} from './cluster-context.ts'
import { bill, running, stopped } from './lease.ts'
import { day, type KeptSnapshot, keptSnapshots, snapshotLine } from './resources.ts'
import { deleteRole } from './role.ts'
import { clusterStateOf, isTransition, statusOf } from './state.ts'

/** Deletes the cluster first, the role last, then verifies what is left. Run again half-way, it continues; with nothing there, it reports that. */
export async function tearDown(context: ClusterContext, keep: boolean): Promise<ClusterOperation> {
  const { clients, settings } = context
  return explainingAwsErrors(async () => {
    const cluster = await ownCluster(context)
    const settled = cluster !== null && clusterStateOf(cluster) !== 'deleting' ? cluster : null
    const kept = await keptSnapshots(clients, settings.clusterId)
    return {
      plan: settled === null ? null : await planOf(context, settled, keep, kept),
      steps: [deleteCluster(context, keep), waitUntilDeleted(context), deleteRole(context), verify(context)],
      done: [
        cluster === null ? `There is no cluster ${settings.clusterId}.` : `Cluster ${settings.clusterId} is deleted.`,
        stillBilled(context, keep && settled !== null, kept),
      ].join(' '),
      // What a final snapshot keeps, a restored cluster serves again.
      ...(keep ? {} : { forgetsLoads: true }),
    }
  })
}

async function planOf(
  context: ClusterContext,
  cluster: AwsCluster,
  keep: boolean,
  kept: readonly KeptSnapshot[],
): Promise<PlanDraft> {
  const { settings } = context
  const created = cluster.ClusterCreateTime
  const age = created === undefined ? '' : `, created ${moment(created)}`
  return {
    title: `Tear down ${settings.clusterId}?`,
    facts: [
      `Deletes the cluster: Redshift ${sizeOf(cluster, settings)}, ${settings.region}${age}${await spent(context, cluster)}.`,
      ...(await lossFacts(context, keep, kept)),
    ],
    act: `Tear down ${settings.clusterId}`,
    typed: settings.clusterId,
    danger: true,
  }
}

/** What else a person must know before it is deleted: what it holds, who uses it, and what is kept. */
export async function lossFacts(
  context: ClusterContext,
  keep: boolean,
  kept: readonly KeptSnapshot[],
): Promise<readonly string[]> {
  const { region, roleArn, roleName } = context.settings
  const [load, asked] = await Promise.all([context.lastLoad?.() ?? null, context.askedToday?.() ?? null])
  return [
    ...(load === null ? [] : [`Last load: ${load}.`]),
    ...(asked === null ? [] : [`Used today by ${asked}.`]),
    keep
      ? `A final snapshot is kept for ${snapshotDays} days, until ${snapshotEnd(context)}, for about ${storageRate(region)}; spin-up restores it.`
      : 'No snapshot is kept: the data is lost and must be loaded again.',
    ...kept.map((snapshot) => `Keeps an earlier snapshot: ${snapshotLine(snapshot, region)}.`),
    roleArn === null ? `The role ${roleName} is deleted last.` : `The role ${roleArn} is not changed.`,
  ]
}

// In whole dollars: a plan that changed each minute could never be confirmed.
async function spent(context: ClusterContext, { ClusterCreateTime: created }: AwsCluster): Promise<string> {
  if (created === undefined || (await context.leases.get()) === null) return ''
  const usd = totalUsd(await bill(context, created, context.clock.now()))
  if (usd === null) return ''
  const dollars = Math.round(usd)
  return dollars === 0 ? ', less than $1 so far' : `, about $${dollars.toLocaleString('en')} so far`
}

function snapshotEnd(context: ClusterContext): string {
  return day(hoursFromNow(context, snapshotDays * 24))
}

/** What is billed once it is deleted: the snapshot that is taken now, and earlier ones. */
export function stillBilled(context: ClusterContext, newSnapshot: boolean, kept: readonly KeptSnapshot[]): string {
  const left = [
    ...(newSnapshot ? [`its final snapshot, until ${snapshotEnd(context)}`] : []),
    ...kept.map((snapshot) => snapshotLine(snapshot, context.settings.region)),
  ]
  return left.length === 0 ? 'Nothing of it is billed.' : `Still billed: ${left.join('; ')}.`
}

function verify(context: ClusterContext): Step {
  const { clients, settings } = context
  return verifyGone(context, `Cluster ${settings.clusterId}`, async () =>
    (await ownCluster(context)) === null ? keptSnapshots(clients, settings.clusterId) : null,
  )
}

/** The last step: asks AWS what is left. `left` gives the snapshots, and null where `what` exists again. */
export function verifyGone(
  context: ClusterContext,
  what: string,
  left: () => Promise<readonly KeptSnapshot[] | null>,
): Step {
  return awsStep(context, { id: 'verify-that-nothing-is-left', title: 'Verify that nothing is left' }, async () => {
    const kept = await left()
    if (kept === null)
      throw wrongState(`${what} exists again: someone created it in the meantime.`, 'See status.', 'status')
    const lines = kept.map((snapshot) => snapshotLine(snapshot, context.settings.region))
    return { detail: lines.length === 0 ? 'nothing is billed' : lines.join('; ') }
  })
}

/** How long a final snapshot is kept. */
export const snapshotDays = 7

// A pause that has begun may take 15 minutes by itself, a resize longer.
const transitionMs = 45 * minuteMs

// "2.5 min of retries was too short", 15 minutes were enough: apache/airflow#69574.
const refusedMs = 15 * minuteMs

const deletedMs = 60 * minuteMs

// Paused clusters were refused to be deleted, and were left behind: apache/airflow#68922.
const refusalsBeforeWaking = 3

// Enough to delete it once it is available: where tear-down is interrupted, the cluster is paused again soon.
const wakingLeaseHours = 1

/** What AWS answered to the order to delete. */
type Answer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'name-in-use'; readonly reason: string }

/** Has the cluster deleted, from whatever state it is in: AWS is asked unless the state is about to pass by itself. */
export function deleteCluster(context: ClusterContext, keep: boolean): Step {
  const { settings, clock } = context
  const { clusterId } = settings
  return awsStep(context, { id: 'delete-cluster', title: 'Delete cluster' }, async (work) => {
    if ((await ownCluster(context)) === null) return { skipped: 'there is none' }
    const name = async (): Promise<string> => {
      const fresh = finalSnapshotName(clusterId, clock.now())
      await work.keep('snapshot', fresh)
      return fresh
    }
    let snapshot = keep ? (work.handle('snapshot') ?? (await name())) : null
    let seen = { status: '', since: clock.now(), refusals: 0 }
    let last: AwsCluster = {}
    let answer: Answer | null = null
    const ordered = await poll(
      async () => {
        const cluster = await ownCluster(context)
        if (cluster === null || clusterStateOf(cluster) === 'deleting') return true
        last = cluster
        const status = statusOf(cluster)
        if (status !== seen.status) seen = { status, since: clock.now(), refusals: 0 }
        if (!isTransition(cluster)) {
          // Had our own order taken that name, the cluster would be deleting.
          if (answer?.kind === 'name-in-use') snapshot = await name()
          answer = await orderDeletion(context, snapshot)
          if (answer.kind === 'taken') return true
          const refusedFor = clock.now().getTime() - seen.since.getTime()
          if (refusedFor >= refusedMs || isLasting(answer.reason)) throw notDeleted(clusterId, cluster, answer)
          seen = { ...seen, refusals: seen.refusals + 1 }
          if (status === 'paused' && seen.refusals >= refusalsBeforeWaking) await resumeToDelete(context, cluster)
        }
        work.progress(`${status}; AWS does not delete it yet`)
        return null
      },
      { clock, signal: work.signal, atMostMs: transitionMs },
    )
    if (ordered === null) throw notDeleted(clusterId, last, answer)
    return snapshot === null ? {} : { detail: `final snapshot ${snapshot}` }
  })
}

/** Waits until AWS no longer knows the cluster. */
function waitUntilDeleted(context: ClusterContext): Step {
  const { settings, clock, leases } = context
  return awsStep(
    context,
    { id: 'wait-until-deleted', title: 'Wait until deleted' },
    async ({ signal, progress }: Work) => {
      let last: AwsCluster = {}
      const gone = await poll(
        async () => {
          const cluster = await ownCluster(context)
          if (cluster === null) return true
          last = cluster
          if (clusterStateOf(cluster) !== 'deleting') throw notDeleted(settings.clusterId, cluster, null)
          progress(statusOf(cluster))
          return null
        },
        { clock, signal, atMostMs: deletedMs },
      )
      if (gone === null) throw notDeleted(settings.clusterId, last, null)
      const lease = await leases.get()
      if (lease !== null) await leases.set(stopped(lease, clock.now()))
      return {}
    },
  )
}

/** Asks AWS to delete it. Throws what waiting does not change. */
async function orderDeletion({ clients, settings }: ClusterContext, snapshot: string | null): Promise<Answer> {
  try {
    await clients.redshift.send(
      new DeleteClusterCommand({
        ClusterIdentifier: settings.clusterId,
        ...(snapshot === null
          ? { SkipFinalClusterSnapshot: true }
          : {
              SkipFinalClusterSnapshot: false,
              FinalClusterSnapshotIdentifier: snapshot,
              FinalClusterSnapshotRetentionPeriod: snapshotDays,
            }),
      }),
    )
    return { kind: 'taken' }
  } catch (error) {
    const reason = readAwsError(error)?.message ?? ''
    if (isAwsError(error, 'ClusterNotFound')) return { kind: 'taken' }
    if (isAwsError(error, 'InvalidClusterState')) return { kind: 'refused', reason }
    if (isAwsError(error, 'ClusterSnapshotAlreadyExists')) return { kind: 'name-in-use', reason }
    throw error
  }
}

/** Resumes a paused cluster so that it can be deleted. It costs money from then on, so it gets a lease and a bill period first. */
async function resumeToDelete(context: ClusterContext, cluster: AwsCluster): Promise<void> {
  const { clients, settings, clock, leases } = context
  const until = hoursFromNow(context, wakingLeaseHours)
  const lease = running(await leases.get(), clock.now(), until, priceOfCluster(cluster, settings))
  try {
    await underLease(context, lease, async () => {
      await clients.redshift.send(new ResumeClusterCommand({ ClusterIdentifier: settings.clusterId }))
    })
  } catch (error) {
    if (!isAwsError(error, 'InvalidClusterState')) throw error
  }
}

/** A cluster registered with the Glue Data Catalog is refused for as long as it is registered: cloud-custodian#10863. */
function isLasting(reason: string): boolean {
  return /Glue Data Catalog|Lakehouse/i.test(reason)
}

function notDeleted(clusterId: string, cluster: AwsCluster, answer: Answer | null): OpsError {
  const said = answer === null || answer.kind === 'taken' ? '' : ` AWS answered: ${quoted(answer.reason)}`
  const message = `Cluster ${clusterId} was not deleted; it is ${statusOf(cluster)}.${said}`
  const next = 'Fix what AWS names, or delete the cluster in the Redshift console; if that fails, contact AWS Support.'
  switch (clusterStateOf(cluster)) {
    case 'available':
      return wrongState(`${message} It is still billed.`, `Pause it to stop its hourly cost. ${next}`, 'pause')
    case 'paused':
      return new OpsError('cluster_state', `${message} Only its storage is billed.`, next, { fixCommand: 'status' })
    default:
      return new OpsError('cluster_state', `${message} It may still be billed.`, next, { fixCommand: 'status' })
  }
}
