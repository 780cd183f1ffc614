/*
 * `npm run build`, which `npm start`, `npx sparkify`, `npm run sample` and `npm test` run first.
 *
 * Compiles `src` into a folder named by what it was compiled from, `dist-<fingerprint>`, and points the link `dist` at it; where
 * it points there already, nothing is compiled. The link is replaced in one step and Node works on the folder behind it, so a
 * program that is running, or is only just reading its modules, stays with its own build, whatever is built beside it. Builders
 * at the same time each compile into a folder of their own, and the first to be done is taken. `sql` is read at each start, not
 * compiled.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const link = join(root, 'dist')
const day = 24 * 60 * 60 * 1000

/** What the build depends on, in 16 hex digits. */
function fingerprint() {
  const hash = createHash('sha256')
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  for (const file of [...['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(inRoot), ...sources]) {
    const text = readFileSync(file)
    hash.update(`${file.slice(root.length)}\0${text.length}\0`).update(text)
  }
  return hash.digest('hex').slice(0, 16)
}

function inRoot(name) {
  return join(root, name)
}

/** The name of the folder that `dist` points at, or null. */
function linked() {
  try {
    return readlinkSync(link)
  } catch {
    return null
  }
}

/**
 * Compiles into a folder of this process alone and gives it its name, unless another builder was first. `outdated` where a
 * file was saved meanwhile: what was made is neither the one nor the other.
 */
function compile(name) {
  const mine = inRoot(`${name}.${process.pid}`)
  process.stderr.write('Building (once, and after each change of the sources) …\n')
  const tsc = join(dirname(compilerPackage()), 'bin/tsc')
  const args = [tsc, '-p', inRoot('tsconfig.build.json'), '--outDir', mine]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root })
  try {
    if (status !== 0) return 'failed'
    if (`dist-${fingerprint()}` !== name) return 'outdated'
    if (!existsSync(inRoot(name))) renameSync(mine, inRoot(name))
    return 'made'
  } catch (error) {
    if (existsSync(inRoot(name))) return 'made'
    throw error
  } finally {
    rmSync(mine, { recursive: true, force: true })
  }
}

/** The compiler's package.json. Ends the process with the line to run where nothing is installed. */
function compilerPackage() {
  try {
    return createRequire(import.meta.url).resolve('typescript/package.json')
  } catch {
    process.stderr.write('✗ The packages are not installed.\nRun: npm ci\n')
    process.exit(2)
  }
}

/** Points `dist` at a build, in one step. */
function point(name) {
  const mine = `${link}.${process.pid}`
  rmSync(mine, { force: true })
  symlinkSync(name, mine, 'junction')
  try {
    renameSync(mine, link)
  } catch {
    // A folder, as it was before there were links.
    rmSync(link, { recursive: true, force: true })
    renameSync(mine, link)
  }
}

/** Removes builds of more than a day ago, except those of `kept`: a program that runs may still read from the last one. */
function sweep(kept) {
  for (const name of readdirSync(root).filter((entry) => /^dist-[0-9a-f]{16}(\.\d+)?$/.test(entry))) {
    const isOld = (statSync(inRoot(name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) < Date.now() - day
    if (isOld && !kept.includes(name)) rmSync(inRoot(name), { recursive: true, force: true })
  }
}

function build() {
  const name = `dist-${fingerprint()}`
  const before = linked()
  if (before === name && existsSync(inRoot(name))) return
  const outcome = existsSync(inRoot(name)) ? 'made' : compile(name)
  if (outcome === 'outdated') return build()
  if (outcome === 'failed') {
    process.exitCode = 1
    return
  }
  point(name)
  sweep([name, before])
}

build()
