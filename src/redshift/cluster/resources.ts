import { GetRoleCommand, type Role } from '@aws-sdk/client-iam'
import {
  type Cluster as AwsCluster,
  DescribeClustersCommand,
  paginateDescribeClusterSnapshots,
} from '@aws-sdk/client-redshift'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { bytes, moment, usd } from '../../core/format.ts'
import { dayMs } from '../../core/span.ts'
import { isAwsError } from '../aws-error.ts'
import type { Clients } from '../clients.ts'
import { type Account, accountOf, finalSnapshotPrefix, managedTag } from '../names.ts'
import { storageUsd } from '../price.ts'

/*
 * What is there, asked of AWS. All of it throws what the SDK throws.
 */

/** Who the credentials are. */
export interface AwsIdentity extends Account {
  readonly arn: string
  readonly userId: string
}

/** Asks STS, which every principal may. */
export async function callerIdentity(clients: Clients): Promise<AwsIdentity> {
  const { Arn = '', UserId = '' } = await clients.sts.send(new GetCallerIdentityCommand())
  return { ...accountOf(Arn), arn: Arn, userId: UserId }
}

/** The cluster of that name in the region; null when there is none. */
export async function findCluster(clients: Clients, clusterId: string): Promise<AwsCluster | null> {
  try {
    const { Clusters = [] } = await clients.redshift.send(new DescribeClustersCommand({ ClusterIdentifier: clusterId }))
    return Clusters[0] ?? null
  } catch (error) {
    if (isAwsError(error, 'ClusterNotFound')) return null
    throw error
  }
}

/** The role of that name; null when there is none. */
export async function findRole(clients: Clients, name: string): Promise<Role | null> {
  try {
    const { Role: role } = await clients.iam.send(new GetRoleCommand({ RoleName: name }))
    return role ?? null
  } catch (error) {
    if (isAwsError(error, 'NoSuchEntity')) return null
    throw error
  }
}

/** Whether it bears this bot's tag. */
export function isTagged(
  resource: {
    readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined
  },
  clusterId: string,
): boolean {
  return (resource.Tags ?? []).some(({ Key, Value }) => Key === managedTag && Value === clusterId)
}

/** A snapshot that outlives what it was taken of. */
export interface KeptSnapshot {
  readonly name: string
  /** Whether tear-down took it; others were taken by hand. */
  readonly final: boolean
  readonly megabytes: number
  readonly taken: Date
  /** Null: kept until someone deletes it. */
  readonly until: Date | null
  /** Whether it is complete, so that it can be restored. */
  readonly complete: boolean
}

/** A snapshot as AWS describes it, `days` being how long it is kept: negative without an end. */
export function keptSnapshot(
  clusterId: string,
  name = '',
  { taken = new Date(0), megabytes = 0, days = -1, complete }: SnapshotDetails,
): KeptSnapshot {
  const until = days < 0 ? null : new Date(taken.getTime() + days * dayMs)
  return { name, final: name.startsWith(finalSnapshotPrefix(clusterId)), megabytes, taken, until, complete }
}

interface SnapshotDetails {
  readonly taken: Date | undefined
  readonly megabytes: number | undefined
  readonly days: number | undefined
  readonly complete: boolean
}

/** Of snapshots, newest first: the first that tear-down took and that is complete; null when there is none. */
export function newestFinal<S extends KeptSnapshot>(kept: readonly S[]): S | null {
  return kept.find(({ final, complete }) => final && complete) ?? null
}

/** A manual snapshot of a cluster. */
export interface ClusterSnapshot extends KeptSnapshot {
  readonly nodeType: string
  readonly nodes: number
}

/** The manual snapshots of this cluster that exist, newest first. */
export async function keptSnapshots(clients: Clients, clusterId: string): Promise<readonly ClusterSnapshot[]> {
  const pages = paginateDescribeClusterSnapshots(
    { client: clients.redshift },
    { ClusterIdentifier: clusterId, SnapshotType: 'manual' },
  )
  const kept: ClusterSnapshot[] = []
  for await (const { Snapshots = [] } of pages) {
    for (const snapshot of Snapshots) {
      kept.push({
        ...keptSnapshot(clusterId, snapshot.SnapshotIdentifier, {
          taken: snapshot.SnapshotCreateTime,
          megabytes: snapshot.TotalBackupSizeInMegaBytes,
          days: snapshot.ManualSnapshotRetentionPeriod,
          complete: snapshot.Status === 'available',
        }),
        nodeType: snapshot.NodeType ?? '',
        nodes: snapshot.NumberOfNodes ?? 1,
      })
    }
  }
  return kept.sort((a, b) => b.taken.getTime() - a.taken.getTime())
}

/** The last part is left out where the price is not known: "sparkify-final-20261107-091245, 40.0 MB, until 14 Nov 2026, less than $0.01 a month". */
export function snapshotLine({ name, megabytes, until }: KeptSnapshot, region: string): string {
  const end = until === null ? 'until someone deletes it' : `until ${day(until)}`
  const rate = storageUsd(region)
  const cost = rate === null ? [] : [`${usd((megabytes / 1000) * rate)} a month`]
  return [name, bytes(megabytes * 1e6), end, ...cost].join(', ')
}

/** "14 Nov 2026", UTC. */
export function day(at: Date): string {
  return moment(at).replace(/,.*/, '')
}
