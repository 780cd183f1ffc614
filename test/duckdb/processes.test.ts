import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import { createDuckdbEngine } from '../../src/duckdb/engine.ts'
import { lengths } from '../support/soak.ts'
import { openWorkshop, type Workshop } from './child.ts'
import {
  build,
  countsOf,
  library,
  logLine,
  never,
  openEngine,
  songLine,
  temporaryFolder,
  wholeSchema,
  workWith,
  writeFiles,
} from './support.ts'

const beginning = `
  import { writeFile, rename } from 'node:fs/promises'
  import { createDuckdbEngine } from './src/duckdb/index.js'
  import { readLibrary } from './src/library.js'

  const [folder, logData, songData, pointer] = process.argv.slice(2)
  const library = await readLibrary(new URL('./sql/', import.meta.url))
  const schema = [...library.schema.staging, ...library.schema.star, ...library.schema.load]
  const signal = new AbortController().signal
  const work = { key: 'child', signal, handle: () => undefined, keep: async () => {}, progress: () => {} }
  const engine = await createDuckdbEngine({ folder, logData, songData })
  const sources = await engine.sources(signal)
  const stage = async (load) => {
    await engine.stage(load, 'song', sources, 0, work)
    await engine.stage(load, 'log', sources, 0, work)
  }
  const transform = async (load) => {
    for (const { statements } of library.etl) await engine.execute(load, statements.map((sql) => ({ sql })), work)
  }
`

const events = lengths({ gate: 20_000, soak: 200_000 })

interface Place {
  readonly folder: string
  readonly logData: string
  readonly songData: string
}

async function place(lines: number): Promise<Place> {
  const home = await temporaryFolder()
  const log = Array.from({ length: lines }, (_, n) =>
    logLine({ itemInSession: n % 100, sessionId: Math.floor(n / 100) }),
  )
  await writeFiles(home, { 'log_data/2018-11-29-events.json': log.join('\n'), 'song_data/a.json': songLine() })
  return { folder: join(home, 'loads'), logData: join(home, 'log_data'), songData: join(home, 'song_data') }
}

const argumentsOf = ({ folder, logData, songData }: Place): string[] => [folder, logData, songData]

