import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { start } from './program.ts'

const twoDays = fileURLToPath(new URL('../fixtures/two-days/', import.meta.url))

export type Home = Readonly<Record<string, string>> & {
  readonly SPARKIFY_HOME: string
  readonly SPARKIFY_LOG_DATA: string
  readonly SPARKIFY_SONG_DATA: string
}

async function generate(events: number, path: string): Promise<string> {
  await start(['sample', '--events', String(events), '--songs', '100', '--out', path], {}).ended
  return path
}

/** Folders of their own for a test file, removed after it. */
export function openHomes(): {
  /** A home whose sources are a copy of the two real days, which a test may change. */
  twoDays(): Promise<Home>
  /** A home whose sources are a generated log of so many events (the same for all homes of a file) that can be interrupted. */
  large(events: number): Promise<Home>
} {
  const folders: string[] = []
  const samples = new Map<number, Promise<string>>()
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
    async large(events) {
      const generated = samples.get(events) ?? folder().then((path) => generate(events, join(path, 'data')))
      samples.set(events, generated)
      return homeIn(await folder(), await generated)
    },
  }
}
