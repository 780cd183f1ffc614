import type { Cell } from './database.ts'
import type { CatalogueSong, LogEvent, Source } from './source.ts'

/*
 * What the star and the queries must hold, computed from the JSON in plain TypeScript without SQL. It assumes what the
 * data sets in use fulfil: keyed plays, one name for each artist.
 */

/** A play as the reference sees it. */
export interface Play {
  readonly id: string
  readonly at: Date
  readonly user: number
  readonly session: number
  readonly item: number
  readonly level: string
  readonly song: string
  readonly artist: string
  readonly location: string | null
  readonly agent: string | null
  /** Length of the song. */
  readonly milliseconds: number
  readonly match: CatalogueSong | undefined
}

/** Every NextSong event once, the earliest delivery of each. */
export function playsOf(source: Source): readonly Play[] {
  const plays = new Map<string, Play>()
  const byTime = source.events
    .filter((event) => event.page === 'NextSong')
    .toSorted((a, b) => Number(a.ts) - Number(b.ts))
  for (const event of byTime) {
    const id = keyOf(event)
    if (plays.has(id)) continue
    const [song, artist] = [readAgain(String(event.song)), readAgain(String(event.artist))]
    plays.set(id, {
      id,
      at: new Date(Number(event.ts)),
      user: Number(event.userId),
      session: Number(event.sessionId),
      item: Number(event.itemInSession),
      level: String(event.level),
      song,
      artist,
      location: event.location,
      agent: event.userAgent,
      milliseconds: Math.round(Number(event.length) * 1000),
      match: matchOf(song, artist, Number(event.length), source.songs),
    })
  }
  return [...plays.values()]
}

function keyOf(event: LogEvent): string {
  return `${Number(event.userId)}-${event.sessionId}-${event.itemInSession}`
}

/** A text of the data sets in use as it was before it was encoded twice too often; the marks of that are in no other. */
function readAgain(text: string): string {
  const back = (garbled: string): string => Buffer.from(garbled, 'latin1').toString('utf8')
  return /Ã[\u0082\u0083]Â/.test(text) ? back(back(text)) : text
}

function matchOf(
  title: string,
  artist: string,
  seconds: number,
  songs: readonly CatalogueSong[],
): CatalogueSong | undefined {
  const distance = (song: CatalogueSong): number => Math.abs(Number(song.duration) - seconds)
  return songs
    .filter((song) => song.title === title && song.artist_name === artist)
    .toSorted((a, b) => distance(a) - distance(b) || compareText(a.song_id, b.song_id))[0]
}

/** A page view as the reference sees it. */
export interface PageView {
  readonly id: string
  readonly at: Date
  readonly user: number
  readonly session: number
  readonly item: number
  readonly page: string
  readonly level: string
  readonly status: number
}

/** Every other event of somebody logged in, once. */
export function viewsOf(source: Source): readonly PageView[] {
  const views = new Map<string, PageView>()
  for (const event of source.events.toSorted((a, b) => Number(a.ts) - Number(b.ts))) {
    const id = keyOf(event)
    if (event.page === 'NextSong' || !event.userId || views.has(id)) continue
    views.set(id, {
      id,
      at: new Date(Number(event.ts)),
      user: Number(event.userId),
      session: Number(event.sessionId),
      item: Number(event.itemInSession),
      page: event.page,
      level: String(event.level),
      status: event.status,
    })
  }
  return [...views.values()]
}

/** Rows of `users`: everybody who was ever logged in, as their latest event shows them. */
export function usersOf(source: Source): readonly (readonly Cell[])[] {
  const latest = new Map<number, LogEvent>()
  for (const event of source.events) {
    if (event.userId === '' || event.userId === null) continue
    const user = Number(event.userId)
    const before = latest.get(user)
    if (before === undefined || isLater(event, before)) latest.set(user, event)
  }
  return [...latest.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([user, event]) => [user, event.firstName, event.lastName, event.gender, event.level])
}

function isLater(event: LogEvent, than: LogEvent): boolean {
  const difference = Number(event.ts) - Number(than.ts) || Number(event.sessionId) - Number(than.sessionId)
  return (difference || Number(event.itemInSession) - Number(than.itemInSession)) > 0
}

/** Rows of `time`. */
export function timesOf(plays: readonly Play[]): readonly (readonly Cell[])[] {
  return [...new Set(plays.map((play) => play.at.getTime()))]
    .toSorted((a, b) => a - b)
    .map((time) => {
      const at = new Date(time)
      const date = [at.getUTCHours(), at.getUTCDate(), isoWeek(at), at.getUTCMonth() + 1, at.getUTCFullYear()]
      return [timeText(at), ...date, at.getUTCDay()]
    })
}

/** The week that holds the Thursday of the same week, counted in that Thursday's year. */
function isoWeek(at: Date): number {
  const thursday = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()))
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7))
  return Math.ceil(((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7)
}

/** A time as the tests' databases give it. */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 23).replace('T', ' ')
}

/** By code points, as all engines here sort text (collation C). */
export function compareText(a: string | null, b: string | null): number {
  return Buffer.compare(Buffer.from(a ?? ''), Buffer.from(b ?? ''))
}
