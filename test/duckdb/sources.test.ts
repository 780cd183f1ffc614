import { mkdir, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine, Sources } from '../../src/core/ports/engine.ts'
import { dayOf } from '../../src/core/warehouse/sources.ts'
import { listFolder } from '../../src/duckdb/sources.ts'
import { never, openEngine, temporaryFolder, writeFiles } from './support.ts'

async function withSources(
  change: (home: string) => Promise<void> = async () => {},
): Promise<{ home: string; engine: Engine }> {
  const home = await temporaryFolder()
  await writeFiles(home, { 'log_data/2018/11/2018-11-01-events.json': '{}\n', 'song_data/A/a.json': '{}' })
  await change(home)
  const places = { logData: join(home, 'log_data'), songData: join(home, 'song_data') }
  return { home, engine: await openEngine({ folder: join(home, 'loads'), ...places }) }
}

const list = async (change?: (home: string) => Promise<void>): Promise<Sources> =>
  (await withSources(change)).engine.sources(never)

describe('the stamp of a file', () => {
  it('is known three seconds after its content, its inode and its own time', async () => {
    const root = await temporaryFolder()
    await writeFiles(root, { 'a.json': '{}' })
    const path = join(root, 'a.json')
    await utimes(path, 0, 0)
    const { ctimeMs } = await stat(path)
    const stampAfter = async (ms: number) =>
      (await listFolder(root, 'SPARKIFY_LOG_DATA', never, Math.ceil(ctimeMs) + ms)).files[0]?.stamp
    expect(await stampAfter(2_900)).toBeNull()
    const stamp = await stampAfter(3_100)
    expect(stamp).toMatch(/^0\/\d+$/)
    await utimes(path, ctimeMs / 1000 + 60, ctimeMs / 1000 + 60)
    expect(await stampAfter(30_000)).toBeNull()
    expect(await stampAfter(63_100)).not.toBe(stamp)
  })
})

describe('the sources', () => {
  it('are all .json and .json.gz files at any depth, sorted by path, with size and day; hidden files are not', async () => {
    const { log, skipped } = await list((home) =>
      writeFiles(join(home, 'log_data'), {
        'b/2018-11-02-events.json.gz': 'xyz',
        'a.json': '',
        'readme.txt': '',
        '.DS_Store': '',
        '.hidden.json': '',
        '.git/a.json': '',
        json: '',
      }),
    )
    expect(log.map(({ path, bytes, day }) => [path.slice(path.indexOf('log_data') + 9), bytes, day])).toEqual([
      ['2018/11/2018-11-01-events.json', 3, '2018-11-01'],
      ['a.json', 0, null],
      ['b/2018-11-02-events.json.gz', 3, '2018-11-02'],
    ])
    expect(skipped).toEqual(['json', 'readme.txt'])
  })

  it('are listed in no time to speak of when there are thousands', async () => {
    const folder = await temporaryFolder()
    const names = Array.from({ length: 3_000 }, (_, n) => `${n % 26}/${n % 7}/TR${n}.json`)
    await writeFiles(folder, Object.fromEntries(names.map((name) => [name, '{}'])))
    const { files } = await listFolder(folder, 'SPARKIFY_SONG_DATA', never)
    expect(files.map(({ path }) => path)).toEqual(names.map((name) => join(folder, name)).toSorted())
  })

  it('are found through links, also where a link leads back up', async () => {
    const { log } = await list(async (home) => {
      await writeFiles(home, { 'elsewhere/x.json': '{}' })
      await symlink(join(home, 'elsewhere'), join(home, 'log_data/linked'))
      await symlink(join(home, 'log_data'), join(home, 'log_data/2018/up'))
      await symlink(join(home, 'elsewhere/x.json'), join(home, 'log_data/file.json'))
    })
    expect(log.map(({ path }) => path.slice(path.indexOf('log_data') + 9))).toEqual([
      '2018/11/2018-11-01-events.json',
      'file.json',
      'linked/x.json',
    ])
  })

  const faults: readonly [
    title: string,
    change: (home: string) => Promise<void>,
    code: string,
    message: RegExp,
    remedy: RegExp,
  ][] = [
    [
      'a missing folder',
      (home) => rename(home, 'log_data', 'moved'),
      'source_missing',
      /log_data does not exist\.$/,
      /SPARKIFY_LOG_DATA/,
    ],
    [
      'a file for a folder',
      async (home) => {
        await rename(home, 'song_data', 'moved')
        await writeFiles(home, { song_data: 'x' })
      },
      'source_missing',
      /song_data is a file, not a folder\.$/,
      /SPARKIFY_SONG_DATA/,
    ],
    [
      'an empty folder',
      async (home) => {
        await rename(home, 'log_data', 'moved')
        await mkdir(join(home, 'log_data/2018/11'), { recursive: true })
      },
      'source_missing',
      /log_data holds no \.json, \.jsonl or \.ndjson files, packed \(\.gz\) or not\.$/,
      /SPARKIFY_LOG_DATA/,
    ],
    [
      'a link to nowhere for a folder',
      async (home) => {
        await rename(home, 'log_data', 'moved')
        await symlink('nowhere', join(home, 'log_data'))
      },
      'source_missing',
      /log_data is a symbolic link to nowhere, which does not exist\.$/,
      /SPARKIFY_LOG_DATA/,
    ],
    [
      'a link to itself for a folder',
      async (home) => {
        await rename(home, 'log_data', 'moved')
        await symlink('log_data', join(home, 'log_data'))
      },
      'source_unreadable',
      /log_data is a symbolic link that leads back to itself\.$/,
      /SPARKIFY_LOG_DATA/,
    ],
    [
      'a link to nowhere',
      (home) => symlink(join(home, 'nowhere'), join(home, 'log_data/lost.json')),
      'source_missing',
      /lost\.json is a symbolic link to .*nowhere, which does not exist\.$/,
      /SPARKIFY_LOG_DATA/,
    ],
    [
      'a link to itself',
      (home) => symlink(join(home, 'song_data/self.json'), join(home, 'song_data/self.json')),
      'source_unreadable',
      /self\.json is a symbolic link that leads back to itself\.$/,
      /SPARKIFY_SONG_DATA/,
    ],
  ]
  it.each(faults)('stop the run at %s', async (_, change, code, message, remedy) => {
    await expect(list(change)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    })
  })

  it('are no longer listed when the run is cancelled', async () => {
    const { engine } = await withSources()
    await expect(engine.sources(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('the day of a log file', () => {
  it('is the one that its name gives, where that is a day', () => {
    expect(dayOf('/a/2018/11/2018-11-29-events.json')).toBe('2018-11-29')
    expect(dayOf('s3://b/2018-11-29-events.json.gz')).toBe('2018-11-29')
    for (const other of [
      '2018-02-30-events.json',
      '2018-11-29.json',
      'x2018-11-29-events.json',
      '2018-13-01-events.json',
    ]) {
      expect(dayOf(other)).toBe(null)
    }
  })

  it('is read from every day there is', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10)
          expect(dayOf(`log_data/${day}-events.json`)).toBe(day)
        },
      ),
    )
  })
})

async function rename(home: string, from: string, to: string): Promise<void> {
  const { rename: move } = await import('node:fs/promises')
  await move(join(home, from), join(home, to))
}
