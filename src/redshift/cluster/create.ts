import {
  type Cluster as AwsCluster,
  CreateClusterCommand,
  RestoreFromClusterSnapshotCommand,
} from '@aws-sdk/client-redshift'
import type { Step, StepResult, Work } from '../../core/step.ts'
import { isAwsError, readAwsError } from '../aws-error.ts'
import { priceOf } from '../price.ts'
import { begun } from './lease.ts'
import { type KeptSnapshot, keptSnapshots } from './look.ts'
import { poll } from './poll.ts'
import { loadingRoleArn, tagsOf } from './role.ts'
import { awsStep, ensureLease, hence, ownCluster, type Setting } from './setting.ts'
import { stateOf } from './state.ts'
import { underLease } from './under-lease.ts'
import { wake } from './wake.ts'

// A new role takes about a minute to be known everywhere: hashicorp/terraform-provider-aws#19113.
const newRoleMs = 2 * 60_000

/** What is wanted of the cluster. */
export interface Wish {
  readonly nodeType: string
  readonly nodes: number
  readonly leaseHours: number
  /** Whether size was asked for, so that a restored cluster gets it, and not the one of its snapshot. */
  readonly resize: boolean
}

/** Has a cluster made: adopts the one that is there, wakes a paused one, restores the newest kept snapshot, or else creates it. */
export function createCluster(setting: Setting, wish: Wish): Step {
  const { clients, settings, clock, leases } = setting
  return awsStep(setting, { id: 'create-cluster', title: 'Create cluster' }, async (work) => {
    const found = await ownCluster(setting)
    if (found !== null) return adopt(setting, found, wish, work)
    const snapshot = await newestSnapshot(setting)
    const role = await loadingRoleArn(setting)
    const { nodeType, nodes } = snapshot === null || wish.resize ? wish : snapshot
    const price = priceOf(nodeType, nodes, settings)
    const lease = begun(await leases.get(), clock.now(), hence(setting, wish.leaseHours), price)
    const network = {
      ClusterIdentifier: settings.clusterId,
      PubliclyAccessible: false,
      ManageMasterPassword: true,
      IamRoles: [role],
      DefaultIamRoleArn: role,
      ...(settings.subnetGroup === null ? {} : { ClusterSubnetGroupName: settings.subnetGroup }),
      ...(settings.securityGroups.length === 0 ? {} : { VpcSecurityGroupIds: [...settings.securityGroups] }),
    }
    const make = async (): Promise<unknown> => {
      if (snapshot === null) {
        const command = new CreateClusterCommand({ ...network, ...newCluster(setting, wish) })
        return clients.redshift.send(command)
      }
      const size = wish.resize ? { NodeType: wish.nodeType, NumberOfNodes: wish.nodes } : {}
      const command = new RestoreFromClusterSnapshotCommand({ ...network, ...size, SnapshotIdentifier: snapshot.name })
      return clients.redshift.send(command)
    }
    await underLease(setting, lease, () => unlessThere(setting, work, make))
    return { detail: snapshot === null ? `${wish.nodeType} × ${wish.nodes}` : `restored from ${snapshot.name}` }
  })
}

/** The newest complete snapshot that tear-down kept; null when there is none. */
export async function newestSnapshot({ clients, settings }: Setting): Promise<KeptSnapshot | null> {
  const kept = await keptSnapshots(clients, settings.clusterId)
  return kept.find(({ final, complete }) => final && complete) ?? null
}

async function adopt(setting: Setting, found: AwsCluster, { leaseHours }: Wish, work: Work): Promise<StepResult> {
  if (stateOf(found) === 'paused') {
    await wake(setting, found, leaseHours, work)
    return { detail: 'resumed' }
  }
  await ensureLease(setting, found, leaseHours)
  return { skipped: `${setting.settings.clusterId} is there` }
}

function newCluster({ settings }: Setting, { nodeType, nodes }: Wish) {
  return {
    NodeType: nodeType,
    // The API's default is multi-node, with at least two.
    ...(nodes === 1 ? { ClusterType: 'single-node' } : { ClusterType: 'multi-node', NumberOfNodes: nodes }),
    DBName: settings.database,
    MasterUsername: settings.adminUser,
    Encrypted: true,
    Tags: tagsOf(settings),
  }
}

/** Asks for it until AWS knows the role. That it exists already is the answer to a request of ours that was sent again. */
async function unlessThere(setting: Setting, { signal, progress }: Work, make: () => Promise<unknown>): Promise<void> {
  let refusal: unknown
  const made = await poll(
    async () => {
      try {
        await make()
        return true
      } catch (error) {
        refusal = error
        if (isAwsError(error, 'ClusterAlreadyExists')) {
          if ((await ownCluster(setting)) !== null) return true
          progress('AWS does not list the cluster yet')
          return null
        }
        if (!isRoleTooNew(error)) throw error
        progress('waiting until AWS knows the new role everywhere')
        return null
      }
    },
    { clock: setting.clock, signal, atMostMs: newRoleMs },
  )
  if (made === null) throw refusal
}

function isRoleTooNew(error: unknown): boolean {
  return /IAM role .* is not valid/i.test(readAwsError(error)?.message ?? '')
}
