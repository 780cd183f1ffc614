import { access, chmod, constants, mkdir, readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { inBackground, repeatInBackground } from '../core/background.ts'
import { green, probe, red, warn } from '../core/doctor/run-probes.ts'
import { codeOf, messageOf, OpsError } from '../core/errors.ts'
import { bytes } from '../core/format.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Ledger } from '../core/ports/ledger.ts'
import type { Log } from '../core/ports/log.ts'
import type { Probe } from '../core/ports/probe.ts'

/** What the bot keeps in its data folder, by name. */
const ours = /^(?:state\.db(?:[-.].*)?|loads|workspace|sample(?:\..*)?|(?:sparkify|terminal)\.log)$/

const forOthers = 0o077

/** Makes the data folder if it is missing, for its own user alone. Throws `storage` when it cannot be made or written. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await access(dataDir, constants.W_OK | constants.X_OK)
    for (const path of await openToOthers(dataDir)) await closeToOthers(path)
  } catch (error) {
    throw new OpsError(
      'storage',
      `The bot's folder ${dataDir} cannot be used: ${messageOf(error)}.`,
      'Make it writable, or set SPARKIFY_HOME to another.',
      { cause: error },
    )
  }
}

/**
 * The paths through which other users of this machine could read what the bot keeps: its own files and folders directly in the data folder,
 * and the folder itself where it holds nothing else (SPARKIFY_HOME may name an existing folder that others use). They were made before
 * this program set its umask, or copied there.
 */
export async function openToOthers(dataDir: string): Promise<readonly string[]> {
  const entries = await readdir(dataDir, { withFileTypes: true })
  const own = entries.filter((entry) => ours.test(entry.name) && (entry.isFile() || entry.isDirectory()))
  const paths = [...(own.length === entries.length ? [dataDir] : []), ...own.map(({ name }) => join(dataDir, name))]
  const modes = await Promise.all(paths.map(async (path) => ({ path, mode: await modeOf(path) })))
  return modes.filter(({ mode }) => (mode & forOthers) !== 0).map(({ path }) => path)
}

/** Zero for a file that another process has removed. */
async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}

/** Not where the system refuses (another user's file, a disk without modes): `doctor` reports that. */
async function closeToOthers(path: string): Promise<void> {
  try {
    await chmod(path, (await stat(path)).mode & 0o700)
  } catch (error) {
    if (!['ENOENT', 'EPERM', 'ENOTSUP', 'EROFS'].includes(codeOf(error))) throw error
  }
}

// Room for a few loads and for what they spill while they are built: one of 300,000 events takes 34 MB.
const littleSpace = 2_000_000_000

// Less has no room for the end of a run, its answer and SQLite's WAL.
const fullBelow = 16_000_000

const watchEveryMs = 10_000

/**
 * Whether there is room for a few loads; where there is none at all, what of the bot's own files can be deleted. `freeIn` is how many bytes
 * are free in a folder.
 */
export function diskProbe(dataDir: string, ledger: Pick<Ledger, 'loads'>, freeIn = freeBytes): Probe {
  return probe({ id: 'disk', title: 'Disk' }, async () => {
    const free = await freeIn(dataDir)
    const detail = `${bytes(free)} free in ${dataDir}`
    if (free >= littleSpace) {
      const open = await openToOthers(dataDir)
      if (open.length === 0) return green(detail)
      return warn(
        `other users of this machine can open ${open.join(', ')}`,
        'As the owner of these files, remove the permissions of others: chmod go= and the path.',
      )
    }
    const remedy = `Free some space, or set SPARKIFY_HOME to a larger disk.${await deletable(dataDir, ledger)}`
    return free < fullBelow ? red(`full: ${detail}; nothing can be loaded or recorded`, remedy) : warn(detail, remedy)
  })
}

/** What can be deleted without losing anything that is served, the largest first: a sentence behind a space, or nothing. */
async function deletable(dataDir: string, { loads }: Pick<Ledger, 'loads'>): Promise<string> {
  const live = await loads.live()
  const serves = (name: string): boolean => live !== null && name.startsWith(`${live.id}.`)
  const inLoads = (await namesIn(join(dataDir, 'loads'))).filter(
    (name) => /\.duckdb(\.wal)?$/.test(name) && !serves(name),
  )
  const logs = (await namesIn(dataDir)).filter((name) => name.endsWith('.log'))
  const files = [...inLoads.map((name) => join('loads', name)), ...logs]
  const sized = await Promise.all(files.map(async (name) => ({ name, size: await sizeOf(join(dataDir, name)) })))
  const found = sized.filter(({ size }) => size > 0).toSorted((a, b) => b.size - a.size)
  if (found.length === 0) return ' Only tear-down can delete files there.'
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

/** Checks the disk every 10 s, for the health route. */
interface DiskWatch {
  /** What is wrong, in a few words; null while there is room. */
  full(): string | null
  stop(): void
}

/**
 * Watches the disk of the bot's folder, and logs when it fills up and when there is room again. `freeIn` is how many bytes are free
 * there.
 */
export function watchDisk(dataDir: string, clock: Pick<Clock, 'every'>, log: Log, freeIn = freeBytes): DiskWatch {
  let full: string | null = null
  const check = async (): Promise<void> => {
    const free = await freeIn(dataDir)
    const now = free < fullBelow ? `the disk is full: ${bytes(free)} free in ${dataDir}` : null
    if (now !== null && full === null) log.error({ free }, now)
    if (now === null && full !== null) log.info({ free }, `the disk has room again: ${bytes(free)} free in ${dataDir}`)
    full = now
  }
  void inBackground({ log }, 'watch over the disk', check)
  return { full: () => full, stop: repeatInBackground({ clock, log }, watchEveryMs, 'watch over the disk', check) }
}
