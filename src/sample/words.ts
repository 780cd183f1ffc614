/** The word lists that titles, artists and people are put together from. All invented; nobody is meant. */

import type { NonEmpty } from './random.ts'

function split(text: string, separator: RegExp): NonEmpty<string> {
  const [first = '', ...rest] = text.trim().split(separator)
  return [first, ...rest]
}

const words = (text: string) => split(text, /\s+/)
const phrases = (text: string) => split(text, /\s*,\s*/)

export const adjectives = words(`
  Amber Ashen Borrowed Bright Careful Cobalt Distant Drifting Early Faded Folded Gentle Gilded Golden Hollow Hushed Idle
  Ivory Late Lonely Lunar Midnight Mild Misplaced Narrow Northern Open Pale Paper Patient Plain Quiet Restless Salted
  Second Silver Sleepless Slow Small Southern Spare Sunken Tender Tidal Unfinished Velvet Violet Wandering Weathered Winter`)

export const nouns = words(`
  Afternoon Almanac Anchor Arcade Avenue Balcony Ballad Bicycle Blanket Boulevard Bridge Cabin Calendar Candle Canyon
  Carousel Chandelier Clock Coast Compass Corridor Country Courtyard Daylight Dial Doorway Echo Ember Engine Evening Ferry
  Field Garden Glacier Harbour Hillside Horizon House Island Jacket Kitchen Lantern Letter Library Lighthouse Map Marble
  Meadow Memory Mirror Morning Mountain Museum Newspaper Night Ocean Orchard Overcoat Parade Passenger Photograph Piano
  Pier Pilot Platform Postcard Prairie Promise Quarry Radio Railway Rain Receipt River Road Rooftop Sailboat Satellite
  Season Shadow Shoreline Signal Snow Staircase Station Street Suitcase Summer Telephone Tide Timetable Tower Train Umbrella
  Valley Vessel Waltz Weather Window Wire`)

export const lights = words(
  'Bells Chimes Colours Footprints Hours Lights Pennants Ribbons Rooms Skies Songs Sparks Whispers Winds',
)

export const verbs = words(
  'Bring Call Carry Count Draw Find Follow Keep Leave Lend Meet Mind Paint Read Send Show Teach Tell',
)

export const moments = phrases(`
  After the Rain, Again, Before Sunrise, by the Water, for a While, in the Morning, on the Last Train, Once More, Out Loud,
  Past Midnight, till Spring, Under the Bridge Lamps, Without a Map`)

export const companies = phrases(`
  Apothecaries, Archivists, Astronomers, Beekeepers, Bellringers, Botanists, Cartographers, Chandlers, Clockmakers, Cobblers,
  Correspondents, Ferrymen, Gardeners, Glassblowers, Kitemakers, Lamplighters, Librarians, Lighthouse Keepers, Locksmiths,
  Navigators, Night Porters, Ornithologists, Paperhangers, Postmasters, Saltworkers, Signalmen, Stargazers, Stenographers,
  Surveyors, Tailors, Typesetters, Understudies`)

export const ensembles = words('Assembly Club Collective Ensemble Orchestra Quartet Sound Trio Union')

export const womens = words(`
  Ada Beatrix Cora Delia Edith Flora Greta Hazel Ines Junia Kaia Leonie Mabel Nell Odette Petra Rosalind Sylvie Thea Una
  Viola Wilma Xenia Yvette Zelda`)

export const mens = words(`
  Abel Basil Caspar Dorian Edmund Felix Gideon Hugo Ivor Jasper Kit Lionel Magnus Ned Oscar Piers Quentin Rufus Silas
  Tobias Ulric Victor Wendell Yorick Zachary`)

export const surnames = words(`
  Ashgrove Briarley Cindermoor Drayfield Elmsworth Fenwater Gullhaven Harrowmere Inglebrook Juniperson Kestrelton Larkwell
  Marlowick Netherby Oakhollow Pinderford Quillmoor Rookhurst Saltmere Thornaby Underbrook Vanterpool Willowden Yarrowby
  Applegarth Birchinall Copperfen Dunmarsh Evershore Foxcombe Glenharrow Hollinside`)

/** Names with letters outside ASCII, as whole names: what the log holds twice encoded. */
export const accentedGiven = words('Maëlle Søren Ásta Zoë Renée Jürgen Iñaki Ømar Anaïs Björg Çelen Łucja')
export const accentedFamily = words('Vintervåg Ashgrôve Dvořmoor Fenström Marlöwick Quillñor Rødhurst Saltåker')
export const accentedNouns = words('Café Château Fjörd Rêverie Señal Überfahrt Canción Étude')
