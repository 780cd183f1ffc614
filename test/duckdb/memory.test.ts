import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { generateSample, sampleOptions } from '../../src/sample/index.ts'
import { lengths } from '../support/soak.ts'
import { openWorkshop, type Workshop } from './child.ts'
import { temporaryFolder } from './support.ts'

let workshop: Workshop

afterEach(() => workshop.close())

/** Loads a folder in full, and prints what the process holds in memory: before, at most, and after; in megabytes. */
const script = `
import { createDuckdbEngine } from './src/duckdb/index.js'
import { readLibrary } from './src/library.js'
const [folder, logData, songData] = process.argv.slice(2)
const library = await readLibrary(new URL('./sql/', import.meta.url))
const engine = await createDuckdbEngine({ folder, logData, songData })
const { signal } = new AbortController()
const work = { key: 'test', signal, handle: () => undefined, keep: async () => {}, progress: () => {} }
const sources = await engine.sources(signal)
const before = process.memoryUsage.rss()
await engine.begin(1, [...library.schema.staging, ...library.schema.star, ...library.schema.load], work)
await Promise.all([engine.stage(1, 'log', sources, 0, work), engine.stage(1, 'song', sources, 0, work)])
for (const { table, statements } of library.etl) await engine.transform(1, table, statements, work)
const target = { kind: 'candidate', load: 1 }
for (const { sql } of library.checks) await engine.query(target, { sql }, { maxRows: 5, signal })
await engine.publish(1, work)
await engine.retain([1])
const most = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify([before, most, process.memoryUsage.rss()].map((bytes) => Math.round(bytes / 1e6))))
await engine.close()
`

it.runIf(lengths({ gate: false, soak: true }))(
  'A load of a million events takes at most 1.0 GB and gives it back',
  async () => {
    workshop = await openWorkshop()
    const folder = await temporaryFolder()
    await generateSample(sampleOptions({ events: '1000000' }), join(folder, 'data'))
    const [log, song] = ['log_data', 'song_data'].map((name) => join(folder, 'data', name))
    const child = await workshop.start(script, join(folder, 'loads'), log ?? '', song ?? '')
    const [before = 0, most = 0, after = 0] = JSON.parse(await child.line())
    expect(most).toBeLessThan(1000)
    expect(after - before).toBeLessThan(200)
  },
  120_000,
)
