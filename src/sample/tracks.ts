import { artistName, type CatalogueSong, catalogueArtists, durationFrom } from './catalogue.ts'
import { titleFrom } from './names.ts'
import { type Random, randomOf } from './random.ts'

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
 * Everything there is to hear in a log of `events` events: a function that says what is played next. One play in nineteen is of
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
