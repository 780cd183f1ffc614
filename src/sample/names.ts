import type { NonEmpty, Random } from './random.ts'

// The word lists that titles, artists and people are made from. All are invented; no real person is meant.

function split(text: string, separator: RegExp): NonEmpty<string> {
  const [first = '', ...rest] = text.trim().split(separator)
  return [first, ...rest]
}

const words = (text: string) => split(text, /\s+/)
const phrases = (text: string) => split(text, /\s*,\s*/)

const adjectives = words(`
  Amber Ashen Borrowed Bright Careful Cobalt Distant Drifting Early Faded Folded Gentle Gilded Golden Hollow Hushed Idle
  Ivory Late Lonely Lunar Midnight Mild Misplaced Narrow Northern Open Pale Paper Patient Plain Quiet Restless Salted
  Second Silver Sleepless Slow Small Southern Spare Sunken Tender Tidal Unfinished Velvet Violet Wandering Weathered Winter`)

const nouns = words(`
  Afternoon Almanac Anchor Arcade Avenue Balcony Ballad Bicycle Blanket Boulevard Bridge Cabin Calendar Candle Canyon
  Carousel Chandelier Clock Coast Compass Corridor Country Courtyard Daylight Dial Doorway Echo Ember Engine Evening Ferry
  Field Garden Glacier Harbour Hillside Horizon House Island Jacket Kitchen Lantern Letter Library Lighthouse Map Marble
  Meadow Memory Mirror Morning Mountain Museum Newspaper Night Ocean Orchard Overcoat Parade Passenger Photograph Piano
  Pier Pilot Platform Postcard Prairie Promise Quarry Radio Railway Rain Receipt River Road Rooftop Sailboat Satellite
  Season Shadow Shoreline Signal Snow Staircase Station Street Suitcase Summer Telephone Tide Timetable Tower Train Umbrella
  Valley Vessel Waltz Weather Window Wire`)

const lights = words(
  'Bells Chimes Colours Footprints Hours Lights Pennants Ribbons Rooms Skies Songs Sparks Whispers Winds',
)

const verbs = words('Bring Call Carry Count Draw Find Follow Keep Leave Lend Meet Mind Paint Read Send Show Teach Tell')

const moments = phrases(`
  After the Rain, Again, Before Sunrise, by the Water, for a While, in the Morning, on the Last Train, Once More, Out Loud,
  Past Midnight, till Spring, Under the Bridge Lamps, Without a Map`)

const companies = phrases(`
  Apothecaries, Archivists, Astronomers, Beekeepers, Bellringers, Botanists, Cartographers, Chandlers, Clockmakers, Cobblers,
  Correspondents, Ferrymen, Gardeners, Glassblowers, Kitemakers, Lamplighters, Librarians, Lighthouse Keepers, Locksmiths,
  Navigators, Night Porters, Ornithologists, Paperhangers, Postmasters, Saltworkers, Signalmen, Stargazers, Stenographers,
  Surveyors, Tailors, Typesetters, Understudies`)

const ensembles = words('Assembly Club Collective Ensemble Orchestra Quartet Sound Trio Union')

const womens = words(`
  Ada Beatrix Cora Delia Edith Flora Greta Hazel Ines Junia Kaia Leonie Mabel Nell Odette Petra Rosalind Sylvie Thea Una
  Viola Wilma Xenia Yvette Zelda`)

const mens = words(`
  Abel Basil Caspar Dorian Edmund Felix Gideon Hugo Ivor Jasper Kit Lionel Magnus Ned Oscar Piers Quentin Rufus Silas
  Tobias Ulric Victor Wendell Yorick Zachary`)

const surnames = words(`
  Ashgrove Briarley Cindermoor Drayfield Elmsworth Fenwater Gullhaven Harrowmere Inglebrook Juniperson Kestrelton Larkwell
  Marlowick Netherby Oakhollow Pinderford Quillmoor Rookhurst Saltmere Thornaby Underbrook Vanterpool Willowden Yarrowby
  Applegarth Birchinall Copperfen Dunmarsh Evershore Foxcombe Glenharrow Hollinside`)

/** Names with letters outside ASCII, as whole names: what the log holds twice encoded. */
const accentedGiven = words('Maëlle Søren Ásta Zoë Renée Jürgen Iñaki Ømar Anaïs Björg Çelen Łucja')
const accentedFamily = words('Vintervåg Ashgrôve Dvořmoor Fenström Marlöwick Quillñor Rødhurst Saltåker')
const accentedNouns = words('Café Château Fjörd Rêverie Señal Überfahrt Canción Étude')

/** An invented song title, such as "Harbour Lights"; one in a hundred has letters outside ASCII. */
export function titleFrom(random: Random): string {
  if (random.chance(0.01)) return `${random.pick(adjectives)} ${random.pick(accentedNouns)}`
  const noun = random.pick(nouns)
  switch (random.below(8)) {
    case 0:
      return `${noun} ${random.pick(lights)}`
    case 1:
      return `${random.pick(adjectives)} ${noun}`
    case 2:
      return `The ${noun} of ${random.pick(adjectives)} ${random.pick(lights)}`
    case 3:
      return `${random.pick(verbs)} Me the ${noun} ${random.pick(moments)}`
    case 4:
      return `${random.pick(adjectives)} ${noun} (${random.pick(moments)})`
    case 5:
      return `${noun} & ${random.pick(nouns)}`
    case 6:
      return `Don't ${random.pick(verbs)} My ${random.pick(adjectives)} ${noun}`
    default:
      return `${noun} / ${random.pick(adjectives)} ${random.pick(lights)}`
  }
}

/**
 * An invented artist, such as "The Quiet Cartographers". One in twenty has letters outside ASCII: in the public
 * Sparkify log 326 of 6,820 plays have.
 */
export function artistFrom(random: Random): string {
  if (random.chance(0.05)) return `${random.pick(accentedGiven)} ${random.pick(accentedFamily)}`
  const adjective = random.pick(adjectives)
  switch (random.below(6)) {
    case 0:
      return `The ${adjective} ${random.pick(companies)}`
    case 1:
      return `${adjective} ${random.pick(nouns)} ${random.pick(ensembles)}`
    case 2:
      return `${random.pick(nouns)} & the ${adjective} ${random.pick(lights)}`
    case 3:
      return `${random.pick(random.chance(0.5) ? womens : mens)} ${random.pick(surnames)}`
    case 4:
      return `${random.pick(surnames)}'s ${adjective} ${random.pick(companies)}`
    default:
      return `${adjective} ${random.pick(nouns)}`
  }
}

/** The name and gender of an invented listener, as the log spells them. */
export function personFrom(random: Random): { firstName: string; lastName: string; gender: 'F' | 'M' } {
  const gender = random.chance(0.57) ? 'F' : 'M'
  return { firstName: random.pick(gender === 'F' ? womens : mens), lastName: random.pick(surnames), gender }
}
