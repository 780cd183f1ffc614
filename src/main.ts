import { join } from 'node:path'
import { type Bot, machineOfBot, startBot } from './bot.ts'
import { loadEnvFile, readConfig, secretsOf } from './config.ts'
import { exitStatusOf, messageOf, OpsError } from './core/errors.ts'
import { printable } from './core/format.ts'
import type { Log } from './core/ports/log.ts'
import { prepareDataDir } from './machine/data-dir.ts'
import { type HeldLog, openLog } from './machine/log.ts'
import { setProxies } from './machine/proxies.ts'
import { slackBackendFor } from './slack-backend.ts'

const startPatienceMs = 5_000

/** The process of a bot, which runs until a signal stops it. */
async function main(): Promise<void> {
  loadEnvFile()
  const config = readConfig()
  await setProxies(config.proxies)
  await prepareDataDir(config.dataDir)
  const logFile = process.stdout.isTTY ? join(config.dataDir, 'sparkify.log') : null
  const log = openLog(logFile === null ? { kind: 'stderr' } : { kind: 'file', path: logFile }, secretsOf(config))
  dieLoudly(log)
  const starting = startBot(config, {
    platform: machineOfBot,
    slackBackend: slackBackendFor(config, machineOfBot.clock, log),
    log,
    logFile,
    print: (text) => process.stdout.write(printable(text)),
    onReplaced: () => {
      log.release()
      log.error({}, 'another bot has taken over this home, because this one was silent for too long')
      process.exit(1)
    },
  })
  onStop(log, starting)
  await saidPlainly(log, starting)
}

/** Holds the log until the start is over: what is expected to fail is one plain line, without the lines of the log that led to it. */
async function saidPlainly<T>(log: HeldLog, start: Promise<T>): Promise<T> {
  try {
    const started = await start
    log.release()
    return started
  } catch (error) {
    if (!(error instanceof OpsError)) log.release()
    throw error
  }
}

/** A rejection that nobody awaits is a bug of ours or of a library; a supervisor starts a whole bot again, which carries on. */
function dieLoudly(log: HeldLog): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      log.release()
      log.error({ err: error }, `${event}: ${messageOf(error)}`)
      process.exit(1)
    })
  }
}

/** Stops in order at the first signal, once the start is over; at once at the second. A failed start reports itself. */
function onStop(log: Log, starting: Promise<Bot>): void {
  let stopping = false
  const once = (): void => {
    if (stopping) process.exit(130)
    stopping = true
    // Slack may keep a start waiting for long.
    const patience = setTimeout(() => process.exit(143), startPatienceMs)
    const bot = starting.finally(() => clearTimeout(patience)).catch(() => null)
    bot
      .then((started) => started?.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, `the bot could not stop in order: ${messageOf(error)}`)
          process.exit(1)
        },
      )
  }
  process.on('SIGTERM', once)
  process.on('SIGINT', once)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof OpsError)) throw error
  process.stderr.write(printable(`✗ ${[error.message, error.remedy].filter((line) => line !== '').join(' ')}\n`))
  process.exit(exitStatusOf(error.code))
}
