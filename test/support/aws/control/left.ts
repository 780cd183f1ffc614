import { clustersIn } from '../redshift/cluster.ts'
import { snapshotsIn } from '../redshift/snapshot.ts'
import { serverlessIn } from '../serverless/state.ts'
import type { World } from '../world.ts'

/** What exists in the account: what costs money, and the roles. */
export type Left = {
  readonly clusters: readonly { readonly identifier: string; readonly region: string; readonly state: string }[]
  readonly snapshots: readonly {
    readonly identifier: string
    readonly region: string
    readonly retentionDays: number
  }[]
  /** Namespaces and workgroups of Serverless, and snapshots of namespaces, where there are any. */
  readonly serverless?: readonly string[]
  readonly roles: readonly string[]
}

/** What exists now. */
export function leftIn(world: World): Left {
  const regions = new Set([...world.clusters.values(), ...world.snapshots.values()].map((each) => each.region))
  return {
    clusters: [...regions]
      .flatMap((region) => clustersIn(world, region))
      .map(({ identifier, region, state }) => ({ identifier, region, state })),
    snapshots: [...regions]
      .flatMap((region) => snapshotsIn(world, region))
      .map(({ identifier, region, retentionDays }) => ({ identifier, region, retentionDays })),
    ...(serverlessIn(world).length === 0 ? {} : { serverless: serverlessIn(world) }),
    roles: [...world.roles.keys()],
  }
}
