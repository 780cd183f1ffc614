import { z } from 'zod'
import { OpsError } from '../core/errors.ts'
import type { Database } from './database.ts'
import { isConstraint } from './storage-failure.ts'

const counted = z.tuple([z.object({ n: z.number() })])

/**
 * Brings a database to the newest version, each migration in one batch that begins by claiming its number, so that of several
 * processes one applies it and the others go on. Throws `OpsError` (`newer_state`) and changes nothing when a newer program has
 * been here.
 */
export async function migrate(db: Database, migrations: readonly (readonly string[])[]): Promise<void> {
  let version = await versionOf(db)
  if (version > migrations.length) {
    throw new OpsError(
      'newer_state',
      `The ledger ${db.name} was written by a newer version of this program (its tables are version ${version}, known here: ${migrations.length}). Nothing was changed.`,
      'Update the program, or give it another home.',
    )
  }
  for (const [index, statements] of migrations.entries()) {
    const number = index + 1
    if (number <= version) continue
    try {
      await db.batch([
        { sql: 'create table if not exists migrations (version integer primary key) strict' },
        { sql: 'insert into migrations (version) values (?)', args: [number] },
        ...statements.map((sql) => ({ sql })),
      ])
    } catch (error) {
      version = await versionOf(db)
      if (!isConstraint(error) || version < number) throw error
    }
  }
}

/** The number of the last migration that was applied, 0 for an empty database. */
async function versionOf(db: Database): Promise<number> {
  const [tables] = counted.parse(await db.read(`select count(*) as n from ${db.master} where name = 'migrations'`))
  if (tables.n === 0) return 0
  const [newest] = counted.parse(await db.read('select coalesce(max(version), 0) as n from migrations'))
  return newest.n
}
