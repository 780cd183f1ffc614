import { minuteMs } from '../core/span.ts'
import type { Track } from './catalogue.ts'
import type { Level, Listener } from './listeners.ts'
import type { Random } from './random.ts'

/** How each page of the log is requested and answered (public Sparkify log of November 2018). */
export const pages = {
  NextSong: { method: 'PUT', status: 200 },
  Home: { method: 'GET', status: 200 },
  Login: { method: 'PUT', status: 307 },
  Logout: { method: 'PUT', status: 307 },
  Upgrade: { method: 'GET', status: 200 },
  'Submit Upgrade': { method: 'PUT', status: 307 },
  Downgrade: { method: 'GET', status: 200 },
  'Submit Downgrade': { method: 'PUT', status: 307 },
  Settings: { method: 'GET', status: 200 },
  'Save Settings': { method: 'PUT', status: 307 },
  Help: { method: 'GET', status: 200 },
  About: { method: 'GET', status: 200 },
  Error: { method: 'GET', status: 404 },
} as const

/** A page of the log. */
type SitePage = keyof typeof pages

/** Which page a listener turns to while listening, and how often; NextSong when none of them. */
const browsing: Record<Level, readonly (readonly [SitePage, number])[]> = {
  free: [
    ['Home', 0.05],
    ['Upgrade', 0.016],
    ['Settings', 0.006],
    ['Help', 0.006],
    ['About', 0.005],
    ['Logout', 0.016],
    ['Error', 0.0015],
  ],
  paid: [
    ['Home', 0.02],
    ['Downgrade', 0.009],
    ['Settings', 0.008],
    ['Help', 0.005],
    ['About', 0.003],
    ['Logout', 0.012],
    ['Error', 0.0012],
  ],
}

function browse(level: Level, random: Random): SitePage {
  let share = random.next()
  for (const [page, probability] of browsing[level]) {
    if (share < probability) return page
    share -= probability
  }
  return 'NextSong'
}

/** The page after `page` of somebody who is logged in at this level. Opening Upgrade or Downgrade is not yet doing it. */
function pageAfter(page: SitePage, level: Level, random: Random): SitePage {
  switch (page) {
    case 'Upgrade':
      return random.chance(0.38) ? 'Submit Upgrade' : browse(level, random)
    case 'Downgrade':
      return random.chance(0.08) ? 'Submit Downgrade' : browse(level, random)
    case 'Settings':
      return random.chance(0.18) ? 'Save Settings' : browse(level, random)
    case 'Login':
    case 'Submit Upgrade':
    case 'Submit Downgrade':
    case 'Save Settings':
    case 'Error':
      return 'Home'
    case 'NextSong':
    case 'Home':
    case 'Logout':
    case 'Help':
    case 'About':
      return browse(level, random)
  }
}

/** The page after `page` of somebody who is logged out; the log has no user for it. */
function pageAfterLoggedOut(page: SitePage, random: Random): SitePage {
  if (page !== 'Home') return 'Home'
  if (random.chance(0.8)) return 'Login'
  return random.pick(['Home', 'About', 'Help'])
}

/** One event of the log, before it is spelled. `listener` is undefined where nobody was logged in; `at` is epoch milliseconds. */
export interface LogEvent {
  readonly at: number
  readonly page: SitePage
  readonly level: Level
  readonly session: number
  readonly item: number
  readonly listener: Listener | undefined
  readonly track: Track | undefined
}

/** Somebody who came: who (undefined: a visitor who never logs in), when, for how many events. */
interface Arrival {
  readonly session: number
  readonly listener: Listener | undefined
  readonly at: number
  readonly events: number
}

/** Sessions of one listener are further apart than this, and the events of a session closer together: 30 minutes. */
const sessionGapMs = 30 * minuteMs

/** How many events a session has: a third of all have one; paying listeners stay for long. */
export function sessionLength(level: Level, random: Random): number {
  if (random.chance(0.3)) return 1
  return Math.min(200, 2 + Math.floor(random.exponential(level === 'paid' ? 24 : 3)))
}

/** The most events that a session may have which begins `roomMs` before the log ends: one per five minutes. */
export function sessionRoom(roomMs: number): number {
  return 1 + Math.floor(roomMs / 300_000)
}

function* visit(arrival: Arrival, end: number, random: Random): Generator<LogEvent, void, undefined> {
  let at = arrival.at
  for (let item = 0; item < arrival.events; item++) {
    const page: SitePage = item === 0 ? 'Home' : random.pick(['Home', 'About', 'Help'])
    yield { at, page, level: 'free', session: arrival.session, item, listener: undefined, track: undefined }
    at = Math.min(end - 204, at + 1000 * (1 + random.below(60)))
  }
}

/**
 * The events of a session in order of time, all before `end`. A listener's level changes right after Submit Upgrade and
 * Submit Downgrade, and the event that first shows it is at least a second later. A song is followed by the next one
 * when it is over; pages turned meanwhile do not stop it.
 */
export function* sessionEvents(
  arrival: Arrival,
  end: number,
  nextTrack: (random: Random) => Track,
  random: Random,
): Generator<LogEvent, void, undefined> {
  const { listener, session } = arrival
  if (listener === undefined) {
    yield* visit(arrival, end, random)
    return
  }

  listener.freeFrom = Number.POSITIVE_INFINITY
  let at = arrival.at
  let playingUntil = at
  let loggedIn = !random.chance(0.1)
  let page: SitePage = loggedIn && random.chance(0.35) ? 'NextSong' : 'Home'
  for (let item = 0; item < arrival.events; item++) {
    if (item > 0) {
      page = loggedIn ? pageAfter(page, listener.level, random) : pageAfterLoggedOut(page, random)
      const songOver = Math.max(playingUntil, at)
      const turned = at + 1000 * (1 + Math.floor(random.exponential(60)))
      const due = page === 'NextSong' ? songOver : Math.min(turned, Math.max(songOver, at + 1000))
      // Never past the end: at most an equal share of what is left, which `sessionRoom` keeps above two minutes.
      at += Math.min(due - at, Math.floor((end - at) / (arrival.events - item + 1) / 1000) * 1000)
    }
    const track = page === 'NextSong' ? nextTrack(random) : undefined
    if (track !== undefined) playingUntil = at + Math.floor(track.length) * 1000
    yield { at, page, level: listener.level, session, item, listener: loggedIn ? listener : undefined, track }

    if (page === 'Submit Upgrade') listener.level = 'paid'
    if (page === 'Submit Downgrade') listener.level = 'free'
    if (page === 'Login') loggedIn = true
    if (page === 'Logout') loggedIn = false
  }
  listener.freeFrom = at + sessionGapMs + 1000
}