describe('several processes on one home', () => {
  let workshop: Workshop
  beforeAll(async () => {
    workshop = await openWorkshop()
  })
  afterAll(() => workshop.close())

  async function carryOn(engine: Engine): Promise<Record<string, unknown>> {
    const sources = await engine.sources(never)
    await engine.stage(1, 'log', sources, 0, workWith())
    await engine.stage(1, 'song', sources, 0, workWith())
    for (const { statements } of library.etl) {
      await engine.execute(
        1,
        statements.map((sql) => ({ sql })),
        workWith(),
      )
    }
    await engine.publish(1, workWith())
    return countsOf(engine, 1, 'live')
  }

  const whole = { staging_events: events, staging_songs: 1, songplays: events, users: 1, songs: 1, artists: 1, time: 1 }

  it.each([
    ['staging', `await engine.begin(1, schema, work); console.log('at it'); await stage(1)`],
    ['transforming', `await engine.begin(1, schema, work); await stage(1); console.log('at it'); await transform(1)`],
    [
      'the next step',
      `await engine.begin(1, schema, work); await stage(1); await transform(1); console.log('at it'); setInterval(() => {}, 1000)`,
    ],
  ])('carries on with a load whose process was killed in the middle of %s', async (_, script) => {
    const here = await place(events)
    const child = await workshop.start(beginning + script, ...argumentsOf(here))
    expect(await child.line()).toBe('at it')
    await child.kill()
    expect(await carryOn(await openEngine(here))).toMatchObject(whole)
  })

  it.each([
    ['copying', `console.log('at it'); await next()`],
    ['staging', `await next(); console.log('at it'); await stage(2)`],
    ['transforming', `await next(); await stage(2); console.log('at it'); await touched(2)`],
    ['the last transform', `await next(); await stage(2); await touched(2, () => console.log('at it'))`],
  ])(
    'carries on with the changes since a load where the process was killed in the middle of %s',
    async (step, script) => {
      const here = await place(5_000)
      const first = await createDuckdbEngine(here)
      await build(first, 1)
      await first.publish(1, workWith())
      await first.close()
      // Some of them are deliveries of events that are loaded, of which the earlier counts.
      const more = Array.from({ length: 500 }, (_, n) =>
        logLine({ itemInSession: n % 100, sessionId: 48 + Math.floor(n / 100), ts: 1_542_241_826_000 + n }),
      )
      await writeFiles(here.logData, { '2018-11-30-events.json': more.join('\n') })
      const child = await workshop.start(
        `${beginning}
        const next = () => engine.begin(2, schema, work, { load: 1, reads: 'changes', sources: { log: [], song: [], summary: '' } })
        const touched = async (load, beforeLast = () => {}) => {
          for (const { table, statements } of library.etl) {
            if (table === 'page_views') beforeLast()
            await engine.transform(load, table, statements, work)
          }
        }
        ${script}; setInterval(() => {}, 1000)`,
        ...argumentsOf(here),
      )
      expect(await child.line()).toBe('at it')
      await child.kill()
      const engine = await openEngine(here)
      const star = library.tables.star.map(
        (table) => `select '${table}', count(*), bit_xor(hash(t)) from ${table} as t`,
      )
      const contentOf = async (load: number) =>
        (await engine.query({ kind: 'live', load }, { sql: star.join(' union all ') }, { maxRows: 9, signal: never }))
          .rows
      const before = await contentOf(1)
      if (step === 'copying')
        await engine.begin(2, wholeSchema, workWith(), {
          load: 1,
          reads: 'changes',
          sources: { log: [], song: [], summary: '' },
        })
      await build(engine, 2, workWith(), 'carry on')
      await engine.publish(2, workWith())
      expect(await contentOf(1)).toEqual(before)
      await build(engine, 3)
      await engine.publish(3, workWith())
      expect(await contentOf(2)).toEqual(await contentOf(3))
      expect(await contentOf(2)).not.toEqual(before)
    },
  )

  it('holds a load whose process was killed while it did, which others then read, and which can be made live', async () => {
    const here = await place(events)
    const first = await createDuckdbEngine(here)
    await build(first, 1)
    await first.publish(1, workWith())
    await first.close()
    const child = await workshop.start(
      `${beginning} await engine.begin(2, schema, work); await stage(2); await transform(2); console.log('at it'); await engine.hold(2, work)`,
      ...argumentsOf(here),
    )
    expect(await child.line()).toBe('at it')
    await child.kill()
    const engine = await openEngine(here)
    await engine.hold(2, workWith())
    await engine.hold(2, workWith())
    const other = await openEngine(here)
    expect(await countsOf(other, 2, 'held')).toMatchObject(whole)
    await other.restore(2, never)
    expect(await countsOf(engine, 2, 'live')).toEqual(await countsOf(engine, 1, 'live'))
  })

  it('begins anew over what a killed process left', async () => {
    const here = await place(1_000)
    const child = await workshop.start(
      `${beginning} await engine.begin(1, schema, work); await stage(1); console.log('staged'); setInterval(() => {}, 1000)`,
      ...argumentsOf(here),
    )
    expect(await child.line()).toBe('staged')
    await child.kill()
    const engine = await openEngine(here)
    await engine.begin(1, wholeSchema, workWith())
    expect((await countsOf(engine, 1, 'candidate')).staging_events).toBe(0)
  })

  it('says that another process is writing the load', async () => {
    const here = await place(10)
    const child = await workshop.start(
      `${beginning} await engine.begin(1, schema, work); console.log('begun'); setInterval(() => {}, 1000)`,
      ...argumentsOf(here),
    )
    expect(await child.line()).toBe('begun')
    const engine = await openEngine(here)
    await expect(engine.execute(1, [{ sql: 'delete from users' }], workWith())).rejects.toMatchObject({ code: 'busy' })
  })

  it('reads a published load in one process while another one builds the next', async () => {
    const here = await place(1_000)
    const engine = await openEngine(here)
    await build(engine, 1)
    await engine.publish(1, workWith())
    const child = await workshop.start(
      `${beginning} await engine.begin(2, schema, work); console.log('begun'); await stage(2); await transform(2)
       await engine.publish(2, work); console.log('published'); setInterval(() => {}, 1000)`,
      ...argumentsOf(here),
    )
    expect(await child.line()).toBe('begun')
    expect((await countsOf(engine, 1, 'live')).songplays).toBe(1_000)
    expect(await child.line()).toBe('published')
    expect((await countsOf(engine, 2, 'live')).songplays).toBe(1_000)
  })

  it('never shows a mixture of loads, nor a gap, while another process publishes one after the other', async () => {
    const here = await place(1)
    const engine = await openEngine(here)
    const pointer = join(here.folder, '..', 'pointer')
    const writer = `${beginning}
      const rows = "insert into users (user_id) select range from range(10000)"
      const songs = "insert into songs (song_id) select cast(range as varchar) from range(10000)"
      for (let load = 1; load <= ${lengths({ gate: 6, soak: 60 })}; load++) {
        await engine.begin(load, schema, work)
        const times = (sql) => Array.from({ length: load }, () => ({ sql }))
        await engine.execute(load, [...times(rows), ...times(songs)], work)
        await engine.publish(load, work)
        await writeFile(pointer + '.tmp', String(load))
        await rename(pointer + '.tmp', pointer)
        await engine.retain([load, load - 1])
        if (load === 1) console.log('first')
      }`
    const child = await workshop.start(writer, ...argumentsOf(here), pointer)
    expect(await child.line()).toBe('first')
    let over = false
    const ended = child.ended.then((code) => {
      over = true
      return code
    })
    const read = async (): Promise<number> => {
      let answers = 0
      let last = 0
      while (!over) {
        const load = Number(await readFile(pointer, 'utf8'))
        const sql = 'select (select count(*) from users) as users, (select count(*) from songs) as songs'
        try {
          const { rows } = await engine.query({ kind: 'live', load }, { sql }, { maxRows: 1, signal: never })
          expect(rows).toEqual([[load * 10_000, load * 10_000]])
          expect(load).toBeGreaterThanOrEqual(last)
          last = load
          answers++
        } catch (error) {
          // The one thing that may happen: two newer loads were published between reading the pointer and asking.
          if (!(error instanceof OpsError && error.code === 'not_found')) throw error
        }
      }
      return answers
    }
    const answers = await Promise.all([read(), read()])
    expect(await ended).toBe(0)
    expect(Math.min(...answers)).toBeGreaterThan(0)
  })

  it.each([
    ['file', 'song_data/a.json'],
    ['folder', 'song_data'],
  ])('says which %s may not be read', async (_, path) => {
    const here = await place(1)
    const home = join(here.folder, '..')
    await chmod(home, 0o755)
    await chmod(join(home, path), 0)
    const script = `
      import { createDuckdbEngine } from './src/duckdb/index.js'
      const [folder, logData, songData] = process.argv.slice(2)
      const engine = await createDuckdbEngine({ folder, logData, songData })
      const { code, message, remedy } = await engine.sources(new AbortController().signal).catch((error) => error)
      console.log(JSON.stringify({ code, message, remedy }))`
    const child = await workshop.startAsNobody(script, ...argumentsOf(here))
    expect(JSON.parse(await child.line())).toEqual({
      code: 'source_unreadable',
      message: `${join(home, path)} may not be read.`,
      remedy: 'Let the bot read what SPARKIFY_SONG_DATA names.',
    })
    await chmod(join(home, path), 0o755)
  })
})
