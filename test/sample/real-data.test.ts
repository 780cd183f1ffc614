import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateSample, sampleDefaults } from '../../src/sample/index.ts'
import { eventSchema, fieldsOf, filesBelow, linesOf, songSchema } from './reading.ts'

const real = resolve(import.meta.dirname, '../../../shared/data/sparkify')
const there = existsSync(real)

describe.skipIf(!there)(
  `beside the public Sparkify data${there ? '' : ' (skipped: it is not in ../shared/data/sparkify)'}`,
  () => {
    let folder: string
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sample-real-'))
      await generateSample({ ...sampleDefaults, events: 500, songs: 20, days: 3 }, join(folder, 'out'))
    })
    afterAll(() => rm(folder, { recursive: true }))

    it('the schema that the samples keep holds for every real event too, and the fields have the same order', async () => {
      const lines = (await filesBelow(join(real, 'log_data'))).flatMap(linesOf)
      expect(lines).toHaveLength(8_056)
      expect(lines.filter((line) => !eventSchema.safeParse(JSON.parse(line)).success)).toEqual([])
      const made = (await filesBelow(join(folder, 'out', 'log_data'))).flatMap(linesOf)
      expect(new Set([...lines, ...made].map(fieldsOf)).size).toBe(1)
    })

    it('so does the schema of the catalogue', async () => {
      const files = await filesBelow(join(real, 'song_data'))
      expect(files).toHaveLength(71)
      expect(files.filter(({ text }) => !songSchema.safeParse(JSON.parse(text)).success)).toEqual([])
      const made = await filesBelow(join(folder, 'out', 'song_data'))
      expect(new Set([...files, ...made].map(({ text }) => fieldsOf(text))).size).toBe(1)
    })
  },
)
