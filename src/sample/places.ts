import type { NonEmpty } from './random.ts'

/** Metropolitan areas as the log spells a listener's location: titles of the US Census Bureau's statistical areas of 2013. */
export const metros: NonEmpty<string> = [
  'San Francisco-Oakland-Hayward, CA',
  'Portland-South Portland, ME',
  'Lansing-East Lansing, MI',
  'Chicago-Naperville-Elgin, IL-IN-WI',
  'Atlanta-Sandy Springs-Roswell, GA',
  'Waterloo-Cedar Falls, IA',
  'Lake Havasu City-Kingman, AZ',
  'San Jose-Sunnyvale-Santa Clara, CA',
  'Tampa-St. Petersburg-Clearwater, FL',
  'New York-Newark-Jersey City, NY-NJ-PA',
  'Sacramento--Roseville--Arden-Arcade, CA',
  'Phoenix-Mesa-Scottsdale, AZ',
  'Houston-The Woodlands-Sugar Land, TX',
  'Dallas-Fort Worth-Arlington, TX',
  'Los Angeles-Long Beach-Anaheim, CA',
  'Minneapolis-St. Paul-Bloomington, MN-WI',
  'Washington-Arlington-Alexandria, DC-VA-MD-WV',
  'Detroit-Warren-Dearborn, MI',
  'New Haven-Milford, CT',
  'La Crosse-Onalaska, WI-MN',
  'Marinette, WI-MI',
  'Janesville-Beloit, WI',
  'Red Bluff, CA',
  'Nashville-Davidson--Murfreesboro--Franklin, TN',
  'Seattle-Tacoma-Bellevue, WA',
  'Boston-Cambridge-Newton, MA-NH',
  'Salt Lake City, UT',
  'Miami-Fort Lauderdale-West Palm Beach, FL',
  'Birmingham-Hoover, AL',
  'Cedar Rapids, IA',
]

/** Where artists come from, as the catalogue has it: a free text and, for some, a latitude and a longitude. */
export const origins: NonEmpty<{ readonly location: string; readonly coordinates: readonly [number, number] }> = [
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
