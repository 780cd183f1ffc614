import {
  GetNamespaceCommand,
  GetWorkgroupCommand,
  ListTagsForResourceCommand,
  type Namespace,
  paginateListSnapshots,
  paginateListUsageLimits,
  type UsageLimit,
  type Workgroup,
} from '@aws-sdk/client-redshift-serverless'
import { OpsError } from '../../core/errors.ts'
import { isAwsError } from '../aws-error.ts'
import type { Clients } from '../clients.ts'
import { type KeptSnapshot, keptSnapshot } from '../cluster/resources.ts'
import { managedTag } from '../names.ts'
import type { RedshiftSettings } from '../settings.ts'

/*
 * What is there of Redshift Serverless, asked of AWS: a namespace, which holds the data, and a workgroup of the same name, which computes. All
 * of it throws what the SDK throws. https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/
 */

type Place = { readonly clients: Clients; readonly settings: RedshiftSettings }

/** Null for an answer that there is no such thing. */
async function ifThere<T>(ask: () => Promise<T | undefined>): Promise<T | null> {
  try {
    return (await ask()) ?? null
  } catch (error) {
    if (isAwsError(error, 'ResourceNotFound')) return null
    throw error
  }
}

/** The workgroup, if it is ours; null when there is none. Throws `cluster_state` for another owner's. */
export async function ownWorkgroup(place: Place): Promise<Workgroup | null> {
  const { clients, settings } = place
  const workgroupName = settings.clusterId
  const found = await ifThere(
    async () => (await clients.serverless.send(new GetWorkgroupCommand({ workgroupName }))).workgroup,
  )
  if (found !== null) await requireOurs(place, 'Workgroup', found.workgroupArn)
  return found
}

/** The namespace, as `ownWorkgroup`. */
export async function ownNamespace(place: Place): Promise<Namespace | null> {
  const { clients, settings } = place
  const namespaceName = settings.clusterId
  const found = await ifThere(
    async () => (await clients.serverless.send(new GetNamespaceCommand({ namespaceName }))).namespace,
  )
  if (found !== null) await requireOurs(place, 'Namespace', found.namespaceArn)
  return found
}

async function requireOurs({ clients, settings }: Place, what: string, arn: string | undefined): Promise<void> {
  const { clusterId, region } = settings
  if ((await tagsOn(clients, arn)).get(managedTag) === clusterId) return
  throw new OpsError(
    'cluster_state',
    `${what} ${clusterId} in ${region} does not belong to this bot: it lacks its tag. Nothing was changed.`,
    `Set another REDSHIFT_CLUSTER_ID, or tag it to hand it to the bot: aws redshift-serverless tag-resource --region ${region} --resource-arn ${arn ?? '…'} --tags key=${managedTag},value=${clusterId}`,
  )
}

/** The tags of a namespace or a workgroup. */
export async function tagsOn(clients: Clients, resourceArn: string | undefined): Promise<ReadonlyMap<string, string>> {
  const { tags = [] } = await clients.serverless.send(new ListTagsForResourceCommand({ resourceArn }))
  return new Map(tags.map(({ key = '', value = '' }) => [key, value]))
}

/** The limits on the compute of a workgroup, of whatever period. */
export async function computeLimits(clients: Clients, workgroup: Workgroup): Promise<readonly UsageLimit[]> {
  const pages = paginateListUsageLimits(
    { client: clients.serverless },
    { resourceArn: workgroup.workgroupArn, usageType: 'serverless-compute' },
  )
  const found: UsageLimit[] = []
  for await (const { usageLimits = [] } of pages) found.push(...usageLimits)
  return found
}

/** The snapshots of this namespace that exist, newest first. */
export async function namespaceSnapshots({ clients, settings }: Place): Promise<readonly KeptSnapshot[]> {
  const pages = paginateListSnapshots({ client: clients.serverless }, { namespaceName: settings.clusterId })
  const kept: KeptSnapshot[] = []
  for await (const { snapshots = [] } of pages) {
    for (const snapshot of snapshots) {
      kept.push(
        keptSnapshot(settings.clusterId, snapshot.snapshotName, {
          taken: snapshot.snapshotCreateTime,
          megabytes: snapshot.totalBackupSizeInMegaBytes,
          days: snapshot.snapshotRetentionPeriod,
          complete: snapshot.status === 'AVAILABLE',
        }),
      )
    }
  }
  return kept.sort((a, b) => b.taken.getTime() - a.taken.getTime())
}

/** What exists and costs money, in a sentence, asked now; or that it could not be asked. */
export function billedWords(
  settings: RedshiftSettings,
  namespace: Namespace | null,
  workgroup: Workgroup | null,
): string {
  const { clusterId } = settings
  if (namespace === null) return `There is no namespace ${clusterId}, so nothing of it is billed.`
  if (workgroup === null) return `Namespace ${clusterId} has no workgroup; only its storage is billed.`
  return `Workgroup ${clusterId} is ${workgroupWord(workgroup)}. It costs ${rpuPrice(settings)} while it answers, and storage.`
}

/** AWS's word for the state, as people read it. */
export function workgroupWord({ status }: Pick<Workgroup, 'status'>): string {
  return status?.toLowerCase() ?? 'unknown'
}

/** "$0.38 per RPU-hour", or that it is not known. */
export function rpuPrice({ serverless: { rpuHourUsd } }: RedshiftSettings): string {
  return rpuHourUsd === null
    ? 'an unknown price per RPU-hour (set REDSHIFT_RPU_HOUR_USD)'
    : `$${rpuHourUsd} per RPU-hour`
}
