/**
 * `npm run bench -- load [--events 1000000] [--songs 15000] [--days 30] [--rounds 3]`: a full load of generated data through the
 * engine, against the same work written by hand as one DuckDB script, in turns.
 */

import { deepStrictEqual } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLibrary } from '../src/library.ts'
import { loadByHand } from './by-hand.ts'
import { type Counts, loadThroughEngine } from './measured-load.ts'
import { benchSample } from './sample.ts'

// The script checks less, so what the engine does better must pay for what it does more.
const goal = 0.9

const print = (line: string): boolean => process.stdout.write(`${line}\n`)
const { data, rounds, description } = await benchSample()
print(description)
const library = await readLibrary(new URL('../../sql/', import.meta.url))
const tables = [...library.tables.staging, ...library.tables.star]
const times = { engine: [] as number[], byHand: [] as number[] }

for (let round = 1; round <= rounds; round++) {
  const byHand = await timed((folder) => loadByHand(folder, data, tables))
  const engine = await timed((folder) => loadThroughEngine(folder, data, library))
  deepStrictEqual(engine.counts, byHand.counts)
  times.byHand.push(byHand.seconds)
  times.engine.push(engine.seconds)
  print(`round ${round}: engine ${shown(engine)}, by hand ${shown(byHand)}`)
}

const ratio = Math.min(...times.engine) / Math.min(...times.byHand)
print(`best against best: ratio ${ratio.toFixed(2)} (goal: at most ${goal})`)

process.exitCode = ratio > goal ? 1 : 0

interface Timed {
  readonly counts: Counts
  readonly seconds: number
  /** Seconds of processor time, which other programs on the machine disturb less. */
  readonly processor: number
}

function shown({ seconds, processor }: Timed): string {
  return `${seconds.toFixed(2)} s (${processor.toFixed(2)} s of processor)`
}

async function timed(load: (folder: string) => Promise<Counts>): Promise<Timed> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-bench-run-'))
  try {
    const begun = performance.now()
    const used = process.cpuUsage()
    const counts = await load(folder)
    const { user, system } = process.cpuUsage(used)
    return { counts, seconds: (performance.now() - begun) / 1000, processor: (user + system) / 1e6 }
  } finally {
    await rm(folder, { recursive: true })
  }
}
