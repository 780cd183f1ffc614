import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { inBackground, repeatInBackground } from '../core/background.ts'
import { green, probe } from '../core/doctor/probe.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { Probe } from '../core/ports/probe.ts'
import { bytes } from '../core/words.ts'
import { openToOthers } from './home.ts'

// A load of 1,000,000 events takes about 0.6 GB while two loads are kept.
const littleSpace = 2_000_000_000

// Less does not take the end of a run, its answer and SQLite's log beside the ledger.
const fullBelow = 16_000_000

const watchEveryMs = 10_000

/** Whether there is room for a few loads; where there is none at all, what of the bot's own files can be deleted. */
export function diskProbe(home: string, ledger: Pick<Ledger, 'loads'>): Probe {
  return probe('Disk', async () => {
    const free = await freeBytes(home)
    const detail = `${bytes(free)} free in ${home}`
    if (free >= littleSpace) {
      const open = await openToOthers(home)
      if (open.length === 0) return green(detail)
      return {
        state: 'warn',
        detail: `other users of this machine can open ${open.join(', ')}`,
        cure: 'Remove their permissions as the owner of these files: chmod go= and the path.',
      }
    }
    const cure = `Free some space, or set SPARKIFY_HOME to a larger disk.${await deletable(home, ledger)}`
    return free < fullBelow
      ? { state: 'red', detail: `full: ${detail}; nothing can be loaded or recorded`, cure }
      : { state: 'warn', detail, cure }
  })
}

/** What can be deleted without losing anything that is served, the largest first: a sentence behind a space, or nothing. */
async function deletable(home: string, { loads }: Pick<Ledger, 'loads'>): Promise<string> {
  const live = await loads.live()
  const serves = (name: string): boolean => live !== null && name.startsWith(`${live.id}.`)
  const inLoads = (await namesIn(join(home, 'loads'))).filter((name) => /\.duckdb(\.wal)?$/.test(name) && !serves(name))
  const logs = (await namesIn(home)).filter((name) => name.endsWith('.log'))
  const files = [...inLoads.map((name) => join('loads', name)), ...logs]
  const sized = await Promise.all(files.map(async (name) => ({ name, size: await sizeOf(join(home, name)) })))
  const found = sized.filter(({ size }) => size > 0).toSorted((a, b) => b.size - a.size)
  if (found.length === 0) return ' None of the files there can be deleted but by tear-down.'
  const shown = found.slice(0, 5).map(({ name, size }) => `${name} (${bytes(size)})`)
  return ` While nothing is being loaded, these files there can be deleted: ${shown.join(', ')}.`
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0
}

/** A look at the disk every 10 s, for the health route. */
export interface DiskWatch {
  /** What is wrong, in a few words; null where there is room. */
  full(): string | null
  stop(): void
}

/**
 * Watches the disk of the bot's folder, and logs when it fills up and when there is room again. `freeIn` is how many bytes are free
 * there.
 */
export function watchDisk(home: string, clock: Pick<Clock, 'every'>, log: Log, freeIn = freeBytes): DiskWatch {
  let full: string | null = null
  const look = async (): Promise<void> => {
    const free = await freeIn(home)
    const now = free < fullBelow ? `the disk is full: ${bytes(free)} free in ${home}` : null
    if (now !== null && full === null) log.error({ free }, now)
    if (now === null && full !== null) log.info({ free }, `the disk has room again: ${bytes(free)} free in ${home}`)
    full = now
  }
  void inBackground({ log }, 'watch over the disk', look)
  return { full: () => full, stop: repeatInBackground({ clock, log }, watchEveryMs, 'watch over the disk', look) }
}
