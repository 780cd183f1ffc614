import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')

/** A process of its own with the engine in it. */
export interface Child {
  /** The next line that it prints. Throws when it ends without one. */
  line(): Promise<string>
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>
  /** Resolves when it has ended, with its exit code, null after a signal. */
  readonly ended: Promise<number | null>
}

/** A folder where scripts can import the engine as JavaScript, which Node 20 needs for a process of its own. */
export interface Workshop {
  /** Starts a script: the text of a module that imports from `./src/duckdb/index.js` and `./src/library.js`. */
  start(script: string, ...args: readonly string[]): Promise<Child>
  /** The same, as a user who owns nothing where the tests run as the superuser, who may read every file. */
  startAsNobody(script: string, ...args: readonly string[]): Promise<Child>
  /** Ends all children and removes the folder. */
  close(): Promise<void>
}

/** Compiles `src/duckdb` and what it imports. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-workshop-'))
  await chmod(folder, 0o755)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await symlink(join(root, 'sql'), join(folder, 'sql'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const config = {
    extends: join(root, 'tsconfig.json'),
    // Types are checked by `npm run typecheck`; without them it takes a fraction of the time.
    compilerOptions: { noEmit: false, noCheck: true, rootDir: root, outDir: folder },
    files: ['src/duckdb/index.ts', 'src/library.ts'].map((file) => join(root, file)),
    include: [],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [compiler, '-p', folder])

  const children: ChildProcess[] = []
  const start = async (options: SpawnOptions, script: string, args: readonly string[]): Promise<Child> => {
    const path = join(folder, `script-${children.length}.js`)
    await writeFile(path, script)
    const child = spawn(process.execPath, [path, ...args], { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const ended = once(child, 'close').then(() => child.exitCode)
    return {
      ended,
      async line() {
        const next = await lines.next()
        if (next.done === true) throw new Error('the child ended without saying more')
        return next.value
      },
      async kill() {
        child.kill('SIGKILL')
        await ended
      },
    }
  }
  return {
    start: (script, ...args) => start({}, script, args),
    startAsNobody: (script, ...args) => start(process.getuid?.() === 0 ? { uid: 65534 } : {}, script, args),
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}
