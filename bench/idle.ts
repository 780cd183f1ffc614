/**
 * `npm run bench -- idle`: how long `help` takes, how long a bot takes until it is ready, and how much memory it has after a minute in which
 * nobody asked for anything, beside a bare Bolt app. Each is started once before, so that what Node compiles is kept. Reads /proc: Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { bareFile, botArguments, root } from './process.ts'

const helpGoalMs = 400
const readyGoalMs = 1200
const idleGoalMb = 140
const idleMs = 60_000

const home = await mkdtemp(join(tmpdir(), 'sparkify-bench-idle-'))
const env = { HOME: home, SPARKIFY_HOME: join(home, 'home'), SPARKIFY_PORT: '0' }
const bot = await botArguments()
const bare = [bareFile, 'secret', '0']
const running: ChildProcess[] = []
try {
  await stop(await ready(bot))
  await helped()
  const help = await helped()
  const ours = await ready(bot)
  const theirs = await ready(bare)
  await pause(idleMs)
  const [idle, bareIdle] = [await megabytes(ours), await megabytes(theirs)]
  const lines = [
    `Node ${process.versions.node}`,
    `help  ${help.toFixed(0)} ms (goal: at most ${helpGoalMs})`,
    `ready ${ours.readyMs.toFixed(0)} ms (goal: at most ${readyGoalMs}); bare Bolt ${theirs.readyMs.toFixed(0)} ms`,
    `idle  ${idle.toFixed(0)} MB after ${idleMs / 1000} s (goal: at most ${idleGoalMb}); bare Bolt ${bareIdle.toFixed(0)} MB`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = help > helpGoalMs || ours.readyMs > readyGoalMs || idle > idleGoalMb ? 1 : 0
} finally {
  for (const child of running) child.kill()
  await Promise.all(running.map(async (child) => child.exitCode ?? child.signalCode ?? (await once(child, 'exit'))))
  await rm(home, { recursive: true })
}

interface Ready {
  readonly child: ChildProcess
  readonly readyMs: number
}

/** Starts Node with these arguments and waits for the first line that it prints, which is when it can be reached. */
async function ready(args: readonly string[]): Promise<Ready> {
  const begun = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  await once(child.stdout, 'data')
  return { child, readyMs: performance.now() - begun }
}

async function stop({ child }: Ready): Promise<void> {
  child.kill()
  await once(child, 'exit')
}

/** Milliseconds of `sparkify help` in a process of its own. */
async function helped(): Promise<number> {
  const begun = performance.now()
  const child = spawn(process.execPath, ['dist/boot.cjs', 'cli', 'help'], { cwd: root, env, stdio: 'ignore' })
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`help ended with ${status}`)
  return performance.now() - begun
}

/** What a process keeps in memory, its libraries included, in MB. */
async function megabytes({ child }: Ready): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
  return Number(kilobytes) / 1024
}
