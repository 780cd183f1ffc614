import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFile,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Config } from './config.ts'
import { codeOf, messageOf, OpsError } from './core/errors.ts'
import { bytes, list, plural } from './core/format.ts'
import { pathOfLoad, recordName } from './duckdb/load-files.ts'
import { backupNote } from './machine/probes.ts'
import { openLedger } from './store/ledger.ts'
import { migrations } from './store/migrations/index.ts'
import { snapshotLedger } from './store/snapshot.ts'

/*
 * One archive of all that a bot knows: its ledger and the loads that it keeps, as one moment has them. It holds no configuration:
 * tokens and passwords are in the environment, and addresses for replies only ever in memory.
 */

const manifestName = 'backup.json'
const manifestSchema = z.object({
  format: z.literal(1),
  made: z.iso.datetime(),
  engine: z.enum(['duckdb', 'redshift']),
  /** The number of the ledger's last migration. */
  ledger: z.int(),
  loads: z.array(z.int()),
  leases: z.array(z.string()),
})
type Manifest = z.output<typeof manifestSchema>

/** What may be in an archive, and nothing else. */
const memberName = /^(?:backup\.json|state\.db|loads\/|loads\/\d+\.duckdb|loads\/cluster\.json)$/

/**
 * Writes the archive, a `.tar.gz` that only this user can read, and notes it in the ledger for `doctor`. A bot may be running.
 * Answers what was done, in a sentence. Throws `busy` while a run is changing the warehouse, `bad_argument` where the file exists, `storage`.
 */
