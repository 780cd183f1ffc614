import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { OpsError } from '../core/errors.ts'
import type { LoadId } from '../core/ports/engine.ts'
import { asOpsError, inFolder } from './failure.ts'
import { openInstance, usualMemoryLimit } from './instance.ts'
import { duckdbLiteral, identifier, pathPattern } from './literal.ts'
import { entriesOf, isAlive, pathOfLoad } from './load-files.ts'

/** A table of a load, and the Parquet files of its rows. */
interface ParquetTable {
  readonly name: string
  readonly create: string
  readonly rows: number
  readonly files: readonly string[]
}

/** Removes the `openParquetFolder` of a load, if this process has one. */
export function removeParquetFolder(folder: string, load: LoadId): Promise<void> {
  return rm(workshopOf(folder, load), { recursive: true, force: true })
}

/** Makes the empty folder in which the file of a load is made of Parquet. Several processes may make one each. */
export async function openParquetFolder(folder: string, load: LoadId): Promise<string> {
  const workshop = workshopOf(folder, load)
  await inFolder(folder, async () => {
    await rm(workshop, { recursive: true, force: true })
    await mkdir(workshop, { recursive: true })
  })
  return workshop
}

function workshopOf(folder: string, load: LoadId): string {
  return join(folder, `parquet-${load}-${process.pid}`)
}

/**
 * Makes the file of a load in `folder` of Parquet files, which lie in its `openParquetFolder`. The file appears there whole, by one rename.
 * Throws `bad_data` where a table has other rows than it should.
 */
export async function loadFromParquet(
  folder: string,
  load: LoadId,
  tables: readonly ParquetTable[],
  signal: AbortSignal,
): Promise<void> {
  const workshop = workshopOf(folder, load)
  const built = join(workshop, 'built.duckdb')
  const instance = await openInstance({ folder: workshop, places: [], memoryLimit: usualMemoryLimit() })
  const connection = await instance.connect()
  const interrupt = (): void => connection.interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    signal.throwIfAborted()
    await connection.run(`attach ${duckdbLiteral(built)} as built; use built`)
    for (const { name, create, rows, files } of tables) {
      await connection.run(create)
      if (files.length > 0) {
        const paths = files.map((path) => duckdbLiteral(pathPattern(path))).join(', ')
        await connection.run(`insert into ${identifier(name)} by name select * from read_parquet([${paths}])`)
      }
      const [counted] = await (await connection.run(`select count(*) from ${identifier(name)}`)).getRowsJS()
      if (Number(counted?.[0]) === rows) continue
      throw new OpsError(
        'bad_data',
        `The copy of ${name} has ${counted?.[0]} rows instead of ${rows}.`,
        'Run it again.',
      )
    }
    await connection.run('use memory; detach built')
  } catch (error) {
    throw asOpsError(error, signal)
  } finally {
    signal.removeEventListener('abort', interrupt)
    connection.disconnectSync()
    instance.closeSync()
  }
  await inFolder(folder, () => rename(built, pathOfLoad(folder, load)))
}

/** Removes what this process, and those that are gone, left of copies that were never finished. */
export async function removeParquet(folder: string): Promise<void> {
  for (const name of await entriesOf(folder)) {
    const pid = /^parquet-\d+-(\d+)$/.exec(name)?.[1]
    const isOthers = pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))
    if (!isOthers) await rm(join(folder, name), { recursive: true, force: true })
  }
}
