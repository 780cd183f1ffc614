import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import { describeEngine, type SourceFolders } from '../contract/engine.ts'
import { never, songLine, temporaryFolder, wholeSchema, workWith, writeFiles } from './support.ts'

// The thread begins with a compiled file.
const { machineOfBot } = await import(new URL('../../dist/bot.js', import.meta.url).href)
const { OpsError } = await import(new URL('../../dist/core/errors.js', import.meta.url).href)

async function openOfBot(home: string, { logData, songData }: SourceFolders): Promise<Engine> {
  const config = readConfig({ SPARKIFY_HOME: home, SPARKIFY_LOG_DATA: logData, SPARKIFY_SONG_DATA: songData })
  const { engine } = await machineOfBot.openWarehouse(config, null, machineOfBot.clock, null)
  return engine
}

async function open(files: Readonly<Record<string, string>>): Promise<Engine> {
  const folder = await temporaryFolder()
  await writeFiles(folder, files)
  const engine = await openOfBot(join(folder, 'home'), { logData: join(folder, 'log'), songData: join(folder, 'song') })
  onTestFinished(() => engine.close())
  return engine
}

describeEngine("bot's DuckDB", async (sources) => {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-thread-'))
  const engine = await openOfBot(folder, sources)
  return {
    engine,
    async close() {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})

it('gives a failure with all that it says', async () => {
  const log = '{"page": "Home", "ts": "soon"}\n{"page": "Home", "ts": 1541105830796}\n'
  const engine = await open({ 'log/a.json': log, 'song/a.json': '{"song_id": "S1"}' })
  const sources = await engine.sources(never)
  await engine.begin(1, wholeSchema, workWith())
  const failure = await engine.stage(1, 'log', sources, 0, workWith()).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    name: 'OpsError',
    code: 'bad_data',
    message: expect.stringContaining('a.json, line 1: ts is "soon", not a whole number'),
    remedy: expect.stringContaining('max-errors=1'),
    reason: expect.not.stringContaining('untouched'),
    leaveOut: 1,
    cause: { stack: expect.stringContaining('stage.js') },
  })
})

it('shows how far it is', async () => {
  // 42 of them just make the two megabytes that a statement reads.
  const songs = Array.from({ length: 45 }, (_, at) => [
    `song/${at}.json`,
    songLine({ song_id: `S${at}`, title: 'x'.repeat(50_000) }),
  ])
  const engine = await open({ 'log/a.json': '{"page": "Home"}\n', ...Object.fromEntries(songs) })
  await engine.begin(1, wholeSchema, workWith())
  const told: string[] = []
  const work = workWith(never, (detail) => told.push(detail))
  await engine.stage(1, 'song', await engine.sources(never), 0, work)
  expect(told).toEqual(['93%'])
})

it('stops for the reason that its signal has', async () => {
  const engine = await open({
    'log/a.json': '{"page": "Home", "ts": 1541105830796}\n',
    'song/a.json': '{"song_id": "S1"}',
  })
  await engine.begin(1, wholeSchema, workWith())
  const stop = new AbortController()
  const reason = new OpsError('shutting_down', 'The bot is being stopped.')
  const asked = engine.query(
    { kind: 'candidate', load: 1 },
    { sql: 'select sum(a.range * b.range) from range(100000000) as a, range(1000000) as b' },
    { maxRows: 1, signal: stop.signal },
  )
  stop.abort(reason)
  await expect(asked).rejects.toBe(reason)
})

it('throws what keeps it from opening, and the process goes on', async () => {
  const { openInThread } = await import(new URL('../../dist/duckdb/own-thread.js', import.meta.url).href)
  const folder = await temporaryFolder()
  const options = { folder, logData: folder, songData: folder, memoryLimit: 'plenty' }
  await expect(openInThread(options)).rejects.toThrow('Failed to set config')
  // No text, which stops the thread's own module before it can answer.
  await expect(openInThread({ ...options, folder: undefined })).rejects.toThrow()
})
