import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateSample, sampleDefaults } from '../../src/sample/index.ts'
import { sampleOptions } from '../../src/sample/options.ts'
import { lengths } from '../support/soak.ts'
import { eventSchema, filesBelow, linesOf } from './reading.ts'

describe('generateSample', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-generate-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function hashOf(out: string): Promise<string> {
    const hash = createHash('sha256')
    for (const { path, text } of await filesBelow(out)) hash.update(`${path}\n${text}\n`)
    return hash.digest('hex')
  }

  it('gives the same bytes for the same options, and others for another seed', async () => {
    const options = { ...sampleDefaults, events: 2_000, songs: 50, days: 5 }
    await generateSample(options, join(folder, 'a'))
    await generateSample(options, join(folder, 'b'))
    await generateSample({ ...options, seed: 2 }, join(folder, 'c'))
    expect(await hashOf(join(folder, 'b'))).toBe(await hashOf(join(folder, 'a')))
    expect(await hashOf(join(folder, 'c'))).not.toBe(await hashOf(join(folder, 'a')))
  })

  it('keeps its word on counts, days and keys for any options', async () => {
    let number = 0
    const options = fc.record({
      seed: fc.nat(),
      days: fc.integer({ min: 1, max: 40 }),
      more: fc.oneof(fc.nat(20), fc.nat(3_000)),
      songs: fc.integer({ min: 1, max: 30 }),
      start: fc.constantFrom('2018-11-01', '2019-12-25', '2020-02-27'),
    })
    await fc.assert(
      fc.asyncProperty(options, async ({ seed, days, more, songs, start }) => {
        number += 1
        const out = join(folder, `property-${number}`)
        const outcome = await generateSample({ seed, days, songs, start, events: days + more }, out)
        const logs = await filesBelow(join(out, 'log_data'))
        const catalogue = await filesBelow(join(out, 'song_data'))
        const events = logs.flatMap(linesOf).map((line) => eventSchema.parse(JSON.parse(line)))
        expect(logs.map(({ path }) => path.slice(8, 18))).toEqual(
          Array.from({ length: days }, (_, day) =>
            new Date(Date.parse(start) + day * 86_400_000).toISOString().slice(0, 10),
          ),
        )
        expect(logs.map(({ path }) => path.slice(0, 8))).toEqual(
          logs.map(({ path }) => `${path.slice(8, 12)}/${path.slice(13, 15)}/`),
        )
        expect(events).toHaveLength(days + more)
        expect(catalogue).toHaveLength(songs)
        expect(new Set(events.map((event) => `${event.sessionId}-${event.itemInSession}`)).size).toBe(events.length)
        expect(outcome).toBe('written')
      }),
      { numRuns: lengths({ gate: 6, soak: 100 }) },
    )
  })

  it('refuses fewer events than days', async () => {
    expect(sampleOptions({ events: 6, days: 6 })).toMatchObject({ events: 6, days: 6 })
    const options = { ...sampleDefaults, events: 5, days: 6 }
    await expect(generateSample(options, join(folder, 'none'))).rejects.toMatchObject({
      code: 'bad_argument',
      message: '--events must be at least as many as there are days, so that no day is empty, not 5.',
    })
  })
})
