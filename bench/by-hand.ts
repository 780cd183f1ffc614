import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Counts } from './measured-load.ts'

const script = new URL('../../bench/by-hand.sql', import.meta.url)

/** Runs the hand-written script into a new file of `folder`. Answers the rows of its tables. */
export async function loadByHand(
  folder: string,
  data: { readonly logData: string; readonly songData: string },
  tables: readonly string[],
): Promise<Counts> {
  const instance = await DuckDBInstance.create(join(folder, 'by-hand.duckdb'))
  const connection = await instance.connect()
  try {
    await connection.run('set variable log = $log', { log: join(data.logData, '**/*.json') })
    await connection.run('set variable song = $song', { song: join(data.songData, '**/*.json') })
    await connection.run(await readFile(script, 'utf8'))
    const counts: Record<string, number> = {}
    for (const table of tables) {
      const [row] = await (await connection.run(`select count(*) from ${table}`)).getRowsJS()
      counts[table] = Number(row?.[0])
    }
    return counts
  } finally {
    connection.disconnectSync()
    instance.closeSync()
  }
}
