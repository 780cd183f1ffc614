import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from '@duckdb/node-api'
import { repairText } from '../src/core/warehouse/repair.ts'
import type { Counts, SourceFolders } from './measured-load.ts'

const scripts = new URL('../../bench/by-hand/', import.meta.url)

/** Runs the hand-written scripts into a new file of `folder`. Answers the rows of the tables. */
export async function loadByHand(folder: string, data: SourceFolders, tables: readonly string[]): Promise<Counts> {
  const instance = await DuckDBInstance.create(join(folder, 'by-hand.duckdb'))
  const connection = await instance.connect()
  try {
    await connection.run('set variable log = $log', { log: join(data.logData, '**/*.json') })
    await connection.run('set variable song = $song', { song: join(data.songData, '**/*.json') })
    await connection.run(await readFile(new URL('stage.sql', scripts), 'utf8'))
    await repair(connection)
    await connection.run(await readFile(new URL('star.sql', scripts), 'utf8'))
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

async function repair(connection: DuckDBConnection): Promise<void> {
  const foreign = await (await connection.run('select words from foreign_texts')).getRowsJS()
  const raw: string[] = []
  const repaired: string[] = []
  for (const [words] of foreign) {
    const fixed = repairText(String(words))
    if (fixed === null) continue
    raw.push(String(words))
    repaired.push(fixed)
  }
  await connection.run(
    'insert into text_repairs select unnest($raw), unnest($repaired)',
    { raw: listValue(raw), repaired: listValue(repaired) },
    { raw: LIST(VARCHAR), repaired: LIST(VARCHAR) },
  )
}
