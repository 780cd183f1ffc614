import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateSample, sampleOptions } from '../src/sample/index.ts'
import type { SourceFolders } from './measured-load.ts'

/** What a bench works on, and how often. */
export interface BenchSample {
  readonly data: SourceFolders
  readonly rounds: number
  /** Its size, in a line. */
  readonly description: string
}

/** The generated data that the command line asks for. They are kept for the next time. */
export async function benchSample(): Promise<BenchSample> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      events: { type: 'string', default: '1000000' },
      songs: { type: 'string', default: '15000' },
      days: { type: 'string', default: '30' },
      rounds: { type: 'string', default: '3' },
    },
  })
  const { rounds, ...asked } = values
  const options = sampleOptions(asked)
  const folder = join(tmpdir(), `sparkify-bench-${options.events}-${options.songs}-${options.days}-${options.seed}`)
  await generateSample(options, folder)
  return {
    data: { logData: join(folder, 'log_data'), songData: join(folder, 'song_data') },
    rounds: Number(rounds),
    description: `${options.events} events, ${options.songs} songs in ${folder}`,
  }
}
