import type { Deps } from '../deps.ts'
import type { Step } from '../step.ts'

/** The steps that make a cluster which costs nothing, where there is none yet; otherwise nothing to do. */
export async function ensureCluster(deps: Deps): Promise<readonly Step[]> {
  if (!deps.cluster.free || (await deps.cluster.describe()).state !== 'none') return []
  return (await deps.cluster.spinUp({ leaseHours: undefined, nodeType: undefined, nodes: undefined })).steps
}
