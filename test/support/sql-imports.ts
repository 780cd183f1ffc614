import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/**
 * Puts the files of `sql/` into the import graph, which vitest asks for the tests of what has changed: whoever imports `src/library.ts`,
 * which reads them from disk, depends on each. Nothing is loaded: the imports stand where no call comes.
 */
export function sqlImports(root: string): Plugin {
  const reader = join(root, 'src/library.ts')
  const files = readdirSync(join(root, 'sql'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => join(root, 'sql', name))
  const imports = files.map((file) => `void (() => import(${JSON.stringify(file)}));`).join('')
  return {
    name: 'sql-imports',
    enforce: 'pre',
    transform: (code, id) => (id === reader ? `${code}\n${imports}` : undefined),
    load: (id) => (id.endsWith('.sql') ? 'export {}' : undefined),
  }
}
