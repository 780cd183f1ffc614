import { messageOf, OpsError } from '../errors.ts'
import type { Finding, Probe } from '../ports/probe.ts'

/** A probe whose failures are findings, with the cure that the error names. */
export function probe(title: string, look: (signal: AbortSignal) => Promise<Finding>): Probe {
  return {
    title,
    async look(signal) {
      try {
        signal.throwIfAborted()
        return await look(signal)
      } catch (error) {
        return { state: 'red', detail: messageOf(error), cure: error instanceof OpsError ? error.remedy : '' }
      }
    },
  }
}

/** All is well. */
export function green(detail: string): Finding {
  return { state: 'green', detail, cure: '' }
}
