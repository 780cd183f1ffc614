import { randomBytes } from 'node:crypto'
import { totalmem } from 'node:os'
import { resolve } from 'node:path'
import { duckdbLiteral, pathPattern } from './literal.ts'
import { pathOfScratch } from './load-files.ts'
import { DuckDBInstance } from './node-api.ts'

/** What an instance may reach and use. `memoryLimit` as DuckDB writes it (`2GB`). */
interface InstanceOptions {
  readonly folder: string
  readonly places: readonly string[]
  readonly memoryLimit: string
}

/** A quarter of the memory that this process may use: of the machine's, or of what its container leaves it. */
export function usualMemoryLimit(): string {
  // Node gives 0, or a number beyond all memory, where nothing limits it (https://nodejs.org/api/process.html#processconstrainedmemory).
  const limit = process.constrainedMemory()
  const usable = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return `${Math.floor(usable / 4)}B`
}

/**
 * A DuckDB in memory, to which load files are attached. It sorts nulls and divides integers as Redshift does, works in UTC,
 * and can open nothing but the folder of loads and the source folders.
 */
export async function openInstance({ folder, places, memoryLimit }: InstanceOptions): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    default_null_order: 'nulls_last_on_asc_first_on_desc',
    integer_division: 'true',
    // Rows of a table have no order here, as on Redshift. Kept, it makes each of 15,000 song files a batch of its own: 3 to 4 s
    // to write them instead of 0.4 s.
    preserve_insertion_order: 'false',
    // Two processes must not share one: DuckDB gives its temporary files the same names in both.
    temp_directory: pathOfScratch(folder, process.pid, randomBytes(4).toString('hex')),
    // Five unless set: then most row groups are packed at the end of a statement, by one thread after the other.
    write_buffer_row_group_count: '1',
    memory_limit: memoryLimit,
  })
  const connection = await instance.connect()
  try {
    await connection.run(`set global TimeZone = 'UTC'`)
    // A path is looked up in this list as the pattern that it is given as, and the file found once more as it is.
    const folders = [folder, ...places].map((place) => resolve(place)).flatMap((path) => [path, pathPattern(path)])
    const allowed = folders.map(duckdbLiteral).join(', ')
    await connection.run(`set allowed_directories = [${allowed}]; set enable_external_access = false`)
  } finally {
    connection.disconnectSync()
  }
  return instance
}