export async function makeBackup(config: Config, file: string, now: Date): Promise<string> {
  const target = resolve(file)
  if (await exists(target)) {
    throw new OpsError('bad_argument', `${target} exists. Nothing was backed up.`, 'Name a new file.')
  }
  const ledgerFile = fileOfLedger(config)
  if (!(await exists(ledgerFile))) {
    throw new OpsError(
      'storage',
      `There is no ledger ${ledgerFile} to back up.`,
      'Set SPARKIFY_HOME to the data folder of the bot.',
    )
  }
  const draft = `${target}.partial-${process.pid}`
  // In the data folder, so that a load needs no second copy: it gets a second name, which keeps it where a newer load replaces it.
  const folder = await onDisk(() => mkdtemp(join(config.dataDir, 'backup-')))
  try {
    const { version, loads, leases } = await snapshotLedger(config.ledgerUrl, join(folder, 'state.db'))
    const ofFiles = config.engine === 'duckdb' ? loads : []
    await onDisk(async () => {
      await mkdir(join(folder, 'loads'))
      const state = join(config.dataDir, 'loads', recordName)
      if (await exists(state)) await copyFile(state, join(folder, 'loads', recordName))
      for (const load of ofFiles) {
        await linkOrCopy(pathOfLoad(join(config.dataDir, 'loads'), load), pathOfLoad(join(folder, 'loads'), load))
      }
      const manifest: Manifest = {
        format: 1,
        made: now.toISOString(),
        engine: config.engine,
        ledger: version,
        loads: [...ofFiles],
        leases: [...leases],
      }
      await writeFile(join(folder, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`)
    })
    await onDisk(async () => (await open(draft, 'wx', 0o600)).close())
    await tar(['-czf', draft, '-C', folder, manifestName, 'state.db', 'loads'])
    await onDisk(() => rename(draft, target))
    const { size } = await stat(target)
    const ledger = await openLedger({ url: config.ledgerUrl, now: () => now })
    try {
      await ledger.notes.set(backupNote, { at: now.toISOString(), file: target, bytes: size })
    } finally {
      await ledger.close()
    }
    return `The ledger and ${plural(ofFiles.length, 'load')} are in ${target}: ${bytes(size)}.`
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(draft, { force: true })
  }
}

/**
 * Makes the data folder what it was when the archive was made. `confirmed`: also where a cluster was leased then, which the bot that is
 * started here takes over. Throws and changes nothing: `bad_argument` for a folder that is not empty, or a file that is no backup;
 * `newer_state` for one of a newer program; `confirm` as a spin-up does.
 */
export async function restoreBackup(config: Config, file: string, confirmed: boolean): Promise<string> {
  const source = resolve(file)
  fileOfLedger(config)
  await requireEmpty(config.dataDir)
  const names = (await tar(['-tzf', source])).split('\n').filter((name) => name !== '')
  if (!names.includes(manifestName) || names.some((name) => !memberName.test(name))) throw noBackup(source)
  await onDisk(() => mkdir(config.dataDir, { recursive: true, mode: 0o700 }))
  const folder = await onDisk(() => mkdtemp(join(config.dataDir, 'restore-')))
  try {
    await tar(['-xzf', source, '-C', folder, '--no-same-owner'])
    const manifest = await manifestIn(folder, source)
    requireKnown(manifest, confirmed)
    for (const name of ['state.db', ...manifest.loads.map((load) => `loads/${load}.duckdb`)]) {
      const found = await lstat(join(folder, name)).catch(() => null)
      if (found?.isFile() !== true) throw noBackup(source)
    }
    await onDisk(async () => {
      await rename(join(folder, 'loads'), join(config.dataDir, 'loads'))
      // Last: with its ledger the folder is a bot's.
      await rename(join(folder, 'state.db'), join(config.dataDir, 'state.db'))
    })
    return `The ledger and ${plural(manifest.loads.length, 'load')} of ${manifest.made} are in ${config.dataDir}. Start the bot there, and only there.`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The file of the ledger. Throws `bad_config` where it is on a server, which has its own backups, or outside of the data folder. */
function fileOfLedger({ ledgerUrl, dataDir }: Config): string {
  const file = ledgerUrl.startsWith('file:///') ? fileURLToPath(ledgerUrl) : null
  if (file === join(dataDir, 'state.db')) return file
  throw new OpsError(
    'bad_config',
    'SPARKIFY_LEDGER_URL names a ledger outside of the data folder, which is not backed up or restored here.',
    'Back it up where it is.',
  )
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  // A new volume has this folder of its file system.
  const found = names.filter((name) => name !== 'lost+found')
  if (found.length === 0) return
  throw new OpsError(
    'bad_argument',
    `${folder} is not empty (${list(found.slice(0, 3))}). Nothing was restored.`,
    'Set SPARKIFY_HOME to an empty or a new folder. Stop a bot that is using this one first.',
  )
}

async function manifestIn(folder: string, source: string): Promise<Manifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, manifestName), 'utf8')))
  } catch (cause) {
    throw noBackup(source, cause)
  }
}

function requireKnown({ ledger, leases }: Manifest, confirmed: boolean): void {
  if (ledger > migrations.length) {
    throw new OpsError(
      'newer_state',
      `The backup was made by a newer version of this program (its tables are version ${ledger}, known here: ${migrations.length}). Nothing was restored.`,
      'Update the program.',
    )
  }
  if (leases.length === 0 || confirmed) return
  throw new OpsError(
    'not_confirmed',
    `The bot of this backup had a cluster (${list(leases.map((key) => key.split(':').slice(1).join(' ')))}), which may be running and costing money. The bot that is started here takes it over. Nothing was restored.`,
    'Make sure that the other bot is stopped for good, then repeat with --yes.',
  )
}

function noBackup(file: string, cause?: unknown): OpsError {
  return new OpsError(
    'bad_argument',
    `${file} is not a backup of this program. Nothing was restored.`,
    'Name a file made by sparkify backup.',
    {
      cause,
    },
  )
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    // Some file systems have no second names.
    if (!['EPERM', 'ENOTSUP', 'EMLINK'].includes(codeOf(error))) throw error
    await copyFile(from, to)
  }
}

/** Runs the system's tar; what it printed. Throws `storage` with its words. */
async function tar(args: readonly string[]): Promise<string> {
  const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [printed, said] = ['', '']
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const [status] = await onDisk(() => once(child, 'close'))
  if (status === 0) return printed
  throw new OpsError(
    'storage',
    `tar failed: ${said.trim().split('\n')[0] ?? ''}. Nothing was changed.`,
    'Check the file and the free space.',
  )
}

/** The work, whose failures are the disk's. */
async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof OpsError) throw error
    throw new OpsError('storage', `${messageOf(error)}.`, 'Check the path, its permissions and the free space.', {
      cause: error,
    })
  }
}
