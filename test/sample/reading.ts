import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const loggedIn = {
  auth: z.literal('Logged In'),
  firstName: z.string().min(1),
  gender: z.enum(['F', 'M']),
  lastName: z.string().min(1),
  location: z.string().regex(/^[A-Za-z.\- ]+, [A-Z]{2}(-[A-Z]{2})*$/),
  registration: z.number(),
  userAgent: z.string().regex(/^"?Mozilla\/5\.0 .+$/),
  userId: z.string().regex(/^[1-9]\d*$/),
}
const loggedOut = {
  auth: z.literal('Logged Out'),
  firstName: z.null(),
  gender: z.null(),
  lastName: z.null(),
  location: z.null(),
  registration: z.null(),
  userAgent: z.null(),
  userId: z.literal(''),
}
const any = {
  itemInSession: z.int().nonnegative(),
  level: z.enum(['free', 'paid']),
  sessionId: z.int().positive(),
  ts: z.int().refine((ts) => ts % 1000 === 796),
}
const nothingPlayed = { artist: z.null(), length: z.null(), song: z.null() }
const seen = { ...any, ...nothingPlayed, method: z.literal('GET'), status: z.literal(200) }
const sent = { ...any, ...nothingPlayed, method: z.literal('PUT'), status: z.literal(307) }

/** Every event of the public Sparkify log, and nothing else, is one of these. All 18 fields, no others. */
export const eventSchema = z.union([
  z.strictObject({
    ...any,
    ...loggedIn,
    page: z.literal('NextSong'),
    method: z.literal('PUT'),
    status: z.literal(200),
    artist: z.string().min(1),
    song: z.string().min(1),
    length: z.number().positive().max(3000),
  }),
  z.strictObject({
    ...seen,
    ...loggedIn,
    page: z.enum(['Home', 'Upgrade', 'Downgrade', 'Settings', 'Help', 'About']),
  }),
  z.strictObject({
    ...sent,
    ...loggedIn,
    page: z.enum(['Logout', 'Submit Upgrade', 'Submit Downgrade', 'Save Settings']),
  }),
  z.strictObject({ ...seen, ...loggedIn, page: z.literal('Error'), status: z.literal(404) }),
  z.strictObject({ ...seen, ...loggedOut, page: z.enum(['Home', 'Help', 'About']) }),
  z.strictObject({ ...sent, ...loggedOut, page: z.literal('Login') }),
])

/** One file of the catalogue. */
export const songSchema = z.strictObject({
  num_songs: z.literal(1),
  artist_id: z.string().regex(/^AR[0-9A-Z]{16}$/),
  artist_latitude: z.number().min(-90).max(90).nullable(),
  artist_longitude: z.number().min(-180).max(180).nullable(),
  artist_location: z.string(),
  artist_name: z.string().min(1),
  song_id: z.string().regex(/^SO[0-9A-Z]{16}$/),
  title: z.string().min(1),
  duration: z.number().positive(),
  year: z.int().min(0).max(2018),
})

/** A file of a data folder. */
export interface DataFile {
  readonly path: string
  readonly text: string
}

/** All files below a folder, with their paths relative to it, in order of these. */
export async function filesBelow(folder: string): Promise<readonly DataFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.sort().map(async (path) => ({ path: path.slice(folder.length + 1), text: await readFile(path, 'utf8') })),
  )
}

/** The lines of a log file that are not blank. */
export function linesOf({ text }: DataFile): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

/** The field names of a JSON object in the order in which they are written. */
export function fieldsOf(json: string): string {
  const parsed: unknown = JSON.parse(json)
  return Object.keys(z.record(z.string(), z.unknown()).parse(parsed)).join(' ')
}
