import { dayMs } from '../core/span.ts'
import { personFrom } from './names.ts'
import { type NonEmpty, type Random, randomOf } from './random.ts'

/** Metropolitan areas as the log spells a listener's location: titles of the US Census Bureau's statistical areas of 2013. */
const metros: NonEmpty<string> = [
  'San Francisco-Oakland-Hayward, CA',
  'Portland-South Portland, ME',
  'Lansing-East Lansing, MI',
  'Chicago-Naperville-Elgin, IL-IN-WI',
  'Atlanta-Sandy Springs-Roswell, GA',
  'Waterloo-Cedar Falls, IA',
  'Lake Havasu City-Kingman, AZ',
  'San Jose-Sunnyvale-Santa Clara, CA',
  'Tampa-St. Petersburg-Clearwater, FL',
  'New York-Newark-Jersey City, NY-NJ-PA',
  'Sacramento--Roseville--Arden-Arcade, CA',
  'Phoenix-Mesa-Scottsdale, AZ',
  'Houston-The Woodlands-Sugar Land, TX',
  'Dallas-Fort Worth-Arlington, TX',
  'Los Angeles-Long Beach-Anaheim, CA',
  'Minneapolis-St. Paul-Bloomington, MN-WI',
  'Washington-Arlington-Alexandria, DC-VA-MD-WV',
  'Detroit-Warren-Dearborn, MI',
  'New Haven-Milford, CT',
  'La Crosse-Onalaska, WI-MN',
  'Marinette, WI-MI',
  'Janesville-Beloit, WI',
  'Red Bluff, CA',
  'Nashville-Davidson--Murfreesboro--Franklin, TN',
  'Seattle-Tacoma-Bellevue, WA',
  'Boston-Cambridge-Newton, MA-NH',
  'Salt Lake City, UT',
  'Miami-Fort Lauderdale-West Palm Beach, FL',
  'Birmingham-Hoover, AL',
  'Cedar Rapids, IA',
]

const chrome = (platform: string, version: string): string =>
  `"Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) ${version} Safari/537.36"`
const safari = (platform: string, kit: string, version: string): string =>
  `"Mozilla/5.0 (${platform}) AppleWebKit/${kit} (KHTML, like Gecko) ${version} Safari/${kit}"`
const firefox = (platform: string, version: string): string =>
  `Mozilla/5.0 (${platform}; rv:${version}) Gecko/20100101 Firefox/${version}`

/**
 * Browsers of 2014, the ones of the public Sparkify log: what calls itself WebKit is logged inside a stray pair of quotes
 * (5,917 of its 8,056 rows), Firefox and Internet Explorer are not. One that is listed twice is twice as common.
 */
const userAgents: NonEmpty<string> = [
  chrome('Macintosh; Intel Mac OS X 10_9_4', 'Chrome/36.0.1985.143'),
  chrome('Macintosh; Intel Mac OS X 10_9_4', 'Chrome/36.0.1985.143'),
  chrome('Macintosh; Intel Mac OS X 10_10_0', 'Chrome/36.0.1985.143'),
  safari('Macintosh; Intel Mac OS X 10_9_4', '537.78.2', 'Version/7.0.6'),
  safari('Macintosh; Intel Mac OS X 10_9_4', '537.77.4', 'Version/7.0.5'),
  firefox('Macintosh; Intel Mac OS X 10.9', '31.0'),
  chrome('Windows NT 6.1; WOW64', 'Chrome/36.0.1985.125'),
  chrome('Windows NT 6.1; WOW64', 'Chrome/36.0.1985.143'),
  chrome('Windows NT 6.3; WOW64', 'Chrome/36.0.1985.143'),
  chrome('Windows NT 5.1', 'Chrome/36.0.1985.143'),
  firefox('Windows NT 5.1', '31.0'),
  firefox('Windows NT 6.1; WOW64', '31.0'),
  'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)',
  chrome('X11; Linux x86_64', 'Chrome/37.0.2062.94'),
  chrome('X11; Linux x86_64', 'Ubuntu Chromium/36.0.1985.125 Chrome/36.0.1985.125'),
  '"Mozilla/5.0 (iPhone; CPU iPhone OS 7_1_2 like Mac OS X) AppleWebKit/537.51.2 (KHTML, like Gecko) Version/7.0 Mobile/11D257 Safari/9537.53"',
]

/** The two levels of a subscription. */
export type Level = 'free' | 'paid'

/** A registered listener. `level` changes while the log is written; all else is fixed. */
export interface Listener {
  readonly id: number
  readonly firstName: string
  readonly lastName: string
  readonly gender: 'F' | 'M'
  readonly location: string
  readonly userAgent: string
  /** Epoch milliseconds, always before the log begins. */
  readonly registration: number
  level: Level
  /** No session of this listener may begin before this moment (epoch milliseconds). */
  freeFrom: number
}

/** The listeners of a log, and who of them comes next. */
export interface Listeners {
  /** Somebody with no session under way at `at` (epoch milliseconds), active ones likelier; undefined when all are busy. */
  readonly arriving: (random: Random, at: number) => Listener | undefined
}

/** The first listeners have registered this long before the log begins. */
const registrationMs = 150 * dayMs

/** Events per listener and day in the public Sparkify log: 8,056 of 97 listeners in 30 days. */
const eventsPerListenerDay = 2.77

/** The listeners of a log of `events` events over `days` days that begins at `start` (epoch milliseconds). */
export function makeListeners(seed: number, start: number, days: number, events: number): Listeners {
  const count = Math.max(5, Math.round(events / days / eventsPerListenerDay))
  const listeners: Listener[] = []
  const activityUpTo = new Float64Array(count)
  let activity = 0
  for (let index = 0; index < count; index++) {
    const random = randomOf(seed, 'listeners', index)
    // 22 of the 97 were paying at some time and made 82 % of the plays, in more sessions and longer ones.
    const level: Level = random.chance(0.2) ? 'paid' : 'free'
    activity += (0.2 + random.exponential(1)) * (level === 'paid' ? 2.5 : 1)
    activityUpTo[index] = activity
    listeners.push({
      id: index + 2,
      ...personFrom(random),
      location: random.pick(metros),
      userAgent: random.pick(userAgents),
      registration: start - Math.ceil((random.next() * registrationMs) / 1000) * 1000 - 204,
      level,
      freeFrom: Number.NEGATIVE_INFINITY,
    })
  }

  function positionOf(share: number): number {
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((activityUpTo[middle] ?? activity) <= share) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    arriving(random, at) {
      const first = positionOf(random.next() * activity)
      for (let step = 0; step < count; step++) {
        const listener = listeners[(first + step) % count]
        if (listener !== undefined && listener.freeFrom <= at) return listener
      }
      return undefined
    },
  }
}
