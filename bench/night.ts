/**
 * `npm run bench -- night [--events 1000000] [--songs 15000] [--days 30] [--rounds 3]`: a history without its last days is loaded in full,
 * then one day more each night, as many nights as there are rounds. Shows what a night costs beside the full load, by processor time,
 * which other programs on the machine disturb less.
 */

import { link, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createDuckdbEngine } from '../src/duckdb/index.ts'
import { readLibrary } from '../src/library.ts'
import { type Measured, measuredLoad, parts } from './measured-load.ts'
import { benchSample } from './sample.ts'

const print = (line: string): boolean => process.stdout.write(`${line}\n`)
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`
const library = await readLibrary(new URL('../../sql/', import.meta.url))
const { data, rounds: nights, description } = await benchSample()
print(description)
// Beside the sample: a file has a second name on the same file system alone.
const folder = await mkdtemp(join(tmpdir(), 'sparkify-bench-night-'))
const logData = join(folder, 'log_data')
const days = (await readdir(data.logData, { recursive: true })).filter((name) => name.endsWith('.json')).toSorted()

try {
  await deliver(days.slice(0, -nights))
  // What has just been delivered may still change, so it would be hashed once more by the first night.
  await setTimeout(4000)
  const loads = join(folder, 'loads')
  const engine = await createDuckdbEngine({ folder: loads, songData: data.songData, logData })
  try {
    const full = await measuredLoad(engine, library, 1)
    print(`in full, ${days.length - nights} days: ${shown(full)}`)
    print(
      `memory: ${megabytes(process.resourceUsage().maxRSS * 1024)} at most, ${megabytes(process.memoryUsage.rss())} after it`,
    )
    let before = full
    for (const [index, day] of days.slice(-nights).entries()) {
      const bytes = await deliver([day])
      const night = await measuredLoad(engine, library, index + 2, before)
      before = night
      const built = ({ processor }: Measured): number => processor.stage + processor.transform
      const ratios = [percent(total(night) / total(full)), percent(built(night) / built(full))]
      const { size } = await stat(join(loads, `${index + 2}.duckdb`))
      print(`night ${index + 1}: ${shown(night)}; ${megabytes(bytes)} read, load of ${megabytes(size)}`)
      print(`  of the full load ${ratios[0]}, staging and transforms ${ratios[1]}`)
    }
  } finally {
    await engine.close()
  }
} finally {
  await rm(folder, { recursive: true })
}

/** Puts files of the sample into the folder that is loaded. Answers their bytes. */
async function deliver(names: readonly string[]): Promise<number> {
  let bytes = 0
  for (const name of names) {
    await mkdir(dirname(join(logData, name)), { recursive: true })
    await link(join(data.logData, name), join(logData, name))
    bytes += (await stat(join(logData, name))).size
  }
  return bytes
}

function total({ processor }: Measured): number {
  return parts.reduce((sum, part) => sum + processor[part], 0)
}

function shown(measured: Measured): string {
  const each = parts.map((part) => `${part} ${measured.processor[part].toFixed(2)}`).join(', ')
  return `${total(measured).toFixed(2)} s of processor (${each})`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
