import { execFileSync } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The seed of a run of the suite: what `SEED` says; else in `npm run test:soak` a new one each time; else one of the commit's tree, so
 * that the same commit always runs the same. Without git it is one of the files themselves. At most 2^31.
 */
export function seedOfRun(root: string, env: NodeJS.ProcessEnv): number {
  if (env['SEED'] !== undefined) return Number(env['SEED'])
  if (env['SOAK'] !== undefined) return randomInt(2 ** 31)
  return Number.parseInt(treeOf(root).slice(0, 8), 16) >>> 1
}

/** The hash of all that is committed, or of all that lies there where that is no repository. */
function treeOf(root: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD^{tree}'], { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  } catch {
    const hash = createHash('sha256')
    for (const folder of ['sql', 'src', 'test']) {
      const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((file) =>
        file.isFile(),
      )
      const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
      for (const path of paths) hash.update(path.slice(root.length)).update(readFileSync(path))
    }
    return hash.digest('hex')
  }
}
