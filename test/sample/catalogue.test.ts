import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { makeCatalogue } from '../../src/sample/catalogue.ts'
import { firstSample, generateSample } from '../../src/sample/index.ts'
import { type DataFile, eventSchema, filesBelow, linesOf, songSchema } from './reading.ts'

const repair = (text: string) => {
  const once = (twice: string) => Buffer.from(twice, 'latin1').toString('utf8')
  return once(once(text))
}

describe('the catalogue of the first sample', () => {
  let folder: string
  let files: readonly DataFile[]
  let songs: readonly z.output<typeof songSchema>[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-catalogue-'))
    await generateSample(firstSample, join(folder, 'out'))
    files = await filesBelow(join(folder, 'out', 'song_data'))
    songs = files.map(({ text }) => songSchema.parse(JSON.parse(text)))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const groupsBy = (
    key: (song: (typeof songs)[number]) => string,
    value: (song: (typeof songs)[number]) => unknown,
  ) => {
    const groups = new Map<string, Set<unknown>>()
    for (const song of songs) groups.set(key(song), (groups.get(key(song)) ?? new Set()).add(value(song)))
    return [...groups.values()]
  }

  it('has exactly the songs asked for, one a file, ASCII, in folders of three letters of the track id', () => {
    expect(songs).toHaveLength(400)
    expect(new Set(songs.map((song) => song.song_id)).size).toBe(400)
    expect(new Set(songs.map((song) => song.artist_id)).size).toBeLessThan(songs.length)
    for (const { path, text } of files) {
      expect(path).toMatch(/^([A-Z])\/([A-Z])\/([A-Z])\/TR\1\2\3[A-Z]{2}[0-9A-F]{11}\.json$/)
      expect(text).toMatch(/^[ -~]*$/)
    }
  })

  it('has what makes songs hard to join', () => {
    const several = (values: ReadonlySet<unknown>) => values.size > 1
    const artistOf = (song: (typeof songs)[number]) => song.artist_id
    expect(groupsBy(({ title }) => title, artistOf).some(several), 'one title by two artists').toBe(true)
    expect(
      groupsBy(
        (song) => `${song.title}\n${song.artist_name}`,
        ({ duration }) => duration,
      ).some(several),
      'one title and artist with two durations',
    ).toBe(true)
    expect(groupsBy(artistOf, (song) => song.artist_name).some(several), 'one artist with two names').toBe(true)
    const few = songs.filter(({ year }) => year === 0).length / songs.length
    expect(few).toBeGreaterThan(0.4)
    expect(few).toBeLessThan(0.8)
    expect(songs.some((song) => song.artist_latitude === null)).toBe(true)
    expect(songs.some((song) => song.artist_latitude !== null)).toBe(true)
    expect(songs.some((song) => song.artist_location === '')).toBe(true)
    expect(songs.some((song) => /[^ -~]/.test(song.artist_name))).toBe(true)
  })

  it('matches about one play in twenty, and some more once names are repaired', async () => {
    const known = new Set(songs.map((song) => `${song.title}\n${song.artist_name}`))
    const titles = new Set(songs.map(({ title }) => title))
    const plays = (await filesBelow(join(folder, 'out', 'log_data')))
      .flatMap(linesOf)
      .map((line) => eventSchema.parse(JSON.parse(line)))
      .flatMap(({ song, artist }) => (song === null || artist === null ? [] : [{ song, artist }]))
    const matched = plays.filter(({ song, artist }) => known.has(`${song}\n${artist}`)).length
    const repaired = plays.filter(({ song, artist }) => known.has(`${repair(song)}\n${repair(artist)}`)).length
    expect(matched / plays.length).toBeGreaterThan(0.03)
    expect(matched / plays.length).toBeLessThan(0.07)
    expect(repaired).toBeGreaterThan(matched)
    expect(plays.filter(({ song }) => titles.has(song)).length, 'titles match oftener').toBeGreaterThan(matched * 1.3)
  })
})

describe('makeCatalogue', () => {
  it('keeps ids unique and folders at about twenty songs at the size of the real one', () => {
    const songs = makeCatalogue(1, 14_896)
    expect(new Set(songs.map(({ trackId }) => trackId)).size).toBe(14_896)
    expect(new Set(songs.map(({ songId }) => songId)).size).toBe(14_896)
    expect(new Set(songs.map(({ trackId }) => trackId.slice(0, 5))).size).toBe(745)
    expect(songs.every(({ duration }) => duration >= 5 && duration <= 1_200)).toBe(true)
  })
})
