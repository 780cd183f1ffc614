import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '../..')

/** A process of its own with the ledger in it: its lines of output, and its end. */
export interface Child {
  readonly process: ChildProcess
  /** The lines it prints, each once, in order. */
  readonly lines: AsyncIterableIterator<string>
  /** The next line. Throws when it ends without one. */
  line(): Promise<string>
  say(line: string): void
  /** Resolves when it has ended, with its exit code, null after a signal. */
  readonly ended: Promise<number | null>
}

/** A folder where scripts can import the ledger of the built program. */
export interface Workshop {
  /** Starts a script: the text of a module that imports from `./src/store/…` and `@libsql/client`. */
  start(script: string, ...args: readonly string[]): Promise<Child>
  /** Ends all children and removes the folder. */
  close(): Promise<void>
}

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'workshop-'))
  await symlink(await realpath(join(root, 'dist')), join(folder, 'src'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const children: ChildProcess[] = []
  return {
    async start(script, ...args) {
      const path = join(folder, `script-${children.length}.js`)
      await writeFile(path, script)
      const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
      children.push(child)
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      return {
        process: child,
        lines,
        async line() {
          const next = await lines.next()
          if (next.done === true) throw new Error('the child ended without saying more')
          return next.value
        },
        say: (line) => child.stdin.write(`${line}\n`),
        ended: once(child, 'close').then(() => child.exitCode),
      }
    },
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(folder, { recursive: true })
    },
  }
}
