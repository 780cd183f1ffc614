import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { liveAndDie, type Terminal } from './life.ts'

/*
 * A whole life of a cluster with the built program, each line in a process of its own: `npm run verify:aws`.
 * Run from `dist/verify-aws/`, where the build puts it.
 */

const boot = fileURLToPath(new URL('../boot.cjs', import.meta.url))

const terminal: Terminal = async (line, env) => {
  const child = spawn(process.execPath, [boot, 'cli', ...line], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { stdout, stderr }
}

process.exitCode = await liveAndDie(process.argv.slice(2), {
  env: Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ),
  terminal,
  out: (words) => process.stdout.write(words),
  err: (words) => process.stderr.write(words),
})
