import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Command } from './core/command/define.ts'

/**
 * Every command in `src/commands/`, by file name; `schedule/add.ts` is `schedule-add`. A file that does not export a command of its own name is a
 * mistake of ours and stops the start.
 */
export async function readCommands(): Promise<readonly Command[]> {
  const folder = new URL('commands/', import.meta.url)
  const files = (await readdir(fileURLToPath(folder), { recursive: true }))
    .filter((file) => /^[a-z/-]+\.[jt]s$/.test(file))
    .toSorted()
  return Promise.all(
    files.map(async (file) => {
      const module: { default?: Command } = await import(new URL(file, folder).href)
      const name = file.replace(/\.[jt]s$/, '').replaceAll('/', '-')
      if (module.default?.name !== name)
        throw new Error(`src/commands/${file} does not export a command named "${name}" as its default`)
      return module.default
    }),
  )
}
