import { messageOf, OpsError } from '../errors.ts'
import { duration } from '../format.ts'
import type { Finding, Probe } from '../ports/probe.ts'

/** A probe whose failures are findings, with the remedy that the error names. `needs` are the ids of the probes that it depends on. */
export function probe(
  { id, title, needs = [] }: Pick<Probe, 'id' | 'title'> & { readonly needs?: readonly string[] },
  check: (signal: AbortSignal) => Promise<Finding>,
): Probe {
  return {
    id,
    title,
    needs,
    async check(signal) {
      try {
        signal.throwIfAborted()
        return await check(signal)
      } catch (error) {
        return red(messageOf(error), error instanceof OpsError ? error.remedy : '')
      }
    },
  }
}

/** What could not be checked, and why. */
export function notChecked(detail: string): Finding {
  return { state: 'not-checked', detail, remedy: '' }
}

/** A probe's title with its finding. */
export interface ProbeResult {
  readonly title: string
  readonly finding: Finding
}

/**
 * Runs all probes at once, except behind a red one: a cause is found once, and what depends on it is not checked. Needs that are not among
 * the probes are met.
 */
export function runProbes(probes: readonly Probe[], signal: AbortSignal): Promise<readonly ProbeResult[]> {
  const begun = new Map<string, Promise<Finding>>()
  const find = (one: Probe): Promise<Finding> => {
    const finding = begun.get(one.id) ?? findBehind(one)
    begun.set(one.id, finding)
    return finding
  }
  const findBehind = async ({ needs, check }: Probe): Promise<Finding> => {
    for (const needed of probes.filter(({ id }) => needs.includes(id))) {
      const { state, blockedBy } = await find(needed)
      const cause = state === 'red' ? needed : blockedBy
      if (cause !== undefined) return { ...notChecked(`needs ${cause.title}`), blockedBy: cause }
    }
    return check(signal)
  }
  return Promise.all(probes.map(async (one) => ({ title: one.title, finding: await find(one) })))
}

/** Something does not work, and what to do about it. */
export function red(detail: string, remedy: string): Finding {
  return { state: 'red', detail, remedy }
}

/** Something to be aware of, and what to do about it. */
export function warn(detail: string, remedy: string): Finding {
  return { state: 'warn', detail, remedy }
}

/** All is well. */
export function green(detail: string): Finding {
  return { state: 'green', detail, remedy: '' }
}

// Signatures five minutes old are refused, by AWS (https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html) and by
// whoever checks those of Slack (https://docs.slack.dev/authentication/verifying-requests-from-slack).
const redMs = 240_000
const warnMs = 30_000

/** When an answer came, by this machine's clock, and the time in its HTTP header `date`; null where it has none. */
export interface Dated {
  readonly asked: Date
  readonly answered: Date
  readonly date: string | null
}

/** How far this machine's clock is from that of `whose` ("Slack's"): at least by this, judged by one answer. */
export function skewFinding({ asked, answered, date }: Dated, whose: string): Finding {
  const theirs = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(theirs)) return warn('the answer has no date header', '')
  // The header leaves out what is less than a second.
  const ahead = Math.max(0, asked.getTime() - (theirs + 1000))
  const behind = Math.max(0, theirs - answered.getTime())
  const skew = Math.max(ahead, behind)
  if (skew === 0) return green(`the same as ${whose}`)
  const detail = `${duration(skew)} ${ahead > 0 ? 'ahead of' : 'behind'} ${whose}`
  if (skew <= warnMs) return green(detail)
  return {
    state: skew > redMs ? 'red' : 'warn',
    detail,
    remedy:
      'Synchronise the clock of this machine (on Linux: timedatectl set-ntp true). Signatures are refused from 5 minutes on.',
  }
}
