import type { Config } from '../../src/config.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import type { Log } from '../../src/core/ports/log.ts'
import { openWarehouse, type Warehouse } from '../../src/engines.ts'
import { createClients } from '../../src/redshift/clients.ts'
import type { Lease } from '../../src/redshift/cluster/lease.ts'
import { leaseSchema } from '../../src/redshift/cluster/lease.ts'
import { createRedshiftCluster } from '../../src/redshift/cluster/redshift-cluster.ts'
import type { Double } from '../support/aws/start.ts'

const leaseKey = 'lease:us-west-2:sparkify'

/**
 * DuckDB, and beside it a cluster at AWS that is spun up, paused and paid for as Redshift's: the engine is cheap, and everything that
 * concerns power and money is real.
 */
export async function openHybrid(
  double: Double,
  config: Config,
  ledger: Ledger,
  clock: Clock,
  log: Log,
): Promise<Warehouse> {
  for (const [name, value] of Object.entries(double.env)) process.env[name] = value
  const local = await openWarehouse(config, ledger, clock, log)
  const clients = createClients({ region: 'us-west-2' })
  const { redshift } = config
  const cluster = createRedshiftCluster({
    clients,
    settings: {
      ...redshift,
      region: 'us-west-2',
      logData: 's3://sparkify/log_data',
      songData: 's3://sparkify/song_data',
    },
    clock,
    leases: { get: () => leaseOf(ledger), set: (lease) => ledger.notes.set(leaseKey, lease) },
    answers: async () => undefined,
  })
  return {
    ...local,
    cluster,
    async close() {
      clients.close()
      await local.close()
    },
  }
}

/** The lease of the cluster, null where there was none yet. */
export async function leaseOf(ledger: Pick<Ledger, 'notes'>): Promise<Lease | null> {
  return leaseSchema.nullable().parse(await ledger.notes.get(leaseKey))
}
