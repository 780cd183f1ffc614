import { cp, link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { generateSample, sampleOptions } from '../../src/sample/index.ts'
import { template } from '../support/templates.ts'
import { sayHere } from './here.ts'

const twoDays = fileURLToPath(new URL('../fixtures/two-days/', import.meta.url))

export type Home = Readonly<Record<string, string>> & {
  readonly SPARKIFY_HOME: string
  readonly SPARKIFY_LOG_DATA: string
  readonly SPARKIFY_SONG_DATA: string
}

const events = 50_000
const copies = 100

/** A log of five million rows that is written in a second: the same 50,000 events in 100 folders, each file a hard link. */
async function writeLargeLog(folder: string): Promise<void> {
  await generateSample(sampleOptions({ events: String(events), songs: '100' }), join(folder, 'sample'))
  const logData = join(folder, 'sample/log_data')
  const files = (await readdir(logData, { recursive: true })).filter((file) => file.endsWith('.json'))
  for (let copy = 0; copy < copies; copy++) {
    for (const file of files) {
      const target = join(folder, 'log_data', `copy-${copy}`, file)
      await mkdir(dirname(target), { recursive: true })
      await link(join(logData, file), target)
    }
  }
}

/** Folders of their own for a test file, removed after it. */
export function openHomes(): {
  /** A home whose sources are a copy of the two real days, which a test may change. */
  twoDays(): Promise<Home>
  /** Such a home, loaded. */
  loaded(): Promise<Home>
  /** A home whose sources take more than ten seconds to load: a run shows its message after two, and is killed or cancelled soon after. */
  large(): Promise<Home>
} {
  const folders: string[] = []
  const folder = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'sparkify-'))
    folders.push(path)
    return path
  }
  afterAll(async () => {
    await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })))
  })
  const homeIn = (path: string, data: string): Home => ({
    SPARKIFY_HOME: join(path, 'home'),
    SPARKIFY_LOG_DATA: join(data, 'log_data'),
    SPARKIFY_SONG_DATA: join(data, 'song_data'),
  })
  return {
    async twoDays() {
      const path = await folder()
      await cp(twoDays, join(path, 'data'), { recursive: true })
      return homeIn(path, join(path, 'data'))
    },
    async loaded() {
      const path = await folder()
      const made = await template('home-loaded', async (draft) => {
        await cp(twoDays, join(draft, 'data'), { recursive: true })
        const { status, stderr } = await sayHere('etl', homeIn(draft, join(draft, 'data')))
        if (status !== 0) throw new Error(stderr)
      })
      await cp(made, path, { recursive: true })
      return homeIn(path, join(path, 'data'))
    },
    async large() {
      const path = await template('large-log', writeLargeLog)
      return { ...homeIn(await folder(), path), SPARKIFY_SONG_DATA: join(path, 'sample/song_data') }
    },
  }
}
