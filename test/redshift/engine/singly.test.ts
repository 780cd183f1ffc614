import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OpsError } from '../../../src/core/errors.ts'
import type { LoadBefore, Staged } from '../../../src/core/ports/engine.ts'
import type { RedshiftEngine } from '../../../src/redshift/engine/redshift-engine.ts'
import { logLine, songLine } from '../../duckdb/support.ts'
import { lengths } from '../../support/soak.ts'
import { createFastClock } from './fast-clock.ts'
import { createStage, library, never, newStep, noSources, rowsOf, type Stage, wholeSchema } from './support.ts'

/*
 * Increments without SPARKIFY_WORK: COPY's FROM is a prefix, so objects are read one by one, by keys with which no other one begins.
 */

const folder = mkdtempSync(join(tmpdir(), 'sparkify-singly-'))
let stage: Stage
let engine: RedshiftEngine
let newest = 0

function put(key: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, key)), { recursive: true })
  writeFileSync(join(folder, key), content)
}

function empty(): void {
  for (const dataset of ['log_data', 'song_data']) rmSync(join(folder, dataset), { recursive: true, force: true })
}

beforeAll(async () => {
  const sources = { logData: join(folder, 'log_data'), songData: join(folder, 'song_data') }
  stage = await createStage(sources)
  engine = stage.open({ clock: createFastClock(1000) })
}, 120_000)
beforeEach(() => {
  empty()
  put('log_data/first.json', logLine())
  put('song_data/first.json', songLine())
})
afterAll(async () => {
  await stage.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What staging the log came to, how many statements staging took, and the COPYs among them. */
interface Built {
  readonly load: number
  readonly log: Staged
  readonly statements: number
  readonly copies: readonly string[]
}

/** Stages both datasets as a load of its own. */
async function build(before?: LoadBefore): Promise<Built> {
  newest += 1
  const load = newest
  await engine.begin(load, wholeSchema, newStep(), before)
  const sources = await engine.sources(never)
  const already = (await stage.double.statements()).length
  const log = await engine.stage(load, 'log', sources, 9, newStep())
  await engine.stage(load, 'song', sources, 9, newStep())
  const sqls = (await stage.double.statements()).slice(already).flatMap((statement) => statement.sqls)
  // How often it is asked how far a COPY is depends on the machine.
  const statements = sqls.filter((sql) => !sql.includes("status = 'running'")).length
  return { load, log, statements, copies: sqls.filter((sql) => sql.startsWith('copy ')) }
}

/** The same, live. */
async function live(before?: LoadBefore): Promise<number> {
  const { load } = await build(before)
  await engine.publish(load, newStep())
  return load
}

/** Adds to a load what has changed, and compares it with a load in full; it is live then. */
async function addTo(base: number): Promise<Built> {
  await build()
  const wanted = await contents(newest, false)
  const added = await build({ load: base, reads: 'changes', sources: noSources })
  expect(await contents(added.load, false)).toEqual(wanted)
  await engine.publish(added.load, newStep())
  return added
}

/** All rows of the candidate's tables; of the star where it is built, which is made from staging alone. */
async function contents(load: number, star: boolean): Promise<Record<string, readonly string[]>> {
  if (star) for (const { table, statements } of library.etl) await engine.transform(load, table, statements, newStep())
  const tables = [...library.tables.staging, 'source_files', ...(star ? library.tables.star : [])]
  return rowsOf(engine, load, tables)
}

const changes = async (load: number) => engine.changes(load, await engine.sources(never), never)
const reason = async (load: number) => (await changes(load))?.full

const arrivals = ['day', 'packed day', 'song', 'longer key', 'packed beside', 'change', 'vanish', 'many'] as const
type Arrival = (typeof arrivals)[number]

/** Lets something happen to the bucket; `at` makes keys and rows of their own. */
function arrive(kind: Arrival, at: number): void {
  const row = logLine({ sessionId: 1000 + at, itemInSession: at })
  const days = [...Array(at).keys()]
    .map((day) => `log_data/d${day}.json`)
    .filter((key) => existsSync(join(folder, key)))
  const some = days[at % Math.max(1, days.length)]
  switch (kind) {
    case 'day':
      put(`log_data/d${at}.json`, row)
      break
    case 'packed day':
      put(`log_data/d${at}.json.gz`, gzipSync(row))
      break
    case 'song':
      put(`song_data/A/${at}.json`, songLine({ song_id: `S${at}` }))
      break
    case 'longer key':
      put(`${some ?? 'log_data/first.json'}.later`, row)
      break
    case 'packed beside':
      put(`${some ?? 'log_data/first.json'}.gz`, gzipSync(row))
      break
    case 'change':
      put(some ?? 'log_data/first.json', `${row}\n${logLine({ itemInSession: at })}`)
      break
    case 'vanish':
      if (some !== undefined) rmSync(join(folder, some))
      break
    case 'many':
      for (let one = 0; one <= 20; one++)
        put(`log_data/many/${at}-${one}.json`, logLine({ sessionId: at, itemInSession: one }))
  }
}

describe('a load that adds new objects one by one', { timeout: lengths({ gate: 120_000, soak: 3_600_000 }) }, () => {
  it('equals a load in full, cell by cell, whatever arrives; where it is none, there is a reason, and both are refused alike', async () => {
    const nights = fc.array(fc.array(fc.constantFrom(...arrivals), { minLength: 1, maxLength: 3 }), {
      minLength: lengths({ gate: 4, soak: 4 }),
      maxLength: lengths({ gate: 4, soak: 12 }),
    })
    const seen = { increments: 0, full: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(nights, async (all) => {
        empty()
        put('log_data/first.json', logLine())
        put('song_data/first.json', songLine())
        let base = await live()
        let at = 0
        for (const night of all) {
          for (const kind of night) arrive(kind, at++)
          const found = await changes(base)
          const isIncrement = found !== null && found.full === undefined
          const full = await build().catch((error: unknown) => error)
          if (full instanceof Error) {
            // Both kinds below a prefix, and too many or too alike to be read one by one.
            expect([isIncrement, full]).toEqual([false, expect.objectContaining({ code: 'source_unreadable' })])
            seen.refused += 1
            return
          }
          const wanted = await contents(newest, at % 4 === 0)
          const { load, copies } = await build(
            isIncrement ? { load: base, reads: 'changes', sources: noSources } : undefined,
          )
          if (isIncrement) expect(copies).toHaveLength(found.files.filter(({ change }) => change !== 'gone').length)
          seen[isIncrement ? 'increments' : 'full'] += 1
          expect(await contents(load, at % 4 === 0)).toEqual(wanted)
          await engine.publish(load, newStep())
          base = load
        }
      }),
      { numRuns: lengths({ gate: 1, soak: 100 }), endOnFailure: lengths({ gate: true, soak: false }) },
    )
    expect(seen.increments + seen.full + seen.refused).toBeGreaterThan(0)
  })

  it('takes as many statements however long the history is; 21 are too many', async () => {
    for (let day = 0; day < 20; day++) put(`log_data/d${day}.json`, logLine({ sessionId: day }))
    const base = await live()
    expect(await changes(base)).toEqual({ files: [], unchanged: 22 })
    put('log_data/e0.json', logLine({ sessionId: 100 }))
    put('log_data/e1.json.gz', gzipSync(logLine({ sessionId: 101 })))
    // A load in full could not read one packed object among 22 others.
    expect(await reason(base)).toBe('packed objects among others')
    rmSync(join(folder, 'log_data/e1.json.gz'))
    const { load, log, copies } = await build({ load: base, reads: 'changes', sources: noSources })
    expect(copies).toEqual([expect.stringContaining(`from 's3://sparkify-data/log_data/e0.json'`)])
    expect(log).toMatchObject({ rows: 22, read: { rows: 1, new: 1, changed: 0, gone: 0 } })
    await engine.publish(load, newStep())
    for (let day = 0; day < 20; day++) put(`log_data/f${day}.json`, logLine({ sessionId: 200 + day }))
    expect(await reason(load)).toBeUndefined()
    expect((await build({ load, reads: 'changes', sources: noSources })).copies).toHaveLength(20)
    put('song_data/21.json', songLine({ song_id: 'S21' }))
    expect(await reason(load)).toBe('21 objects to read, and at most 20 are read one by one without SPARKIFY_WORK')
  })

  it('reads an object that came later again, with those that came with it, once it has changed or is gone', async () => {
    const base = await live()
    for (const [session, key] of ['a', 'b', 'c'].entries()) {
      put(`log_data/${key}.json`, logLine({ sessionId: 10 + session }))
    }
    put('log_data/b.json', `${logLine({ sessionId: 11 })}\n${logLine({ sessionId: 'no number' })}`)
    const first = await addTo(base)
    expect(first.log).toMatchObject({ rows: 4, rejected: 1, read: { rows: 3, new: 3, changed: 0, gone: 0 } })
    put('log_data/d.json', logLine({ sessionId: 20 }))
    const second = await addTo(first.load)
    expect(second.log).toMatchObject({ rows: 5, rejected: 1, read: { rows: 1, new: 1, changed: 0, gone: 0 } })
    put('log_data/b.json', `${logLine({ sessionId: 30 })}\n${logLine({ sessionId: 31 })}`)
    rmSync(join(folder, 'log_data/c.json'))
    const path = (key: string) => `s3://sparkify-data/log_data/${key}.json`
    expect(await changes(second.load)).toEqual({
      files: [
        { path: path('a'), bytes: expect.any(Number), change: 'unchanged' },
        { path: path('b'), bytes: expect.any(Number), change: 'changed' },
        { path: path('c'), bytes: 0, change: 'gone' },
      ],
      unchanged: 4,
    })
    const third = await addTo(second.load)
    // What was left out of b.json as it was does not count any more.
    expect(third.log).toMatchObject({
      rows: 5,
      rejected: 0,
      reasons: [],
      read: { rows: 3, new: 0, changed: 1, gone: 1 },
    })
    expect(third.copies).toHaveLength(2)
    // As many as for two new objects: a COPY takes one, and one asks what it did.
    expect(third.statements).toBe(second.statements + 2)
    for (const key of ['a', 'b']) rmSync(join(folder, `log_data/${key}.json`))
    const fourth = await addTo(third.load)
    expect(fourth.log).toMatchObject({ rows: 2, read: { rows: 0, new: 0, changed: 0, gone: 2 } })
    expect(fourth.copies).toEqual([])
    expect((await engine.loadedFiles(fourth.load, never))?.map((file) => file.path)).toHaveLength(3)
  })

  it('is the same where its process dies at any note or statement of a step, and is begun again', async () => {
    const base = await live()
    put('log_data/a.json', logLine({ sessionId: 10 }))
    put('log_data/b.json', logLine({ sessionId: 11 }))
    const before = (await addTo(base)).load
    put('log_data/b.json', logLine({ sessionId: 12 }))
    await build()
    const wanted = await contents(newest, false)
    const sources = await engine.sources(never)
    let deaths = 0
    for (let lives = 0; ; lives++) {
      let left = lives
      const mortal = <T extends readonly unknown[]>(act: (...args: T) => Promise<void>) => {
        return async (...args: T): Promise<void> => {
          if (left-- === 0) throw new Error('dead')
          return act(...args)
        }
      }
      newest += 1
      await engine.begin(newest, wholeSchema, newStep(), { load: before, reads: 'changes', sources: noSources })
      const { notes } = stage.objects
      const other = stage.open({ objects: { ...stage.objects, notes: { ...notes, set: mortal(notes.set) } } })
      const step = newStep()
      const dying = other.stage(newest, 'log', sources, 9, { ...step, keep: mortal(step.keep) })
      const isDead = await dying.then(
        () => false,
        () => true,
      )
      if (isDead) deaths += 1
      // Another change does not get into a load that was planned.
      put('log_data/c.json', logLine({ sessionId: 40 + lives }))
      await engine.stage(newest, 'log', lives === 0 ? sources : await engine.sources(never), 9, step)
      await engine.stage(newest, 'song', sources, 9, newStep())
      rmSync(join(folder, 'log_data/c.json'))
      expect(await contents(newest, false)).toEqual(wanted)
      if (!isDead) break
    }
    expect(deaths).toBe(4)
  })

  it('is none where another key begins with a new one, or an object that was read in full has changed or is gone', async () => {
    put('log_data/day.json', logLine({ sessionId: 1 }))
    const base = await live()
    put('log_data/day', logLine({ sessionId: 2 }))
    expect(await reason(base)).toBe(
      'COPY cannot read s3://sparkify-data/log_data/day alone, because other keys begin with it',
    )
    rmSync(join(folder, 'log_data/day'))
    put('log_data/day.json', logLine({ sessionId: 3 }))
    expect(await reason(base)).toBe(`1 object of load ${base}, the last full load, has changed or is gone`)
    rmSync(join(folder, 'log_data/day.json'))
    expect(await reason(base)).toBe(`1 object of load ${base}, the last full load, has changed or is gone`)
  })

  it('reads again what arrived or changed while COPY read: beside the prefix in full, and behind the key of a new object', async () => {
    const meanwhile = async (before: LoadBefore | undefined, during: () => void) => {
      let lists = 0
      const list = async (...args: Parameters<typeof stage.objects.store.list>) => {
        // Around a COPY: after the list that its step makes, or the one at the beginning, and before the list that follows it.
        if (args[0].key === 'log_data' && ++lists === 2) during()
        const listed = await stage.objects.store.list(...args)
        if (args[0].key === 'log_data' && lists === 1) during()
        return listed
      }
      const other = stage.open({ objects: { ...stage.objects, store: { ...stage.objects.store, list } } })
      newest += 1
      await other.begin(newest, wholeSchema, newStep(), before)
      const sources = await (before === undefined ? engine : other).sources(never)
      await other.stage(newest, 'log', sources, 9, newStep())
      await engine.stage(newest, 'song', await engine.sources(never), 9, newStep())
      await engine.publish(newest, newStep())
      return newest
    }
    let at = 0
    const once = await meanwhile(undefined, () => {
      if (at++ === 0) put('log_data/late.json', logLine({ sessionId: 5 }))
    })
    expect(await reason(once)).toBe(`1 object of load ${once}, the last full load, has changed or is gone`)
    const base = await live()
    put('log_data/new.json', logLine({ sessionId: 6 }))
    at = 0
    const twice = await meanwhile({ load: base, reads: 'changes', sources: noSources }, () => {
      if (at++ === 0) put('log_data/new.json.bak', logLine({ sessionId: 7 }))
    })
    // The one that COPY read with it is known, not new.
    expect(await changes(twice)).toMatchObject({
      files: [
        { path: expect.stringMatching(/new\.json$/), change: 'unchanged' },
        { path: expect.stringMatching(/new\.json\.bak$/), change: 'changed' },
      ],
      full: 'COPY cannot read s3://sparkify-data/log_data/new.json alone, because other keys begin with it',
    })
    rmSync(join(folder, 'log_data/new.json.bak'))
    const { log, load } = await addTo(twice)
    expect(log).toMatchObject({ rows: 3, read: { rows: 1, new: 0, changed: 0, gone: 1 } })
    // One that is gone again when the objects are listed after COPY has left its rows under the load that read the other.
    put('log_data/next.json', logLine({ sessionId: 8 }))
    at = 0
    const thrice = await meanwhile({ load, reads: 'changes', sources: noSources }, () => {
      if (at++ === 0) put('log_data/next.json.tmp', logLine({ sessionId: 9 }))
      else rmSync(join(folder, 'log_data/next.json.tmp'))
    })
    expect((await addTo(thrice)).log).toMatchObject({ rows: 4, read: { rows: 1, new: 0, changed: 1, gone: 0 } })
  })

  it('knows the JSONPaths file by its content, or why it does not', async () => {
    const jsonPaths = 's3://sparkify-data/paths.json'
    const settings = { ...stage.settings, jsonPaths }
    const mapped = async () => (await stage.open({ settings }).sources(never)).mapping
    put('paths.json', '{"jsonpaths": []}')
    const before = await mapped()
    expect(before).toMatch(/^s3:\/\/sparkify-data\/paths\.json "\w+"$/)
    put('paths.json.bak', 'another')
    expect(await mapped()).toBe(before)
    put('paths.json', '{"jsonpaths": ["$.artist"]}')
    expect(await mapped()).not.toBe(before)
    expect((await engine.sources(never)).mapping).toBeUndefined()
    const list: typeof stage.objects.store.list = async (place, signal) => {
      if (place.key === 'paths.json') throw new OpsError('aws_denied', 'No.', 'Allow it.')
      return stage.objects.store.list(place, signal)
    }
    const objects = { ...stage.objects, store: { ...stage.objects.store, list } }
    expect(await stage.open({ settings, objects }).sources(never)).toMatchObject({
      log: [{ path: expect.stringMatching(/first\.json$/) }],
      unlisted: { why: 'the bot may not list the JSONPaths file', remedy: 'Allow it.' },
    })
  })

  it('is none where the bot may not list, or S3 does not answer it: the cluster reads all, and no list is kept', async () => {
    let asked = 0
    const refusing = (code: 'aws' | 'aws_denied' | 'source_missing') => {
      const list = async () => {
        asked += 1
        throw new OpsError(code, 'No.', 'Allow it.')
      }
      return stage.open({ objects: { ...stage.objects, store: { ...stage.objects.store, list } } })
    }
    const [why, remedy] = ['the bot may not list the objects', 'Allow it.']
    const other = refusing('aws_denied')
    const sources = await other.sources(never)
    expect(sources).toMatchObject({ log: [], song: [], whole: true, unlisted: { why, remedy } })
    asked = 0
    newest += 1
    await other.begin(newest, wholeSchema, newStep())
    expect(await other.stage(newest, 'log', sources, 0, newStep())).toMatchObject({ rows: 1 })
    await other.stage(newest, 'song', sources, 0, newStep())
    await other.publish(newest, newStep())
    expect(await changes(newest)).toBeNull()
    expect(asked).toBe(0)
    // A load that adds to another and is carried on where the list is refused.
    const base = await live()
    put('log_data/new.json', logLine({ sessionId: 9 }))
    newest += 1
    await engine.begin(newest, wholeSchema, newStep(), { load: base, reads: 'changes', sources: noSources })
    expect(await other.stage(newest, 'log', sources, 0, newStep())).toMatchObject({ rows: 2 })
    // One whose list was answered at first knows that its objects are packed.
    empty()
    put('log_data/day.json.gz', gzipSync(logLine()))
    put('song_data/first.json', songLine())
    newest += 1
    await engine.begin(newest, wholeSchema, newStep())
    expect(await other.stage(newest, 'log', await engine.sources(never), 0, newStep())).toMatchObject({ rows: 1 })
    const unanswered = await refusing('aws').sources(never)
    expect(unanswered.unlisted).toEqual({ why: 'S3 does not answer the bot', remedy })
    await expect(refusing('source_missing').sources(never)).rejects.toMatchObject({ code: 'source_missing' })
  })
})
