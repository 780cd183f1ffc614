import { cp, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { createDuckdbEngine } from '../../src/duckdb/engine.ts'
import { readLibrary } from '../../src/library.ts'
import { generateSample, sampleOptions } from '../../src/sample/index.ts'
import { lengths } from '../support/soak.ts'
import { sayHere } from './here.ts'
import { rowsOf, say, sayJson, start } from './program.ts'

const library = await readLibrary(new URL('../../sql/', import.meta.url))
const kills = lengths({ gate: 3, soak: 200 })

/** What happens to the source folder before a load, and when the load is killed: as a share of what one that lives takes. */
const night = fc.record({
  day: fc.nat({ max: 9 }),
  what: fc.constantFrom('comes', 'comes', 'comes', 'is cut', 'goes'),
  dies: fc.double({ min: 0.05, max: 1.05, noNaN: true }),
})

it('a load that is killed at any moment leaves live tables that are one whole load, and the next one carries on', {
  timeout: lengths({ gate: 120_000, soak: 3_600_000 }),
}, async () => {
  const root = await mkdtemp(join(tmpdir(), 'sparkify-killed-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const [sample, logData] = [join(root, 'sample'), join(root, 'log_data')]
  await generateSample(sampleOptions({ events: '4000', songs: '60', days: '10' }), sample)
  const days = (await readdir(join(sample, 'log_data'), { recursive: true })).filter((name) => name.endsWith('.json'))
  const homeOf = (name: string) => ({
    SPARKIFY_HOME: join(root, name),
    SPARKIFY_LOG_DATA: logData,
    SPARKIFY_SONG_DATA: join(sample, 'song_data'),
    SPARKIFY_PUBLISH_LIMITS: 'off',
  })
  const [home, beside] = [homeOf('home'), homeOf('beside')]
  const put = (day: string): Promise<void> => cp(join(sample, 'log_data', day), join(logData, day))
  for (const day of days.slice(0, 4)) await put(day)

  const begun = performance.now()
  expect((await say('etl', home)).status).toBe(0)
  const whole = performance.now() - begun
  let live = await contentOf(home)

  await fc.assert(
    fc.asyncProperty(night, async ({ day, what, dies }) => {
      const name = days[day % days.length] ?? ''
      if (what === 'goes') await rm(join(logData, name), { force: true })
      else await put(name)
      if (what === 'is cut') await truncate(join(logData, name), await lineEnd(join(logData, name)))
      if (what === 'goes') await put(days[(day + 1) % days.length] ?? '')
      expect((await sayHere('etl full=yes', beside)).status).toBe(0)
      const next = await contentOf(beside)

      const load = start(['cli', 'etl'], home)
      await Promise.race([pause(dies * whole), load.ended])
      load.child.kill('SIGKILL')
      const { status } = await load.ended
      const left = await contentOf(home)
      if (status === 0) expect(left).toEqual(next)
      else expect([live, next]).toContainEqual(left)
      live = left
    }),
    { numRuns: kills, endOnFailure: true },
  )

  expect((await sayHere('etl', home)).status).toBe(0)
  await sayHere('etl full=yes', beside)
  expect(await contentOf(home)).toEqual(await contentOf(beside))
  const { answer } = await sayJson('status', home, sayHere)
  expect(rowsOf(answer, 'Status')['Running']).toBe('nothing')
})

/** Where a line ends in the middle of a file, in bytes. */
async function lineEnd(path: string): Promise<number> {
  const content = await readFile(path)
  return content.indexOf('\n', content.length / 2) + 1
}

/** How many rows each table of the live load has, and what they hold, in any order. */
async function contentOf({ SPARKIFY_HOME, ...sources }: Readonly<Record<string, string>>): Promise<unknown> {
  const { answer } = await sayJson('loads', { SPARKIFY_HOME: SPARKIFY_HOME ?? '', ...sources }, sayHere)
  const [load] = Object.entries(rowsOf(answer)).find(([, rest]) => Array.isArray(rest) && rest[0] === 'live') ?? []
  const engine = await createDuckdbEngine({
    folder: join(SPARKIFY_HOME ?? '', 'loads'),
    logData: sources['SPARKIFY_LOG_DATA'] ?? '',
    songData: sources['SPARKIFY_SONG_DATA'] ?? '',
  })
  try {
    const tables = [...library.tables.staging, ...library.tables.star].map(
      (table) => `select '${table}', count(*), cast(sum(cast(hash(t) as hugeint)) as varchar)
        from (select columns(name -> name not like '\\_%' escape '\\') from ${table}) as t`,
    )
    const asked = { kind: 'live', load: Number(load) } as const
    const limits = { maxRows: 100, signal: new AbortController().signal }
    return (await engine.query(asked, { sql: tables.join(' union all ') }, limits)).rows
  } finally {
    await engine.close()
  }
}
