import { readCommands } from '../../src/commands.ts'
import { type Catalog, createCatalog } from '../../src/core/command/catalog.ts'
import { commandOfQuery } from '../../src/core/warehouse/query-command.ts'
import { readLibrary } from '../../src/library.ts'

/** The folder of the program's own SQL. */
export const sqlFolder = new URL('../../sql/', import.meta.url)

/** All that can be said to the real bot. */
export async function realCatalog(): Promise<Catalog> {
  const { queries } = await readLibrary(sqlFolder)
  return createCatalog([...(await readCommands()), ...queries.map(commandOfQuery)])
}
