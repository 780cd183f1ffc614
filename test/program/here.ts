import { join } from 'node:path'
import { Readable } from 'node:stream'
import { machineOfBot, startBot } from '../../src/bot.ts'
import { readConfig } from '../../src/config.ts'
import { openWarehouse } from '../../src/engines.ts'
import { runCommandLine } from '../../src/line.ts'
import { prepareDataDir } from '../../src/machine/data-dir.ts'
import { openLog } from '../../src/machine/log.ts'
import { type Platform, thisMachine } from '../../src/platform.ts'
import { slackBackendFor } from '../../src/slack-backend.ts'
import { picturesHere } from '../support/pictures.ts'
import { type Ended, freePort, type Workspace, workspaceAt } from './program.ts'

// The stand-in for AWS is ready as soon as it is asked, so pauses of 5 s between two looks at it were most of the time of a life.
const impatience = 50

/** This machine, on which only the pauses between two looks at AWS are short. */
const here: Platform = {
  ...thisMachine,
  openWarehouse: (config, ledger, clock, log) =>
    openWarehouse(config, ledger, { ...clock, sleep: (ms, signal) => clock.sleep(ms / impatience, signal) }, log),
}

/**
 * Says one line as the terminal does, all of the program but its process: that one takes 1.4 s of a processor to start. Each
 * line opens the ledger and the warehouse anew, so lines know of each other as little as those of processes do.
 */
export async function sayHere(line: string | readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  lendToAws(env)
  const stdout: string[] = []
  const stderr: string[] = []
  const status = await runCommandLine(typeof line === 'string' ? line.split(' ') : line, {
    // A pid is one process of the program, and a bot of this process may be at work on the same home.
    platform: { ...here, pid: process.ppid },
    env,
    streams: {
      input: Readable.from([]),
      out: { write: (text) => stdout.push(text) },
      err: { write: (text) => stderr.push(text) },
    },
    begun: () => undefined,
    replaced: () => {
      throw new Error('nobody else works on this home')
    },
  })
  return { status, signal: null, stdout: stdout.join(''), stderr: stderr.join('') }
}

/** A bot in this process. */
export interface BotHere extends Workspace {
  /** What it printed at its start. */
  readonly printed: string
  stop(): Promise<void>
}

/** Starts the bot as its process does, all of it but the process, with its local workspace. Its log is in its home. */
export async function startBotHere(
  env: Readonly<Record<string, string>> & { readonly SPARKIFY_HOME: string },
): Promise<BotHere> {
  lendToAws(env)
  const config = readConfig({ SPARKIFY_PORT: String(await freePort()), ...env })
  await prepareDataDir(config.dataDir)
  const logFile = join(config.dataDir, 'sparkify.log')
  const log = openLog({ kind: 'file', path: logFile }, [])
  let printed = ''
  const bot = await startBot(config, {
    platform: { ...machineOfBot, ...here, pictures: picturesHere },
    slackBackend: slackBackendFor(config, thisMachine.clock, log),
    log,
    logFile,
    print: (text) => {
      printed += text
    },
    onReplaced: () => {
      throw new Error('nobody else works on this home')
    },
  })
  return { ...(await workspaceAt(bot.page ?? bot.origin, config.dataDir)), printed, stop: bot.stop }
}

/** Credentials and endpoint are the SDK's own business, which reads them in the environment of the process. */
function lendToAws(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) if (name.startsWith('AWS_')) process.env[name] = value
}
