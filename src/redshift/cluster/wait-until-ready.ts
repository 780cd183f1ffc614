import { type Cluster as AwsCluster, CreateTagsCommand, ModifyClusterIamRolesCommand } from '@aws-sdk/client-redshift'
import { OpsError } from '../../core/errors.ts'
import { lasting } from '../../core/format.ts'
import { minuteMs } from '../../core/span.ts'
import type { Step, Work } from '../../core/step.ts'
import { isAwsError } from '../aws-error.ts'
import { clusterArn } from '../names.ts'
import { poll } from '../retries.ts'
import { awsStep, type ClusterContext, ownCluster, wrongState } from './cluster-context.ts'
import { callerIdentity, isTagged } from './resources.ts'
import { loadingRoleArn, tagsOf } from './role.ts'
import { clusterStateOf, isHopeless, isInMaintenance, statusOf } from './state.ts'

// Terraform's provider allows 75 minutes for a creation, and people have needed them: hashicorp/terraform-provider-aws#15339.
const availableMs = 75 * minuteMs

// Clusters "blink in and out of availability shortly after they are created": apache/airflow#58645.
const answersMs = 5 * minuteMs

// AWS may not list a cluster yet that it has just taken the order for.
const unlistedMs = 2 * minuteMs
const unlisted = 'not listed by AWS yet'

/**
 * Waits until the cluster is available and has its role, which is attached where it is not. Fails at once on what waiting does not
 * change: a state without return, a cluster that is paused, being deleted or gone, a denied look.
 */
export function waitUntilAvailable(context: ClusterContext): Step {
  const { settings, clock } = context
  return awsStep(context, { id: 'wait-until-available', title: 'Wait until available' }, async (work) => {
    const role = await loadingRoleArn(context)
    const begun = clock.now()
    let last = ''
    const cluster = await poll(
      async () => {
        const found = await ownCluster(context)
        if (found === null) {
          if (last !== '' && last !== unlisted) throw gone(settings.clusterId)
          if (clock.now().getTime() - begun.getTime() >= unlistedMs) throw gone(settings.clusterId)
          last = unlisted
          work.progress(last)
          return null
        }
        refuseHopeless(found, context)
        const isReady = clusterStateOf(found) === 'available' && !isInMaintenance(found)
        if (isReady && (await hasRole(found, role, context))) return found
        last = statusOf(found)
        work.progress(last)
        return null
      },
      { clock, signal: work.signal, atMostMs: availableMs },
    )
    if (cluster === null) throw tooLong(settings.clusterId, last, lasting(begun, clock.now()))
    await tag(cluster, context)
    return { detail: endpointOf(cluster) }
  })
}

/** Asks the database until it answers: a cluster is called available a little before it is. */
export function testConnection(context: ClusterContext): Step {
  const { answers, clock } = context
  return awsStep(
    context,
    { id: 'ask-the-database', title: 'Test the connection' },
    async ({ signal, progress }: Work) => {
      let refusal: unknown
      const answered = await poll(
        async () => {
          try {
            await answers(signal)
            return true
          } catch (error) {
            signal.throwIfAborted()
            if (!(error instanceof OpsError) || !waitingMayCure(error)) throw error
            refusal = error
            progress('no answer yet')
            return null
          }
        },
        { clock, signal, atMostMs: answersMs },
      )
      if (answered === null) throw refusal
      return { detail: 'OK' }
    },
  )
}

/** Host and port, or that AWS gives none. */
export function endpointOf({ Endpoint: endpoint }: AwsCluster): string {
  return endpoint?.Address === undefined ? 'no endpoint yet' : `${endpoint.Address}:${endpoint.Port ?? 5439}`
}

function waitingMayCure({ code }: OpsError): boolean {
  return code === 'aws' || code === 'sql_failed' || code === 'cluster_state'
}

/** Whether the role is applied; where it is missing it is attached. Servers that stand in for AWS may not report roles at all. */
async function hasRole(cluster: AwsCluster, arn: string, { clients, settings }: ClusterContext): Promise<boolean> {
  if (cluster.IamRoles === undefined) return true
  const role = cluster.IamRoles.find(({ IamRoleArn }) => IamRoleArn === arn)
  if (role !== undefined) return role.ApplyStatus === undefined || role.ApplyStatus === 'in-sync'
  try {
    const order = { ClusterIdentifier: settings.clusterId, AddIamRoles: [arn] }
    await clients.redshift.send(new ModifyClusterIamRolesCommand(order))
  } catch (error) {
    // It may be changing still; the next look tries again.
    if (!isAwsError(error, 'InvalidClusterState')) throw error
  }
  return false
}

function refuseHopeless(cluster: AwsCluster, { settings }: ClusterContext): void {
  const { clusterId } = settings
  const state = clusterStateOf(cluster)
  if (isHopeless(cluster)) {
    throw wrongState(
      `Cluster ${clusterId} is ${statusOf(cluster)} and does not recover from that by itself. It may still be billed.`,
      'Check it in the AWS console, or tear it down and spin up again.',
      'tear-down',
    )
  }
  if (state === 'deleting') {
    throw wrongState(`Cluster ${clusterId} is being deleted.`, 'Run spin-up again when it is deleted.', 'status')
  }
  if (state === 'paused' || state === 'pausing') {
    throw wrongState(`Someone paused cluster ${clusterId} in the meantime.`, 'Resume it.', 'resume')
  }
}

function gone(clusterId: string): OpsError {
  return wrongState(
    `Cluster ${clusterId} was deleted outside of this bot. No node is billed.`,
    'Run spin-up again.',
    'spin-up',
  )
}

function tooLong(clusterId: string, state: string, time: string): OpsError {
  return wrongState(
    `Cluster ${clusterId} is still ${state} after ${time}. It is billed as soon as it is available.`,
    'Run spin-up again to keep waiting, or tear it down.',
    'spin-up',
  )
}

/** Puts our tag on a restored cluster that came without it; AWS takes tags only when it is available. */
async function tag(cluster: AwsCluster, { clients, settings }: ClusterContext): Promise<void> {
  if (isTagged(cluster, settings.clusterId)) return
  const arn = clusterArn(await callerIdentity(clients), settings.region, settings.clusterId)
  await clients.redshift.send(new CreateTagsCommand({ ResourceName: arn, Tags: tagsOf(settings) }))
}
