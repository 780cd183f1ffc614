import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { publishOnce } from '../../src/sample/folder.ts'
import { generateSample, sampleDefaults } from '../../src/sample/index.ts'

const options = { ...sampleDefaults, events: 200, songs: 10, days: 2 }

describe('the folder of a sample', () => {
  let folder: string
  let out: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sample-folder-'))
    out = join(folder, 'out')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('holds the log, the catalogue and the marker, and nothing is left beside it', async () => {
    await generateSample(options, out)
    expect((await readdir(out)).sort()).toEqual(['log_data', 'sample.json', 'song_data'])
    expect(await readdir(folder)).toEqual(['out'])
    expect(JSON.parse(await readFile(join(out, 'sample.json'), 'utf8'))).toMatchObject({ options })
  })

  it('is left as it is when the same sample is asked for again', async () => {
    await generateSample(options, out)
    await writeFile(join(out, 'log_data', 'mine.json'), 'kept')
    expect(await generateSample(options, out)).toBe('already there')
    expect(await readFile(join(out, 'log_data', 'mine.json'), 'utf8')).toBe('kept')
  })

  it('may be behind a link, but not behind one that leads nowhere', async () => {
    await mkdir(join(folder, 'there'))
    await symlink('there', join(folder, 'link'))
    await symlink('nowhere', join(folder, 'broken'))
    expect(await generateSample(options, join(folder, 'link'))).toBe('written')
    expect(await readdir(join(folder, 'there'))).toContain('sample.json')
    await symlink('circle', join(folder, 'circle'))
    for (const name of ['broken', 'circle']) {
      await expect(generateSample(options, join(folder, name))).rejects.toMatchObject({
        code: 'bad_argument',
        message: `${join(folder, name)} is a symbolic link that leads nowhere.`,
      })
    }
  })

  it('may be there and empty, or have parents that are not there yet', async () => {
    await mkdir(out)
    expect(await generateSample(options, out)).toBe('written')
    expect(await generateSample(options, join(folder, 'a', 'b'))).toBe('written')
  })

  it.each([
    ['anything else', 'notes.txt', 'mine', /is not empty and holds no sample; it was left as it is/],
    ['a broken marker', 'sample.json', '{"options":', /is not empty and holds no sample; it was left as it is/],
    ['a marker of another program', 'sample.json', '{}', /is not empty and holds no sample; it was left as it is/],
  ])('is refused and untouched when it holds %s', async (_, name, text, message) => {
    await mkdir(out)
    await writeFile(join(out, name), text)
    await expect(generateSample(options, out)).rejects.toMatchObject({
      code: 'bad_argument',
      message: expect.stringMatching(message),
    })
    expect(await readdir(out)).toEqual([name])
    expect(await readFile(join(out, name), 'utf8')).toBe(text)
  })

  it('is refused with the difference in sight when it holds another sample', async () => {
    await generateSample(options, out)
    await expect(generateSample({ ...options, seed: 9 }, out)).rejects.toMatchObject({
      code: 'bad_argument',
      message: expect.stringContaining('holds another sample (events 200, songs 10, days 2, seed 1, start 2018-11-01)'),
    })
  })

  it('is not there before it is whole', async () => {
    let seenWhileWriting: readonly string[] = []
    const broken = publishOnce(out, options, async (partial) => {
      await mkdir(join(partial, 'log_data'))
      seenWhileWriting = await readdir(folder)
      throw new Error('the lights went out')
    })
    await expect(broken).rejects.toThrow('the lights went out')
    expect(seenWhileWriting).toEqual([`out.partial-${process.pid}`])
    expect(await readdir(folder)).toEqual([])
  })

  it('is made whole after generators were killed, and what they left is removed, but not what a living one writes', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['--eval', ''])
    const alive = process.ppid
    for (const pid of [dead, alive, process.pid]) {
      await mkdir(join(folder, `out.partial-${pid}`, 'log_data'), { recursive: true })
    }
    await mkdir(join(folder, 'out.partial-mine'))
    expect(await generateSample(options, out)).toBe('written')
    expect((await readdir(folder)).sort()).toEqual(['out', `out.partial-${alive}`, 'out.partial-mine'].sort())
  })

  it('is that of the faster one when two processes make the same sample', async () => {
    await generateSample(options, join(folder, 'other'))
    const late = await publishOnce(out, options, async (partial) => {
      await generateSample(options, join(partial, 'inner'))
      await mkdir(out)
      await writeFile(join(out, 'sample.json'), await readFile(join(folder, 'other', 'sample.json')))
    })
    expect(late).toBe('already there')
    expect((await readdir(folder)).sort()).toEqual(['other', 'out'])
  })

  it('is named, with the reason, when it cannot be written', async () => {
    await writeFile(out, 'a file')
    await expect(generateSample(options, out)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining(`The sample could not be written to ${out}: ENOTDIR`),
      remedy: 'Name a folder that can be written.',
    })
  })
})
