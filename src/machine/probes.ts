import { statfs } from 'node:fs/promises'
import { messageOf, OpsError } from '../core/errors.ts'
import type { Engine } from '../core/ports/engine.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Finding, Probe } from '../core/ports/probe.ts'
import { bytes } from '../core/words.ts'

// A load of 1,000,000 events takes about 0.6 GB while two loads are kept.
const littleSpace = 2_000_000_000

/** What the environment says, and what in it is probably not meant. */
export function configurationProbe(summary: string, warnings: readonly string[]): Probe {
  return probe('Configuration', async () =>
    warnings.length === 0
      ? { state: 'green', detail: summary, cure: '' }
      : { state: 'warn', detail: warnings.join('; '), cure: 'Correct or remove it in the environment or .env.' },
  )
}

/** Whether the sources are there, as far as the engine can tell before it reads them. */
export function sourcesProbe(engine: Engine): Probe {
  return probe('Sources', async (signal) => {
    const { summary } = await engine.sources(signal)
    return { state: 'green', detail: summary, cure: '' }
  })
}

/** Whether the ledger answers and takes a write. */
export function ledgerProbe(ledger: Ledger, url: string): Probe {
  return probe('Ledger', async () => {
    await ledger.claim(`doctor:${Date.now()}`, new Date())
    return { state: 'green', detail: `${new URL(url).protocol}// reads and writes`, cure: '' }
  })
}

/** Whether there is room for a few loads. */
export function diskProbe(home: string): Probe {
  return probe('Disk', async () => {
    const { bavail, bsize } = await statfs(home)
    const free = bavail * bsize
    return free < littleSpace
      ? {
          state: 'warn',
          detail: `${bytes(free)} free in ${home}`,
          cure: 'Make room, or set SPARKIFY_HOME to a larger disk.',
        }
      : { state: 'green', detail: `${bytes(free)} free in ${home}`, cure: '' }
  })
}

/** A probe whose expected failures are findings. */
function probe(title: string, look: (signal: AbortSignal) => Promise<Finding>): Probe {
  return {
    title,
    async look(signal) {
      try {
        return await look(signal)
      } catch (error) {
        const cure = error instanceof OpsError ? error.remedy : ''
        return { state: 'red', detail: messageOf(error), cure }
      }
    },
  }
}
