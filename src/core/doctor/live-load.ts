import type { Deps } from '../deps.ts'
import type { Probe } from '../ports/probe.ts'
import { withLive } from '../warehouse/live.ts'
import { unknownLoads, unknownWords } from '../warehouse/load.ts'
import { green, notChecked, probe } from './probe.ts'

/** Whether the load that is served can be read. */
export function liveProbe(deps: Deps): Probe {
  return probe(
    'Live load',
    async (signal) => {
      const unknown = await unknownLoads(deps)
      if (unknown.length > 0) {
        const cure = 'Restore the ledger from a backup; or delete these loads with tear-down, then load again.'
        return { state: 'red', detail: unknownWords(unknown), cure }
      }
      if ((await deps.ledger.loads.live()) === null) return notChecked('nothing is loaded yet')
      const { state } = await deps.cluster.describe()
      if (state !== 'available' && !(state === 'none' && deps.cluster.free))
        return notChecked(`the cluster is ${state}`)
      const id = await withLive(deps, async (load) => {
        await deps.engine.verify(load.id, signal)
        return load.id
      })
      return green(`load ${id} can be read`)
    },
    ['Ledger', 'AWS identity'],
  )
}
