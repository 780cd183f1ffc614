import type { Level } from './listeners.ts'
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
export type Page = keyof typeof pages

/** Which page a listener turns to while listening, and how often; NextSong when none of them. */
const browsing: Record<Level, readonly (readonly [Page, number])[]> = {
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

function browse(level: Level, random: Random): Page {
  let share = random.next()
  for (const [page, probability] of browsing[level]) {
    if (share < probability) return page
    share -= probability
  }
  return 'NextSong'
}

/** The page after `page` of somebody who is logged in at this level. Opening Upgrade or Downgrade is not yet doing it. */
export function pageAfter(page: Page, level: Level, random: Random): Page {
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

/** The page after `page` of somebody who is logged out: of nobody, as far as the log can tell. */
export function pageAfterLoggedOut(page: Page, random: Random): Page {
  if (page !== 'Home') return 'Home'
  if (random.chance(0.8)) return 'Login'
  return random.pick(['Home', 'About', 'Help'])
}
