import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Database } from './database.ts'

const kept = 2

/**
 * Copies a database file as it is now to one beside it, `<file>.before-<migration>`, which only this user can read; the newest two
 * copies stay. Nothing for a database on a server. `isStillTrue` is asked when the copy is made, which is discarded where it says no.
 * Throws `OpsError` (`storage`) where there is no room for it.
 */
export async function keepCopy(db: Database, migration: number, isStillTrue: () => Promise<boolean>): Promise<void> {
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
