import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import { lasting } from '../format.ts'
import type { ClusterFacts } from '../ports/cluster.ts'
import type { LoadRecord } from '../ports/ledger.ts'
import { findOrphan, interruptedWords, stepAt } from '../runner/orphans.ts'

// A load that is published during a query deletes the file of the one before last. Twice in one query is chance, three times is a fault.
const maxTries = 3

/** The load being served by this cluster. Throws what prevents it, with the fix: no cluster, a paused one, or nothing loaded. */
async function liveLoad(cluster: ClusterFacts, deps: Deps): Promise<LoadRecord> {
  const live = await deps.ledger.loads.live()
  // A tear-down removes the loads from the ledger.
  if (cluster.state === 'none' && deps.cluster.free && live !== null) throw loadIsGone(live)
  if (cluster.state !== 'available') throw notAvailable(cluster, deps)
  if (live === null) throw await nothingLoaded(deps)
  return live
}

/**
 * Asks the live load; when it vanishes in the middle because newer ones were published, asks the newest, from the beginning. Where a
 * cluster that costs money does not answer, `whileAway` may have an answer in its place; null: it has none.
 */
export async function withLive<T>(
  deps: Deps,
  ask: (load: LoadRecord) => Promise<T>,
  whileAway: (cluster: ClusterFacts) => Promise<T | null> = async () => null,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const cluster = await deps.cluster.describe()
    const instead = cluster.state === 'available' || deps.cluster.free ? null : await whileAway(cluster)
    if (instead !== null) return instead
    const load = await liveLoad(cluster, deps)
    try {
      return await ask(load)
    } catch (error) {
      if (!(error instanceof OpsError && error.code === 'not_found')) throw error
      if (attempt === maxTries) throw loadIsGone(load, error)
    }
  }
}

/** What the ledger says is served is not there: somebody has deleted it, or moved the folder. */
function loadIsGone({ id }: LoadRecord, cause?: unknown): OpsError {
  return new OpsError(
    'not_found',
    `Live load ${id} is gone: it was deleted outside of the bot.`,
    'Load again with etl.',
    {
      cause,
      fixCommand: 'etl',
      fixLabel: 'Load',
    },
  )
}

/** Throws unless the cluster answers; `none` is let through where spinning up costs nothing, which the caller must do then. */
export async function requireAvailable(deps: Deps): Promise<void> {
  const cluster = await deps.cluster.describe()
  if (cluster.state === 'available' || (cluster.state === 'none' && deps.cluster.free)) return
  throw notAvailable(cluster, deps)
}

function notAvailable({ name, state, since }: ClusterFacts, deps: Deps): OpsError {
  const standing = clusterStanding({ state, since }, deps)
  switch (state) {
    case 'none':
      return new OpsError('no_cluster', `There is no cluster ${name} yet.`, 'Create it with spin-up.', {
        fixCommand: 'spin-up',
      })
    case 'paused':
    case 'pausing':
      return new OpsError('cluster_state', `Cluster ${name} ${standing}.`, 'Resume it to query and load.', {
        fixCommand: 'resume',
      })
    default:
      return new OpsError('cluster_state', `Cluster ${name} ${standing}.`, 'Try again when it is available.', {
        fixCommand: 'status',
      })
  }
}

/** "is pausing", "has been paused for 3 h". */
export function clusterStanding({ state, since }: Pick<ClusterFacts, 'state' | 'since'>, { clock }: Deps): string {
  return since === null ? `is ${state}` : `has been ${state} for ${lasting(since, clock.now())}`
}

async function nothingLoaded(deps: Deps): Promise<OpsError> {
  const [loading] = await deps.ledger.runs.list({ limit: 1, states: ['running'], commands: deps.commands.load })
  if (loading === undefined)
    return new OpsError('not_loaded', 'Nothing is loaded yet.', 'Load the warehouse with etl.', {
      fixCommand: 'etl',
      fixLabel: 'Load',
    })
  if ((await findOrphan(loading.id, deps)) !== null) {
    return new OpsError(
      'not_loaded',
      `Nothing is loaded yet: the first load was interrupted; ${interruptedWords}.`,
      `Start the bot, or continue with run-again ${loading.id}.`,
      { fixCommand: `run-again ${loading.id}` },
    )
  }
  return new OpsError(
    'not_loaded',
    `The first load has been running for ${lasting(new Date(loading.started), deps.clock.now())}, now at "${stepAt(loading)}".`,
    'Ask again when it is published.',
    { fixCommand: `runs ${loading.id}` },
  )
}
