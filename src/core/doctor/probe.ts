import { messageOf, OpsError } from '../errors.ts'
import type { Finding, Probe } from '../ports/probe.ts'

/** A probe whose failures are findings, with the cure that the error names. `needs` are the titles of the lines that it depends on. */
export function probe(
  title: string,
  look: (signal: AbortSignal) => Promise<Finding>,
  needs: readonly string[] = [],
): Probe {
  return {
    title,
    needs,
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

/** What could not be looked at, and why. */
export function notChecked(detail: string): Finding {
  return { state: 'not-checked', detail, cure: '' }
}

/** What was looked at, and what was found. */
export interface Look {
  readonly title: string
  readonly finding: Finding
}

/**
 * Looks at everything at once, except behind what is red: a cause is found once, and the lines that depend on it are not checked. Needs
 * that are not among the probes are met.
 */
export function lookAt(probes: readonly Probe[], signal: AbortSignal): Promise<readonly Look[]> {
  const begun = new Map<string, Promise<Finding>>()
  const find = (one: Probe): Promise<Finding> => {
    const finding = begun.get(one.title) ?? findBehind(one)
    begun.set(one.title, finding)
    return finding
  }
  const findBehind = async ({ needs = [], look }: Probe): Promise<Finding> => {
    for (const needed of probes.filter(({ title }) => needs.includes(title))) {
      const { state, blockedBy } = await find(needed)
      const cause = state === 'red' ? needed.title : blockedBy
      if (cause !== undefined) return { ...notChecked(`needs ${cause}`), blockedBy: cause }
    }
    return look(signal)
  }
  return Promise.all(probes.map(async (one) => ({ title: one.title, finding: await find(one) })))
}

/** All is well. */
export function green(detail: string): Finding {
  return { state: 'green', detail, cure: '' }
}
