import { readCommands } from '../../src/commands.ts'
import { commandOfQuery } from '../../src/core/answers/query-command.ts'
import { type Catalog, createCatalog } from '../../src/core/command/catalog.ts'
import type { SqlLibrary } from '../../src/core/sql/library.ts'
import { readLibrary } from '../../src/library.ts'

/** The folder of the program's own SQL. */
export const sqlFolder = new URL('../../sql/', import.meta.url)

let shipped: Promise<SqlLibrary> | undefined

/** The program's own SQL, read once. */
export function shippedLibrary(): Promise<SqlLibrary> {
  shipped ??= readLibrary(sqlFolder)
  return shipped
}

/** All that can be said to the real bot. */
export async function realCatalog(): Promise<Catalog> {
  const { queries } = await shippedLibrary()
  return createCatalog([...(await readCommands()), ...queries.map(commandOfQuery)])
}
