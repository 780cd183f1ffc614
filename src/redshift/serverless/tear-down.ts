import {
  DeleteNamespaceCommand,
  DeleteUsageLimitCommand,
  DeleteWorkgroupCommand,
  type Namespace,
  type Workgroup,
} from '@aws-sdk/client-redshift-serverless'
import { expected } from '../../core/errors.ts'
import { moment } from '../../core/format.ts'
import type { ClusterOperation } from '../../core/ports/cluster.ts'
import type { PlanDraft } from '../../core/ports/plans.ts'
import { minuteMs } from '../../core/span.ts'
import type { Step } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { awsStep, explainingAwsErrors } from '../cluster/cluster-context.ts'
import type { KeptSnapshot } from '../cluster/resources.ts'
import { deleteRole } from '../cluster/role.ts'
import { lossFacts, snapshotDays, stillBilled, verifyGone } from '../cluster/tear-down.ts'
import { finalSnapshotName } from '../names.ts'
import { type ServerlessContext, taken, waitFor } from './context.ts'
import { computeLimits, namespaceSnapshots, ownNamespace, ownWorkgroup, workgroupWord } from './resources.ts'
import { capacityWords } from './spin-up.ts'
import { settleWorkgroupUsage } from './usage.ts'

const deletedMs = 60 * minuteMs

/** Deletes the workgroup, then its namespace, the role last. Run again half-way, it continues; with nothing there, it reports that. */
export async function tearDownWorkgroup(context: ServerlessContext, keep: boolean): Promise<ClusterOperation> {
  const { clusterId } = context.settings
  return explainingAwsErrors(async () => {
    const [namespace, workgroup] = [await ownNamespace(context), await ownWorkgroup(context)]
    const kept = await namespaceSnapshots(context)
    const there = namespace ?? workgroup
    const isSettled = there !== null && there.status !== 'DELETING'
    return {
      plan: isSettled ? await planOf(context, { namespace, workgroup }, keep, kept) : null,
      steps: [deleteWorkgroup(context), deleteNamespace(context, keep), deleteRole(context), verify(context)],
      done: [
        there === null ? `There is no namespace ${clusterId}.` : `${clusterId} is deleted.`,
        stillBilled(context, keep && isSettled, kept),
      ].join(' '),
      ...(keep ? {} : { forgetsLoads: true }),
    }
  })
}

async function planOf(
  context: ServerlessContext,
  { namespace, workgroup }: { readonly namespace: Namespace | null; readonly workgroup: Workgroup | null },
  keep: boolean,
  kept: readonly KeptSnapshot[],
): Promise<PlanDraft> {
  const { settings } = context
  const { clusterId, region } = settings
  const created = namespace?.creationDate
  const what = workgroup === null ? 'the namespace' : `the workgroup and its namespace: ${capacityWords(settings)}`
  return {
    title: `Tear down ${clusterId}?`,
    facts: [
      `Deletes ${what}, ${region}${created === undefined ? '' : `, created ${moment(created)}`}.`,
      ...(await lossFacts(context, keep, kept)),
    ],
    act: `Tear down ${clusterId}`,
    typed: clusterId,
    danger: true,
  }
}

/** Keeps what was used, removes the limits and the workgroup, and waits until it is gone. */
function deleteWorkgroup(context: ServerlessContext): Step {
  const { clients, settings } = context
  const workgroupName = settings.clusterId
  return awsStep(context, { id: 'delete-workgroup', title: 'Delete workgroup' }, async (work) => {
    const found = await ownWorkgroup(context)
    if (found === null) return { skipped: 'there is none' }
    if (found.status === 'AVAILABLE') {
      await settleWorkgroupUsage(context).catch(
        expected((error) => work.progress(`what was used last is not known: ${error.message}`)),
      )
    }
    for (const { usageLimitId } of await computeLimits(clients, found)) {
      await unlessGone(() => clients.serverless.send(new DeleteUsageLimitCommand({ usageLimitId })))
    }
    await waitFor(context, work, deletedMs, `Workgroup ${workgroupName}`, async () => {
      const now = await ownWorkgroup(context)
      if (now === null) return { kind: 'done', value: true }
      if (now.status !== 'DELETING') {
        await taken(() => unlessGone(() => clients.serverless.send(new DeleteWorkgroupCommand({ workgroupName }))))
      }
      return { kind: 'waiting', state: workgroupWord(now) }
    })
    return {}
  })
}

/** Deletes the namespace, with a final snapshot where one is to be kept, and waits until it is gone. */
function deleteNamespace(context: ServerlessContext, keep: boolean): Step {
  const { clients, settings, clock } = context
  const namespaceName = settings.clusterId
  return awsStep(context, { id: 'delete-namespace', title: 'Delete namespace' }, async (work) => {
    if ((await ownNamespace(context)) === null) return { skipped: 'there is none' }
    const snapshot = keep ? (work.handle('snapshot') ?? finalSnapshotName(settings.clusterId, clock.now())) : null
    if (snapshot !== null) await work.keep('snapshot', snapshot)
    const final = snapshot === null ? {} : { finalSnapshotName: snapshot, finalSnapshotRetentionPeriod: snapshotDays }
    await waitFor(context, work, deletedMs, `Namespace ${namespaceName}`, async () => {
      const now = await ownNamespace(context)
      if (now === null) return { kind: 'done', value: true }
      if (now.status === 'AVAILABLE') {
        await taken(() =>
          unlessGone(() => clients.serverless.send(new DeleteNamespaceCommand({ namespaceName, ...final }))),
        )
      }
      return { kind: 'waiting', state: now.status?.toLowerCase() ?? 'unknown' }
    })
    return snapshot === null ? {} : { detail: `final snapshot ${snapshot}` }
  })
}

async function unlessGone(order: () => Promise<unknown>): Promise<void> {
  try {
    await order()
  } catch (error) {
    if (!isAwsError(error, 'ResourceNotFound')) throw error
  }
}

function verify(context: ServerlessContext): Step {
  return verifyGone(context, context.settings.clusterId, async () =>
    (await ownNamespace(context)) === null && (await ownWorkgroup(context)) === null
      ? namespaceSnapshots(context)
      : null,
  )
}
