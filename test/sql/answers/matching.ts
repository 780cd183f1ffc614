import { compareText, type Play } from '../reference.ts'
import { type Answer, groupBy, heard, sum } from './asked.ts'

interface Text {
  readonly title: string
  readonly artist: string
}

const small = (text: string): string => text.toLowerCase().replaceAll(' ', '')

const letters: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ı: 'i' }

/** Letters without their accents, and without punctuation. */
const bare = (text: string): string =>
  small(text)
    .replaceAll(/[øłđı]/g, (letter) => letters[letter] ?? '')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[.,!?'"’‘“”´`\-–—&+:;/*#()[\]]/g, '')

const short = (text: string): string => text.toLowerCase().split(/ \(| \[| feat\.| featuring | \/ /)[0] ?? ''

const strategies: readonly (readonly [string, (text: Text) => string])[] = [
  ['Without case and spaces', ({ title, artist }) => `${small(title)}|${small(artist)}`],
  ['Without accents and punctuation', ({ title, artist }) => `${bare(title)}|${bare(artist)}`],
  ['Without additions', ({ title, artist }) => `${bare(short(title))}|${bare(short(artist))}`],
  ['Title alone', ({ title }) => bare(short(title))],
  ['Artist alone', ({ artist }) => bare(short(artist))],
]

interface Song extends Text {
  readonly plays: number
  readonly isLoaded: boolean
}

export const match: Answer = (asked) => {
  const plays = heard(asked)
  if (plays.length === 0) return []
  const catalogue: readonly Text[] = asked.source.songs.map(({ title, artist_name }) => ({
    title,
    artist: artist_name,
  }))
  const songs = [...groupBy(plays, ({ song, artist }: Play) => JSON.stringify([song, artist])).values()].flatMap(
    (group): Song[] => {
      const [first] = group
      if (first === undefined) return []
      return [{ title: first.song, artist: first.artist, plays: group.length, isLoaded: first.match !== undefined }]
    },
  )
  const count = (some: readonly Song[]): number => sum(some.map((song) => song.plays))
  const loaded = count(songs.filter(({ isLoaded }) => isLoaded))
  const missing = songs
    .filter(({ isLoaded }) => !isLoaded)
    .toSorted((a, b) => b.plays - a.plays || compareText(a.title, b.title) || compareText(a.artist, b.artist))
  const biggest = ([first]: readonly Song[]) => [first?.title ?? null, first?.artist ?? null, first?.plays ?? null]
  const knownTo = strategies.map(([, keyOf]) => {
    const known = new Set(catalogue.map(keyOf))
    return (song: Song): boolean => keyOf(song) !== '' && known.has(keyOf(song))
  })
  const row = (name: string, matched: number, gained: number | null, some: readonly Song[]) => [
    name,
    plays.length,
    matched,
    Math.round((matched * 10_000) / plays.length) / 100,
    gained,
    ...biggest(some),
  ]
  const left = missing.filter((song) => !knownTo.some((isKnown) => isKnown(song)))
  return [
    row('Same title and artist', loaded, 0, []),
    ...strategies.map(([name], at) => {
      const found = missing.filter((song) => knownTo[at]?.(song))
      return row(name, loaded + count(found), count(found), found)
    }),
    row('None of these', count(left), null, left),
  ]
}
