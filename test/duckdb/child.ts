import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

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

/** A folder where scripts can import the engine of the built program. */
export interface Workshop {
  /** Starts a script: the text of a module that imports from `./src/duckdb/index.js` and `./src/library.js`. */
  start(script: string, ...args: readonly string[]): Promise<Child>
  /** The same, as a user who owns nothing where the tests run as the superuser, who may read every file. */
  startAsNobody(script: string, ...args: readonly string[]): Promise<Child>
  /** Ends all children and removes the folder. */
  close(): Promise<void>
}

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'sparkify-workshop-'))
  await chmod(folder, 0o755)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await symlink(join(root, 'sql'), join(folder, 'sql'))
  await symlink(await realpath(join(root, 'dist')), join(folder, 'src'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
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
