import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const cache = join(here, '../../../node_modules/.cache/aws-double')

/**
 * The folder that holds the double's JavaScript. Node 20 cannot run TypeScript, so it is compiled once per content of
 * its sources; where this file itself is compiled, it is the folder it lies in.
 */
export function compileDouble(): string {
  if (import.meta.url.endsWith('.js')) return here
  const target = join(cache, fingerprint())
  if (existsSync(target)) return target
  // Several runs may compile at once: each into a folder of its own, and the first rename wins.
  const workshop = `${target}.${process.pid}`
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.json'), '--outDir', workshop], { stdio: 'inherit' })
  // Node looks for the module type no further up than node_modules.
  writeFileSync(join(workshop, 'package.json'), '{ "type": "module" }\n')
  try {
    renameSync(workshop, target)
  } catch (error) {
    if (!existsSync(target)) throw error
    rmSync(workshop, { recursive: true })
  }
  forgetOldBuilds()
  return target
}

/** A build holds an empty database of 15 MB. One that is over an hour old is no running test's. */
function forgetOldBuilds(): void {
  for (const name of readdirSync(cache)) {
    const build = join(cache, name)
    const modified = statSync(build, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - modified > 3_600_000) rmSync(build, { recursive: true, force: true })
  }
}

function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|json)$/.test(name))
  for (const name of sources.sort()) hash.update(name).update(readFileSync(join(here, name)))
  return hash.digest('hex').slice(0, 16)
}
