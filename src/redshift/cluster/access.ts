import { OpsError } from '../../core/errors.ts'
import { findCluster } from './look.ts'
import { loadingRoleArn } from './role.ts'
import { explained, type Setting } from './setting.ts'

/** What the engine needs to know of the cluster before it can work on it. Both ask AWS at each call. */
export interface ClusterAccess {
  /** The role that COPY reads with. */
  roleArn(): Promise<string>
  /** The secret of the admin user; undefined where AWS keeps none. */
  secretArn(): Promise<string | undefined>
}

/** Throws `no_cluster`, `cluster_state`, and what AWS refuses. */
export function clusterAccess(setting: Setting): ClusterAccess {
  const { clients, settings } = setting
  return {
    roleArn: () => explained(() => loadingRoleArn(setting)),
    secretArn: () =>
      explained(async () => {
        const cluster = await findCluster(clients, settings.clusterId)
        if (cluster === null) {
          throw new OpsError('no_cluster', `There is no cluster ${settings.clusterId}.`, 'Spin it up first.', {
            cure: 'spin-up',
          })
        }
        return cluster.MasterPasswordSecretArn
      }),
  }
}
