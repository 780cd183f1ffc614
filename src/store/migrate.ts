import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { OpsError } from '../core/errors.ts'
import type { ProcessRecord } from '../core/ports/ledger.ts'
import type { Database } from './database.ts'
import { isConstraint } from './storage-failure.ts'

const counted = z.tuple([z.object({ n: z.number() })])

/**
 * Brings a database to the newest version, each migration in one batch that begins by claiming its number, so that of several
 * processes one applies it and the others go on. A file is copied first (`keepCopy`). Throws `OpsError` and changes nothing: `newer_state`
 * when a newer program has been here, `home_in_use` while `usedBy` names a process that works with the older tables, and `storage`
 * without room for the copy.
 */
export async function migrate(
  db: Database,
  migrations: readonly (readonly string[])[],
  usedBy: () => Promise<ProcessRecord | null>,
): Promise<void> {
  let version = await versionOf(db)
  if (version > migrations.length) {
    throw new OpsError(
      'newer_state',
      `The ledger ${db.name} was written by a newer version of this program (its tables are version ${version}, known here: ${migrations.length}). Nothing was changed.`,
      'Update the program, or give it another home.',
    )
  }
  if (version > 0 && version < migrations.length) {
    const isStill = async (): Promise<boolean> => (await versionOf(db)) === version
    const other = await usedBy()
    // Where the version has changed, it is a process of this program that changed it.
    if (other !== null && (await isStill())) throw inUse(db, other)
    await keepCopy(db, version + 1, isStill)
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

function inUse({ name }: Database, { kind, pid, host, started }: ProcessRecord): OpsError {
  const who = kind === 'bot' ? 'A bot' : 'A command in a terminal'
  return new OpsError(
    'home_in_use',
    `${who} of an older version is using the ledger ${name}: process ${pid} on ${host}, since ${started}. Nothing was changed.`,
    'Stop it, then start this version again. A process that died is noticed within 30 s.',
  )
}

/** The number of the last migration that was applied, 0 for an empty database. */
async function versionOf(db: Database): Promise<number> {
  const [tables] = counted.parse(await db.read(`select count(*) as n from ${db.master} where name = 'migrations'`))
  if (tables.n === 0) return 0
  const [newest] = counted.parse(await db.read('select coalesce(max(version), 0) as n from migrations'))
  return newest.n
}

const kept = 2

/**
 * Copies a database file as it is now to one in the same folder, `<file>.before-<migration>`, which only this user can read; the newest two
 * copies stay. Nothing for a database on a server. `isStillTrue` is asked when the copy is made, which is discarded where the answer is no.
 * Throws `OpsError` (`storage`) where there is no room for it.
 */
async function keepCopy(db: Database, migration: number, isStillTrue: () => Promise<boolean>): Promise<void> {
  if (db.file === null) return
  const copy = `${db.file}.before-${String(migration).padStart(3, '0')}`
  const draft = `${copy}.${process.pid}`
  try {
    // SQLite takes an empty file, whose mode stays (https://www.sqlite.org/lang_vacuum.html#vacuuminto).
    await (await open(draft, 'w', 0o600)).close()
    await db.write('vacuum into ?', [draft])
    if (!(await isStillTrue())) return
    const file = await open(draft, 'r+')
    await file.sync().finally(() => file.close())
    await rename(draft, copy)
  } finally {
    await rm(draft, { force: true })
  }
  for (const old of (await copiesOf(db.file)).slice(0, -kept)) await rm(old, { force: true })
}

/** The copies of this file that were made before migrations, oldest first. */
async function copiesOf(file: string): Promise<readonly string[]> {
  const names = await readdir(dirname(file))
  const isCopy = (name: string): boolean =>
    name.startsWith(`${basename(file)}.before-`) && /\.before-\d{3,}$/.test(name)
  return names
    .filter(isCopy)
    .toSorted((a, b) => Number(a.split('-').at(-1)) - Number(b.split('-').at(-1)))
    .map((name) => join(dirname(file), name))
}
