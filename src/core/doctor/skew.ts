import type { Finding } from '../ports/probe.ts'
import { duration } from '../words.ts'
import { green } from './probe.ts'

// Signatures five minutes old are refused, by AWS (https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html) and by
// whoever checks those of Slack (https://docs.slack.dev/authentication/verifying-requests-from-slack).
const redMs = 240_000
const warnMs = 30_000

/** When an answer came, by this machine's clock, and what time its HTTP header `date` says; null where it has none. */
export interface Dated {
  readonly asked: Date
  readonly answered: Date
  readonly date: string | null
}

/** How far this machine's clock is from that of `whose` ("Slack's"): by no less than this, as far as one answer can tell. */
export function skewFinding({ asked, answered, date }: Dated, whose: string): Finding {
  const theirs = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(theirs)) return { state: 'warn', detail: 'the answer does not say what time it is there', cure: '' }
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
    cure: 'Set the clock of this machine by the network (on Linux: timedatectl set-ntp true). From five minutes on, signatures are refused.',
  }
}
