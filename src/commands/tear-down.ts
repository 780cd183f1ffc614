import { z } from 'zod'
import { flag, optionalText } from '../core/command/args.ts'
import { carryOut } from '../core/command/carry-out.ts'
import type { Context } from '../core/command/context.ts'
import { defineCommand } from '../core/command/define.ts'
import type { Deps } from '../core/deps.ts'
import { expected, OpsError } from '../core/errors.ts'
import { bytes, list } from '../core/format.ts'
import type { ClusterOperation } from '../core/ports/cluster.ts'
import type { Work } from '../core/step.ts'
import { forgetCopies } from '../core/warehouse/copy.ts'
import { heldLoad, settleCard } from '../core/warehouse/held.ts'

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
    purge: flag({ about: 'delete the copies too that answer without a cluster (SPARKIFY_COPY_TO)', fallback: false }),
  }),
  examples: ['tear-down', 'tear-down snapshot=no', 'tear-down purge=yes'],
  async plan({ cluster, snapshot, purge }, context) {
    const { deps } = context
    if (cluster !== undefined && cluster !== deps.cluster.name) {
      throw new OpsError(
        'bad_argument',
        `The cluster here is ${deps.cluster.name}, not ${cluster}. Nothing was done.`,
        `Use tear-down ${deps.cluster.name}.`,
      )
    }
    const { plan } = await tearDown(deps, snapshot)
    const copies = await copiesLeft(context)
    if (copies === null) return plan
    if (plan !== null) return { ...plan, facts: [...plan.facts, purge ? `Deletes ${copies}.` : `Keeps ${copies}.`] }
    if (!purge) return null
    const { name } = deps.cluster
    return {
      title: `Delete the copies of ${name}?`,
      facts: [`Deletes ${copies}.`],
      act: 'Delete the copies',
      typed: name,
      danger: true,
    }
  },
  async run({ snapshot, purge }, context) {
    const { deps, who } = context
    const act = await tearDown(deps, snapshot)
    const forget = {
      id: 'forget-the-loads',
      title: 'Remove the loads from the ledger',
      run: async () => {
        // Its message is settled first: until the ledger has forgotten the load, this step can be begun again.
        const held = await heldLoad(deps)
        if (held !== null) {
          await settleCard(held, `Load ${held.id} was held; it was deleted with the cluster by ${who.name}.`, context)
        }
        await deps.ledger.loads.discardAll(deps.clock.now().toISOString())
        return {}
      },
    }
    const { copies } = deps.engine
    const removeCopies = {
      id: 'remove-the-copies',
      title: 'Remove the copies',
      run: async ({ signal }: Work) => {
        await forgetCopies(null, deps)
        await copies?.retain(null, signal)
        return {}
      },
    }
    const removes = purge && copies !== null
    const steps = [...act.steps, ...(act.forgetsLoads === true ? [forget] : []), ...(removes ? [removeCopies] : [])]
    const left = removes ? null : await copiesLeft(context)
    const done = left === null ? act.done : `${act.done} Still there: ${left}; tear-down purge=yes deletes it.`
    return carryOut({ ...act, steps, done }, context, [{ label: 'Spin up', line: 'spin-up' }])
  },
})

/** "the copy in s3://bucket/prefix (3.2 MB) and on this machine (5.1 MB)"; null where there is none. */
async function copiesLeft({ deps: { engine }, signal }: Context): Promise<string | null> {
  if (engine.copies === null) return null
  const { copies } = engine
  // What costs most must not stay because S3 refuses a listing.
  const stored = await copies.stored(signal).catch(expected(() => null))
  if (stored === null) return `the copy in ${copies.place}, if any (S3 does not list it)`
  const { there, here } = stored
  const parts = [
    ...(there === 0 ? [] : [`in ${copies.place} (${bytes(there)} of S3 storage)`]),
    ...(here === 0 ? [] : [`on this machine (${bytes(here)})`]),
  ]
  return parts.length === 0 ? null : `the copy ${list(parts)}`
}

/**
 * What remains to be done: where a tear-down was interrupted right before its end, only the loads are still to be forgotten, unless a
 * snapshot has them, which no cluster that is free keeps.
 */
async function tearDown(deps: Deps, snapshot: boolean): Promise<ClusterOperation> {
  try {
    return await deps.cluster.tearDown({ snapshot })
  } catch (error) {
    if (!(error instanceof OpsError && error.code === 'no_cluster')) throw error
    if ((await deps.ledger.loads.list(['building', 'held', 'live', 'previous'])).length === 0) throw error
    const gone: ClusterOperation = { plan: null, steps: [], done: `Cluster ${deps.cluster.name} is deleted.` }
    return deps.cluster.free || !snapshot ? { ...gone, forgetsLoads: true } : gone
  }
}
