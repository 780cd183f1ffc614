import { describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { ObjectPlace, ObjectStore } from '../../../src/core/ports/objects.ts'
import { singly, wholly, writeManifests } from '../../../src/redshift/engine/copy-from.ts'
import { listNow, listSources, type SourceObjects } from '../../../src/redshift/engine/source-objects.ts'
import { never } from './support.ts'

const places = { logData: 's3://bucket/log', songData: 's3://bucket/song', jsonPaths: null }
const work = { bucket: 'w', key: 'lists/' }

/** A bucket of these keys, whose ETags are their keys and whose folders are empty, and the notes of a ledger; what is written there can be read. */
function bucket(keys: readonly string[], refusal: () => Error | null = () => null, place: ObjectPlace | null = null) {
  const written: [string, string][] = []
  const held = new Map<string, unknown>()
  const unasked = async (): Promise<never> => {
    throw new Error('not asked for here')
  }
  const store: ObjectStore = {
    async list({ key }) {
      const why = refusal()
      if (why !== null) throw why
      return keys
        .filter((one) => one.startsWith(key))
        .map((one) => ({ key: one, bytes: one.endsWith('/') ? 0 : one.length, etag: `"${one}"` }))
    },
    read: unasked,
    fetch: unasked,
    remove: unasked,
    put: async ({ bucket: name, key }, text) => void written.push([`${name}/${key}`, text]),
  }
  const notes = {
    get: async (key: string) => held.get(key) ?? null,
    set: async (key: string, value: unknown) => void held.set(key, value),
  }
  const objects: SourceObjects = { store, notes, work: place }
  return { objects, store, notes, written }
}

describe('the objects of the sources', () => {
  const keys = ['log/2018-11-01-events.json', 'log/', 'log/notes.txt', 'song/a.json.gz', 'song/b.bz2']

  it('are those that are data by their names where manifests are written, and all where COPY reads the prefix', async () => {
    const listed = await listSources(bucket(keys, undefined, work).objects, places, never)
    expect(listed).toEqual({
      log: [
        {
          path: 's3://bucket/log/2018-11-01-events.json',
          bytes: 26,
          day: '2018-11-01',
          stamp: '"log/2018-11-01-events.json"',
        },
      ],
      song: [{ path: 's3://bucket/song/a.json.gz', bytes: 14, day: null, stamp: '"song/a.json.gz"' }],
      skipped: ['log/notes.txt', 'song/b.bz2'],
      summary: '1 log file, 1 song file, 40 bytes',
    })
    const whole = await listSources(bucket(keys).objects, places, never)
    expect([whole.whole, whole.skipped, whole.log.length, whole.song.length]).toEqual([true, [], 2, 2])
    expect(await listNow(bucket(keys, undefined, work).objects, places.songData, never)).toEqual(listed.song)
  })

  it('are none where a prefix holds none, by the name of the prefix', async () => {
    const missing = (keys: readonly string[], place: ObjectPlace | null) =>
      listSources(bucket(keys, undefined, place).objects, places, never)
    const remedy = 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.'
    await expect(missing(['song/a.json', 'log/'], null)).rejects.toMatchObject({
      code: 'source_missing',
      message: 's3://bucket/log holds no objects.',
      remedy,
    })
    await expect(missing(['log/a.json', 'song/b.bz2'], work)).rejects.toMatchObject({
      code: 'source_missing',
      message: 's3://bucket/song holds no .json, .jsonl or .ndjson objects, packed (.gz) or not.',
      remedy,
    })
  })

  it('come with the ETag of the JSONPaths file alone, or why that is not known', async () => {
    const mapped = { ...places, jsonPaths: 's3://bucket/paths.json' }
    const all = [...keys, 'paths.json.bak', 'paths.json']
    expect((await listSources(bucket(all).objects, mapped, never)).mapping).toBe('s3://bucket/paths.json "paths.json"')
    let looks = 0
    const denied = new OpsError('aws_denied', 'No.', 'Allow it.')
    const blind = bucket(all, () => (++looks > 2 ? denied : null))
    const listed = await listSources(blind.objects, mapped, never)
    expect([listed.mapping, listed.unlisted, listed.log.length]).toEqual([
      undefined,
      { why: 'the bot may not list the JSONPaths file', remedy: 'Allow it.' },
      2,
    ])
  })

  it.each([
    ['aws_denied', 'the bot may not list the objects'],
    ['aws', 'S3 does not answer the bot'],
  ] as const)(
    'that cannot be listed (%s) are left to the cluster where no manifests are written',
    async (code, why) => {
      const error = new OpsError(code, 'No.', 'Allow it.')
      const blind = bucket(keys, () => error)
      expect(await listSources(blind.objects, places, never)).toEqual({
        log: [],
        song: [],
        summary: 's3://bucket/log and s3://bucket/song',
        whole: true,
        unlisted: { why, remedy: 'Allow it.' },
      })
      expect(await listNow(blind.objects, places.logData, never)).toBeNull()
      const needed = bucket(keys, () => error, work)
      await expect(listSources(needed.objects, places, never)).rejects.toBe(error)
      await expect(listNow(needed.objects, places.logData, never)).rejects.toBe(error)
    },
  )

  it('that cannot be listed for another reason are an error', async () => {
    const error = new OpsError('source_missing', 'No bucket.')
    await expect(listSources(bucket(keys, () => error).objects, places, never)).rejects.toBe(error)
    await expect(listNow(bucket(keys, () => error).objects, places.logData, never)).rejects.toBe(error)
  })
})

describe('what COPY reads', () => {
  it('is each object with the option of its kind, or the prefix where there is one kind', () => {
    expect(singly(['a.json', 'b.json.GZ', 'c.json'])).toEqual([
      { url: 'a.json', option: '' },
      { url: 'c.json', option: '' },
      { url: 'b.json.GZ', option: ' gzip' },
    ])
    expect(wholly('p', ['a.json', 'b.json'])).toEqual([{ url: 'p', option: '' }])
    expect(wholly('p', ['a.json.gz'])).toEqual([{ url: 'p', option: ' gzip' }])
    expect(wholly('p', [])).toEqual([{ url: 'p', option: '' }])
    const both = [...Array.from({ length: 20 - 1 }, (_, at) => `${at + 10}.json`), 'b.gz']
    expect(wholly('p', both)).toHaveLength(20)
    expect(wholly('p', [...both, 'c.json'])).toBeNull()
    expect(wholly('p', ['a.json', 'a.json.gz'])).toBeNull()
    expect(wholly('p', ['a.json', 'b\\c.gz'])).toBeNull()
  })

  it('is a manifest for each kind, of which each object must be there', async () => {
    const { store, written } = bucket([])
    expect(await writeManifests(store, work, 'log-7', ['s3://bucket/a.json', 's3://bucket/b.json.gz'], never)).toEqual([
      { url: 's3://w/lists/log-7-plain.manifest', option: ' manifest' },
      { url: 's3://w/lists/log-7-gzip.manifest', option: ' manifest gzip' },
    ])
    expect(written).toEqual([
      ['w/lists/log-7-plain.manifest', '{"entries":[{"url":"s3://bucket/a.json","mandatory":true}]}'],
      ['w/lists/log-7-gzip.manifest', '{"entries":[{"url":"s3://bucket/b.json.gz","mandatory":true}]}'],
    ])
  })
})
