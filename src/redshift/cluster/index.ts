import type { Cluster } from '../../core/ports/cluster.ts'
import { bill } from './bill.ts'
import { describe } from './describe.ts'
import { due } from './due.ts'
import { extend } from './extend.ts'
import { pause } from './pause.ts'
import { resume } from './resume.ts'
import { explained, type Setting, standing } from './setting.ts'
import { spinUp } from './spin-up.ts'
import { tearDown } from './tear-down.ts'

export { clusterAccess } from './access.ts'
export { type Lease, type LeaseStore, leaseDue, leaseSchema } from './lease.ts'
export { awsProbes } from './probes.ts'
export type { Setting } from './setting.ts'

/**
 * A provisioned Redshift cluster with its role, as the `Cluster` of the commands. Every method asks AWS first, and throws
 * `aws`, `aws_denied` or `bad_config` where AWS does not do as it is asked, `cluster_state` and `no_cluster` as the port says.
 */
export function createRedshiftCluster(setting: Setting): Cluster {
  return {
    name: setting.settings.clusterId,
    free: false,
    describe: () => explained(() => describe(setting)),
    standing: () => standing(setting),
    spinUp: (options) => spinUp(setting, options),
    tearDown: ({ snapshot }) => tearDown(setting, snapshot),
    pause: () => pause(setting),
    resume: () => resume(setting),
    extend: (hours) => extend(setting, hours),
    due: () => due(setting),
    bill: (from, to) => bill(setting, from, to),
  }
}
