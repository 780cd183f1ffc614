import type { LoadRecord } from '../../ports/ledger.ts'
import { list, usd } from '../../words.ts'
import type { Night } from './digest.ts'
import { clockWords, dayAndClockWords } from './occasion.ts'

/** What readers have now, and whether this fire published it. */
export interface Live {
  readonly load: LoadRecord | null
  readonly isNew: boolean
}

/** What another schedule will say of what is live now, and when; or that it waits for the cluster, which sleeps. */
export interface NextPost {
  readonly at: Date
  readonly waits: boolean
}

/** How things stand after a fire that failed. */
export interface Standing {
  /** Null where no line changes the warehouse. */
  readonly live: Live | null
  readonly posts: readonly NextPost[]
  /** What the cluster cost meanwhile, in US dollars; null where nobody knows. */
  readonly usd: number | null
  /** What goes on costing money, in a sentence; empty where nothing does. */
  readonly standing: string
}

// A schedule of every hour has twelve of them.
const maxTimes = 4

/** "Live tables are untouched: the load of 28 Nov, 03:04 (Europe/London)." The zone goes for all times that follow. Nothing where no line changes the warehouse. */
export function whatIsLive({ live, schedule, now }: Night & Standing): string {
  if (live === null) return ''
  const published = live.load?.published ?? null
  if (live.load === null || published === null) return 'Nothing is loaded.'
  const load = `the load of ${dayAndClockWords(new Date(published), schedule.zone, now)} (${schedule.zone})`
  return live.isNew ? `It published ${load} before that, and that is live.` : `Live tables are untouched: ${load}.`
}

/** "The 07:00 posts will use it and say so." */
export function whatPostsSay({ posts, schedule }: Night & Standing): string {
  const sentence = (waits: boolean, one: string, many: string): string => {
    const times = posts.filter((post) => post.waits === waits).map(({ at }) => clockWords(at, schedule.zone))
    return times.length === 0 ? '' : `The ${timesWords(times)} ${times.length === 1 ? `post ${one}` : `posts ${many}`}.`
  }
  const use = sentence(false, 'will use it and say so', 'will use it and say so')
  return [use, sentence(true, 'waits until the cluster is resumed', 'wait until the cluster is resumed')]
    .filter((one) => one !== '')
    .join(' ')
}

/** "07:00, 08:00, 09:00 and 4 later". */
function timesWords(all: readonly string[]): string {
  const times = [...new Set(all)]
  return list(
    times.length > maxTimes ? [...times.slice(0, maxTimes - 1), `${times.length - maxTimes + 1} later`] : times,
  )
}

/** "That cost $0.11." Nothing where it cost nothing, or nobody knows. */
export function costWords({ usd: amount, slept }: Night & Standing): string {
  if (amount === null || amount === 0) return ''
  return slept === null ? `The cluster cost ${usd(amount)} meanwhile.` : `That cost ${usd(amount)}.`
}
