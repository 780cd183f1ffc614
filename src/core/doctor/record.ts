import type { Deps } from '../deps.ts'
import type { Finding, Probe } from '../ports/probe.ts'
import { plural } from '../words.ts'
import { green, probe } from './probe.ts'

/** Whether the record of who did what is whole, and still refuses to be changed. */
export function recordProbe({ ledger }: Pick<Deps, 'ledger'>): Probe {
  return probe('Record', async (): Promise<Finding> => {
    const { entries, lost, unrecorded, guarded } = await ledger.audit.state()
    const kept = plural(entries, 'entry', 'entries')
    const faults = [
      ...(lost === 0 ? [] : [`${plural(lost, 'entry is', 'entries are')} missing`]),
      ...(unrecorded === 0 ? [] : [`${plural(unrecorded, 'run')} ended without one`]),
      ...(guarded ? [] : ['the triggers that protect it are gone']),
    ]
    if (faults.length === 0) return green(`${kept}, none missing`)
    return {
      state: 'red',
      detail: `${kept}, but ${faults.join(', ')}`,
      cure: 'Somebody has changed the ledger by hand. Compare it with a backup.',
    }
  }, ['Ledger'])
}
