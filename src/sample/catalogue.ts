import { artistFrom, titleFrom } from './names.ts'
import { type NonEmpty, type Random, randomOf } from './random.ts'

/** Where artists come from, as the catalogue has it: a free text and, for some, a latitude and a longitude. */
const origins: NonEmpty<{ readonly location: string; readonly coordinates: readonly [number, number] }> = [
  { location: 'California - LA', coordinates: [34.05349, -118.24532] },
  { location: 'Memphis, TN', coordinates: [35.14968, -90.04892] },
  { location: 'London, England', coordinates: [51.50632, -0.12714] },
  { location: 'Hamtramck, MI', coordinates: [42.39783, -83.05743] },
  { location: 'Montréal, Québec', coordinates: [45.51228, -73.55439] },
  { location: 'Göteborg, Sweden', coordinates: [57.70133, 11.96689] },
  { location: 'Dubai UAE', coordinates: [25.26949, 55.30885] },
  { location: 'New York, NY [Manhattan]', coordinates: [40.79086, -73.96644] },
  { location: 'Fort Worth, TX', coordinates: [32.74863, -97.32925] },
  { location: 'Noci (BA)', coordinates: [40.79372, 17.12413] },
]

/** One file of the catalogue. `duration` in seconds; `year` 0 where it is unknown; `location` may be empty. */
export interface CatalogueSong {
  readonly trackId: string
  readonly songId: string
  readonly title: string
  readonly artistId: string
  readonly artistName: string
  readonly location: string
  readonly latitude: number | null
  readonly longitude: number | null
  readonly duration: number
  readonly year: number
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** `number` in base 26, written with the letters A to Z, at least `width` of them. */
function inLetters(number: number, width: number): string {
  let text = ''
  for (let rest = number; text.length < width || rest > 0; rest = Math.floor(rest / 26)) {
    text = letters.charAt(rest % 26) + text
  }
  return text
}

/** Eleven characters as they end the ids of the Million Song Dataset, such as `128F932546F`. */
function idTail(random: Random): string {
  return `12${(0x80000000 + random.below(0x7fffffff)).toString(16).toUpperCase()}${random.pick(['0', 'A', 'F'])}`
}

/** The duration of a song: 15 seconds to 20 minutes, mostly about four minutes, with the five decimals of the real catalogue. */
function durationFrom(random: Random): number {
  const typical = 110 + 85 * (random.next() + random.next() + random.next())
  const seconds = random.chance(0.03) ? random.pick([0.1, 2, 3]) * typical : typical
  return Math.round(seconds * 1e5) / 1e5
}

/** The name of artist `index` of this world; the first ones have songs in the catalogue, the others are only in the log. */
export function artistName(seed: number, index: number): string {
  return artistFrom(randomOf(seed, 'artists', index))
}

/** How many artists a catalogue of this many songs has: the real one has 9,553 for 14,896. */
function catalogueArtists(songs: number): number {
  return Math.max(1, Math.round(songs * 0.64))
}

/**
 * A catalogue of `count` songs, with what makes the real one hard to join: the same title by another artist, the same title
 * and artist again with another duration, artist ids with more than one name, unknown years, places and coordinates.
 */
export function makeCatalogue(seed: number, count: number): readonly CatalogueSong[] {
  const random = randomOf(seed, 'catalogue')
  const artists = Array.from({ length: catalogueArtists(count) }, (_, index) => ({
    id: `AR${inLetters(index, 5)}${idTail(random)}`,
    name: artistName(seed, index),
    origin: random.pick(origins),
    located: random.chance(0.5),
    placed: random.chance(0.35),
  }))
  // Twenty songs a folder, as in the real bucket, whose 14,896 songs lie in 676 folders of three letters.
  const folders = Math.min(26 ** 3, Math.ceil(count / 20))

  const songs: CatalogueSong[] = []
  for (let index = 0; index < count; index++) {
    const earlier = songs.length === 0 || random.chance(0.9) ? undefined : songs[random.below(songs.length)]
    const again = random.chance(0.4)
    const number = index < artists.length ? index : Math.floor(artists.length * random.next() ** 2)
    const artist = artists[number]
    if (artist === undefined) throw new Error(`No artist ${number} among ${artists.length}.`)
    const featuring = random.chance(0.05) ? ` feat. ${artistName(seed, random.below(artists.length))}` : ''
    const identity =
      earlier !== undefined && again
        ? { artistId: earlier.artistId, artistName: earlier.artistName }
        : { artistId: artist.id, artistName: artist.name + featuring }
    const [latitude, longitude] = artist.placed ? artist.origin.coordinates : [null, null]
    songs.push({
      ...identity,
      trackId: `TR${inLetters(index % folders, 3)}${inLetters(Math.floor(index / folders), 2)}${idTail(random)}`,
      songId: `SO${inLetters(index, 5)}${idTail(random)}`,
      title: earlier?.title ?? titleFrom(random),
      location: artist.located ? artist.origin.location : '',
      latitude,
      longitude,
      duration: durationFrom(random),
      year: random.chance(0.58) ? 0 : 1960 + random.below(51),
    })
  }
  return songs
}

/** What a play logs: title and artist in proper spelling, length in seconds. */
export interface Track {
  readonly title: string
  readonly artist: string
  readonly length: number
}

/**
 * A position below `size`, the first ones far likelier: the k-th comes up in proportion to 1/√k. With three tracks per
 * event this gives the long tail of the real log, where 86 % of the songs are played once and the first one 37 times in 6,820.
 */
function popular(random: Random, size: number): number {
  return Math.floor(size * random.next() ** 2)
}

/**
 * All tracks of a log of `events` events: a function that gives the one that is played next. One play in nineteen is of
 * the catalogue, which leaves about 5 % matching on title and artist. All other tracks are made from their number when they
 * are played, never kept: some carry a title of the catalogue by somebody else, many are by artists of the catalogue.
 */
export function makeTracks(
  seed: number,
  catalogue: readonly CatalogueSong[],
  events: number,
): (random: Random) => Track {
  const tracks = events * 3
  const artists = catalogueArtists(catalogue.length) + Math.ceil(tracks / 3)

  function fromCatalogue(random: Random): Track | undefined {
    const song = catalogue[popular(random, catalogue.length)]
    if (song === undefined) return undefined
    // Some plays come from another pressing, a few seconds shorter or longer than what the catalogue has.
    const length = random.chance(0.1) ? song.duration + random.below(5) - 2 : song.duration
    return { title: song.title, artist: song.artistName, length: Math.round(length * 1e5) / 1e5 }
  }

  function fromElsewhere(number: number): Track {
    const random = randomOf(seed, 'tracks', number)
    const artist = artistName(seed, popular(random, artists))
    const covered = random.chance(0.03) ? catalogue[random.below(catalogue.length)] : undefined
    return { title: covered?.title ?? titleFrom(random), artist, length: durationFrom(random) }
  }

  return (random) =>
    (random.chance(1 / 19) ? fromCatalogue(random) : undefined) ?? fromElsewhere(popular(random, tracks))
}
