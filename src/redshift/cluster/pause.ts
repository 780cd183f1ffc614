import { OpsError } from '../../core/errors.ts'
import type { Act } from '../../core/ports/cluster.ts'
import { lasting } from '../../core/words.ts'
import { storageRate } from '../price.ts'
import { stopped } from './lease.ts'
import { poll } from './poll.ts'
import { noCluster, notNow } from './refusals.ts'
import { awsStep, explained, ownCluster, type Setting } from './setting.ts'
import { stateOf } from './state.ts'
import { sendToSleep } from './wake.ts'

// "Usually under 15 minutes": https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
const pausedMs = 60 * 60_000

/** Stops the cluster and its hourly price; nothing is lost, so nothing is confirmed. */
export async function pause(setting: Setting): Promise<Act> {
  const { clusterId } = setting.settings
  const cluster = await explained(() => ownCluster(setting))
  if (cluster === null) throw noCluster(clusterId)
  const state = stateOf(cluster)
  if (state === 'deleting' || state === 'creating' || state === 'resuming') throw notNow(clusterId, state)
  return {
    plan: null,
    steps: [pauseCluster(setting), waitUntilPaused(setting)],
    done: `Cluster ${clusterId} is paused. Its data are kept at ${storageRate(setting.settings.region)}.`,
  }
}

function pauseCluster(setting: Setting) {
  return awsStep(setting, { id: 'pause-cluster', title: 'Pause cluster' }, async (work) => {
    const found = await ownCluster(setting)
    if (found !== null && stateOf(found) === 'paused') return { skipped: 'it is paused already' }
    await sendToSleep(setting, work)
    return {}
  })
}

function waitUntilPaused(setting: Setting) {
  const { settings, clock, leases } = setting
  return awsStep(setting, { id: 'wait-until-paused', title: 'Wait until paused' }, async ({ signal, progress }) => {
    const begun = clock.now()
    const paused = await poll(
      async () => {
        const found = await ownCluster(setting)
        if (found === null) throw noCluster(settings.clusterId)
        const state = stateOf(found)
        if (state === 'paused') return true
        if (state !== 'pausing') throw notPausing(settings.clusterId, state)
        progress(state)
        return null
      },
      { clock, signal, atMostMs: pausedMs },
    )
    if (paused === null) {
      throw new OpsError(
        'cluster_state',
        `Cluster ${settings.clusterId} is still pausing after ${lasting(begun, clock.now())}. It costs money until it is paused.`,
        'Say pause again to wait on.',
        { cure: 'pause' },
      )
    }
    const lease = await leases.get()
    if (lease === null || lease.until !== null) await leases.set(stopped(lease, clock.now()))
    return {}
  })
}

function notPausing(clusterId: string, state: string): OpsError {
  return new OpsError(
    'cluster_state',
    `Cluster ${clusterId} was to be paused, and is ${state} now: somebody else gave it another order.`,
    'See status.',
    { cure: 'status' },
  )
}
