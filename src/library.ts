import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OpsError } from './core/errors.ts'
import { buildLibrary, type SqlLibrary } from './core/sql/library.ts'

/**
 * Reads every file below the folder `sql` and checks it. Hidden files (`.DS_Store`) are passed over; any other file that
 * has no place there is `bad_sql_file`, as is a folder that cannot be read.
 */
export async function readLibrary(folder: URL | string): Promise<SqlLibrary> {
  const root = typeof folder === 'string' ? folder : fileURLToPath(folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new OpsError('bad_sql_file', `The folder ${root} cannot be read.`, 'Put it back from the repository.', {
      cause,
    })
  })
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
  return buildLibrary(
    await Promise.all(
      files.map(async (file) => ({
        path: relative(root, file).split(sep).join('/'),
        text: await readFile(file, 'utf8'),
      })),
    ),
  )
}
