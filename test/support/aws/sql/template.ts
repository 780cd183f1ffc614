import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { overlay } from './overlay.ts'
import { createSystemViews } from './system-views.ts'

/**
 * How a PostgreSQL of a test is started. What it holds fits into 8 MB of buffers, and PGlite touches all it is given at its
 * start: with PostgreSQL's usual 128 MB that alone is a sixth of the time.
 */
export const startOptions: PGliteOptions = {
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=8MB'],
}

/** Beside PGlite itself, so that another version of it makes a new one. */
const emptyPath = join(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), 'empty-postgres.tar')

/** Beside the compiled double, so that a change of the overlay makes a new one. */
const warehousePath = fileURLToPath(new URL('../empty-warehouse.tar', import.meta.url))

/**
 * The files of an empty PostgreSQL: 15 MB. Made once per installation, because a new PGlite uses the processor for 6 to 10 s,
 * and one from these files for 1.5 s.
 *
 * Without the databases that new ones are copied from, and with segments of 1 MB in place of 16 MB for the log, they are a
 * third of what initdb leaves, and so is the time that it takes to read them.
 */
export function emptyPostgres(): Promise<Blob> {
  return kept(emptyPath, async () => {
    const database = await PGlite.create({ ...startOptions, initDbStartParams: ['--wal-segsize=1'] })
    await database.exec('update pg_database set datistemplate = false')
    for (const template of ['template0', 'template1']) await database.exec(`drop database ${template}`)
    return database
  })
}

/** The files of an empty warehouse: a PostgreSQL that answers as Redshift does. Made once per build of the double. */
export function emptyWarehouse(): Promise<Blob> {
  return kept(warehousePath, async () => {
    const database = await PGlite.create({ ...startOptions, loadDataDir: await emptyPostgres() })
    await database.exec('set allow_system_table_mods = on')
    await database.exec(overlay)
    await database.exec(createSystemViews)
    return database
  })
}

/**
 * The files at this path, which those of the database become that is made when they are not there yet: by whoever asks first, while the
 * others wait, because four workers at once took four times as long. One that was killed at it is waited for in vain, once.
 */
async function kept(path: string, make: () => Promise<PGlite>): Promise<Blob> {
  const found = async (): Promise<Blob | null> => (existsSync(path) ? new Blob([await readFile(path)]) : null)
  const ready = await found()
  if (ready !== null) return ready
  const lock = `${path}.lock`
  const isFirst = (await mkdir(lock, { recursive: true })) !== undefined
  for (let waits = 0; !isFirst && existsSync(lock) && waits < 1_000; waits++) await pause(100)
  try {
    const made = await found()
    if (made !== null) return made
    const database = await make()
    // Whoever starts from these files has nothing to repeat from the log.
    await database.exec('checkpoint')
    const files = await database.dumpDataDir('none')
    await database.close()
    // Nobody reads half of it.
    const unfinished = `${path}.${process.pid}`
    await writeFile(unfinished, new Uint8Array(await files.arrayBuffer()))
    await rename(unfinished, path)
    return files
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}
