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
  readonly level: string
  readonly song: string
  readonly artist: string
  readonly match: CatalogueSong | undefined
}

/** Every NextSong event once, the earliest delivery of each. */
export function playsOf(source: Source): readonly Play[] {
  const plays = new Map<string, Play>()
  const byTime = source.events
    .filter((event) => event.page === 'NextSong')
    .toSorted((a, b) => Number(a.ts) - Number(b.ts))
  for (const event of byTime) {
    const id = `${Number(event.userId)}-${event.sessionId}-${event.itemInSession}`
    if (plays.has(id)) continue
    plays.set(id, {
      id,
      at: new Date(Number(event.ts)),
      user: Number(event.userId),
      session: Number(event.sessionId),
      level: event.level,
      song: String(event.song),
      artist: String(event.artist),
      match: matchOf(event, source.songs),
    })
  }
  return [...plays.values()]
}

function matchOf(event: LogEvent, songs: readonly CatalogueSong[]): CatalogueSong | undefined {
  const distance = (song: CatalogueSong): number => Math.abs(Number(song.duration) - Number(event.length))
  return songs
    .filter((song) => song.title === event.song && song.artist_name === event.artist)
    .toSorted((a, b) => distance(a) - distance(b) || compareText(a.song_id, b.song_id))[0]
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

export function topSongs(plays: readonly Play[], by: 'plays' | 'listeners'): readonly (readonly Cell[])[] {
  return [...groupBy(plays, (play) => JSON.stringify([play.song, play.artist])).values()]
    .map((group) => ({ ...sampleOf(group), plays: group.length, listeners: distinct(group, (play) => play.user) }))
    .toSorted((a, b) => {
      const [plays, listeners] = [b.plays - a.plays, b.listeners - a.listeners]
      return (
        (by === 'plays' ? plays || listeners : listeners || plays) ||
        compareText(a.song, b.song) ||
        compareText(a.artist, b.artist)
      )
    })
    .map(({ song, artist, plays, listeners }) => [song, artist, plays, listeners])
}

export function topUsers(
  source: Source,
  plays: readonly Play[],
  by: 'variety' | 'plays',
): readonly (readonly Cell[])[] {
  const users = new Map(
    usersOf(source).map(([user, first, last, , level]) => [user, { name: `${first} ${last}`, level: level ?? null }]),
  )
  return [...groupBy(plays, (play) => play.user).entries()]
    .map(([user, group]) => {
      const songs = distinct(group, (play) => JSON.stringify([play.song, play.artist]))
      return {
        user,
        name: users.get(user)?.name ?? '',
        level: users.get(user)?.level ?? null,
        plays: group.length,
        songs,
      }
    })
    .toSorted((a, b) => {
      const [plays, songs] = [b.plays - a.plays, b.songs - a.songs]
      return (by === 'plays' ? plays || songs : songs || plays) || a.user - b.user
    })
    .map(({ user, name, level, plays, songs }) => [user, name, level, plays, songs])
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export function peakHours(plays: readonly Play[], by: 'hour' | 'weekday'): readonly (readonly Cell[])[] {
  const labels =
    by === 'weekday' ? weekdays : Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`)
  return labels.map((label, slot) => {
    const group = plays.filter(({ at }) =>
      by === 'hour' ? at.getUTCHours() === slot : (at.getUTCDay() + 6) % 7 === slot,
    )
    return [label, group.length, distinct(group, (play) => play.user)]
  })
}

export function timeframe(plays: readonly Play[]): readonly Cell[] {
  const times = plays.map((play) => play.at.getTime()).toSorted((a, b) => a - b)
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0]
  const day = 86_400_000
  return [
    timeText(new Date(first)),
    timeText(new Date(last)),
    Math.floor(last / day) - Math.floor(first / day) + 1,
    distinct(plays, (play) => Math.floor(play.at.getTime() / day)),
    plays.length,
    distinct(plays, (play) => play.user),
    distinct(plays, (play) => `${play.user} ${play.session}`),
  ]
}

/** A time as the tests' databases give it. */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 23).replace('T', ' ')
}

/** By code points, as all engines here sort text (collation C). */
export function compareText(a: string | null, b: string | null): number {
  return Buffer.compare(Buffer.from(a ?? ''), Buffer.from(b ?? ''))
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

function distinct<T>(items: readonly T[], of: (item: T) => unknown): number {
  return new Set(items.map(of)).size
}

function sampleOf(group: readonly Play[]): { song: string; artist: string } {
  return { song: group[0]?.song ?? '', artist: group[0]?.artist ?? '' }
}
