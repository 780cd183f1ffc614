import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openHomes } from './homes.ts'
import { cleanEnv, freePort, until } from './program.ts'

const homes = openHomes()
const repository = fileURLToPath(new URL('../../', import.meta.url))

/** The id of the bot's process, which is below that of npm, with a shell between them or not. */
async function botBehind(npm: number): Promise<number> {
  const { stdout } = spawn('ps', ['-eo', 'pid=,ppid=,args='])
  let text = ''
  for await (const chunk of stdout) text += chunk
  const processes = text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, pid, ppid, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
      return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), args: args ?? '' }]
    })
  const below = (pid: number): readonly number[] =>
    processes.filter(({ ppid }) => ppid === pid).flatMap((child) => [child.pid, ...below(child.pid)])
  const family = below(npm)
  const bot = processes.find(
    ({ pid, args }) => family.includes(pid) && args.startsWith('node --max-semi-space-size=8 dist/boot.cjs main'),
  )
  if (bot === undefined) throw new Error(`no bot below ${npm}:\n${text}`)
  return bot.pid
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('npm start', { timeout: 120_000 }, () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGKILL', null],
  ] as const)('leaves no bot behind when npm gets %s', async (signal, status) => {
    const env = { ...(await homes.twoDays()), SPARKIFY_PORT: String(await freePort()) }
    const npm = spawn('npm', ['start'], { cwd: repository, env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (printed += chunk))
    await until('the bot runs', () => {
      if (npm.exitCode !== null) throw new Error(`npm ended:\n${printed}`)
      return printed.includes('is running') || undefined
    })
    const bot = await botBehind(npm.pid ?? 0)
    const ended = once(npm, 'exit')
    npm.kill(signal)
    // In order: the status that npm passes on is the bot's own.
    expect((await ended)[0]).toBe(status)
    await until('the bot is gone', () => !isAlive(bot) || undefined)
  })
})
