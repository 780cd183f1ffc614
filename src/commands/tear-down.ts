import { z } from 'zod'
import { flag, optionalText } from '../core/command/args.ts'
import { carryOut } from '../core/command/carry-out.ts'
import { defineCommand } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { OpsError } from '../core/errors.ts'
import type { ClusterOperation } from '../core/ports/cluster.ts'

export default defineCommand({
  name: 'tear-down',
  summary: 'Deletes the cluster and everything that is billed; asks for its name first',
  group: 'warehouse',
  role: 'admin',
  effect: 'write',
  schedulable: false,
  audience: 'channel',
  args: z.object({
    cluster: optionalText({ about: "the cluster's name, to confirm", maxLength: 63, accepts: "the cluster's name" }),
    snapshot: flag({ about: 'keep a final snapshot for 7 days (Redshift)', fallback: true }),
  }),
  examples: ['tear-down', 'tear-down snapshot=no'],
  async plan({ cluster, snapshot }, { deps }) {
    if (cluster !== undefined && cluster !== deps.cluster.name) {
      throw new OpsError(
        'bad_argument',
        `The cluster here is ${deps.cluster.name}, not ${cluster}. Nothing was done.`,
        `Use tear-down ${deps.cluster.name}.`,
      )
    }
    return (await tearDown(deps, snapshot)).plan
  },
  async run({ snapshot }, context) {
    const { deps } = context
    const act = await tearDown(deps, snapshot)
    const forget = {
      id: 'forget-the-loads',
      title: 'Remove the loads from the ledger',
      run: async () => {
        await deps.ledger.loads.discardAll()
        return {}
      },
    }
    const steps = act.forgetsLoads === true ? [...act.steps, forget] : act.steps
    return carryOut({ ...act, steps }, context, [{ label: 'Spin up', line: 'spin-up' }])
  },
})

/**
 * What remains to be done: where a tear-down was interrupted right before its end, only the loads are still to be forgotten, unless a
 * snapshot has them, which no cluster that is free keeps.
 */
async function tearDown(deps: Deps, snapshot: boolean): Promise<ClusterOperation> {
  try {
    return await deps.cluster.tearDown({ snapshot })
  } catch (error) {
    if (!(error instanceof OpsError && error.code === 'no_cluster')) throw error
    if ((await deps.ledger.loads.list(['building', 'live', 'previous'])).length === 0) throw error
    const gone: ClusterOperation = { plan: null, steps: [], done: `Cluster ${deps.cluster.name} is deleted.` }
    return deps.cluster.free || !snapshot ? { ...gone, forgetsLoads: true } : gone
  }
}
