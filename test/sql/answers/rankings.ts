import type { Cell } from '../database.ts'
import { compareText, type Play, usersOf } from '../reference.ts'
import { type Answer, type Asked, distinct, groupBy, heard, isInside, listenersOf, percentOf } from './asked.ts'

interface Ranked {
  readonly plays: number
  readonly listeners: number
}

const byPlays = (a: Ranked, b: Ranked): number => b.plays - a.plays || b.listeners - a.listeners
const byListeners = (a: Ranked, b: Ranked): number => b.listeners - a.listeners || b.plays - a.plays

const songOf = ({ song, artist }: Play): string => JSON.stringify([song, artist])

function songsOf(plays: readonly Play[]) {
  return [...groupBy(plays, songOf).values()].map((group) => ({
    song: group[0]?.song ?? '',
    artist: group[0]?.artist ?? '',
    plays: group.length,
    listeners: listenersOf(group),
  }))
}

function firstOf<T>({ args }: Asked, rows: readonly T[]): readonly T[] {
  return rows.slice(0, Number(args['n']))
}

export const topSongs: Answer = (asked) => {
  const plays = heard(asked).filter(({ match }) => asked.args['matched'] === 'no' || match !== undefined)
  const order = asked.args['by'] === 'plays' ? byPlays : byListeners
  const rows = songsOf(plays).toSorted(
    (a, b) => order(a, b) || compareText(a.song, b.song) || compareText(a.artist, b.artist),
  )
  return firstOf(asked, rows).map(({ song, artist, plays: n, listeners }) => [song, artist, n, listeners])
}

export const topArtists: Answer = (asked) => {
  const plays = heard(asked)
  const order = asked.args['by'] === 'plays' ? byPlays : byListeners
  const rows = [...groupBy(plays, ({ artist }) => artist)]
    .map(([artist, group]) => ({ artist, plays: group.length, listeners: listenersOf(group) }))
    .toSorted((a, b) => order(a, b) || compareText(a.artist, b.artist))
  return firstOf(asked, rows).map((row) => [row.artist, row.plays, percentOf(row.plays, plays.length), row.listeners])
}

export const unmatchedSongs: Answer = (asked) => {
  const artists = new Set(asked.source.songs.map(({ artist_name }) => artist_name))
  const rows = songsOf(heard(asked).filter(({ match }) => match === undefined)).toSorted(
    (a, b) => byPlays(a, b) || compareText(a.song, b.song) || compareText(a.artist, b.artist),
  )
  return firstOf(asked, rows).map((row) => [
    row.song,
    row.artist,
    row.plays,
    row.listeners,
    artists.has(row.artist) ? 'yes' : 'no',
  ])
}

export const topUsers: Answer = (asked) => {
  const people = new Map(
    usersOf(asked.source).map(([user, first, last, , level]) => [user, [`${first} ${last}`, level]]),
  )
  const rows = [...groupBy(heard(asked), ({ user }) => user)].map(([user, group]) => {
    const [name, level] = people.get(user) ?? []
    return { user, name: name ?? '', level: level ?? null, plays: group.length, songs: distinct(group, songOf) }
  })
  const sorted = rows.toSorted((a, b) => {
    const [plays, songs] = [b.plays - a.plays, b.songs - a.songs]
    return (asked.args['by'] === 'plays' ? plays || songs : songs || plays) || a.user - b.user
  })
  return firstOf(asked, sorted).map(({ user, name, level, plays, songs }) => [user, name, level, plays, songs])
}

export const discovery: Answer = (asked) => {
  const inside = heard(asked)
  const counts = songsOf(inside)
    .map(({ plays }) => plays)
    .toSorted((a, b) => b - a)
  const hits = Number(asked.args['hits'])
  const outside = counts.slice(hits).reduce((sum, n) => sum + n, 0)
  const seen = new Set<string>()
  const fresh = asked.plays.filter((play) => {
    const key = `${play.user} ${songOf(play)}`
    return seen.has(key) ? false : seen.add(key)
  })
  const news = fresh.filter(isInside(asked)).length
  const plays = inside.length
  const once = counts.filter((n) => n === 1).length
  const row = (measure: string, amount: number, whole: number): readonly Cell[] => [
    measure,
    amount,
    percentOf(amount, whole),
  ]
  return [
    row('Songs', counts.length, 0),
    row('Songs played once', once, counts.length),
    row('Plays', plays, 0),
    row(`Plays outside the top ${hits}`, outside, plays),
    row('Plays of songs new to their listener', news, plays),
    row('Repeats', plays - news, plays),
  ]
}
