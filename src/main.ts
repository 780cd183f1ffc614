import { join } from 'node:path'
import { type Core, compose } from './compose.ts'
import { type Config, loadEnvFile, readConfig } from './config.ts'
import { exitStatusOf, messageOf, OpsError } from './core/errors.ts'
import type { Log } from './core/ports/log.ts'
import { counterpartOf } from './counterpart.ts'
import { systemClock } from './machine/clock.ts'
import { prepareHome } from './machine/home.ts'
import { openLog } from './machine/log.ts'
import { startServer } from './machine/server.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import { openSlackFace, type SlackFace } from './slack/face.ts'
import { outboxOf, postNews, recoverRuns, sayOn, sayWhatIsAsked } from './voice.ts'

const graceMs = 5_000

/** The bot: hears Slack (or its local stand-in) and the clock until it is told to stop. */
async function main(): Promise<void> {
  loadEnvFile()
  const config = readConfig()
  await prepareHome(config.home)
  const logFile = process.stdout.isTTY ? join(config.home, 'sparkify.log') : null
  const log = openLog(logFile === null ? { kind: 'stderr' } : { kind: 'file', path: logFile }, secretsOf(config))
  dieLoudly(log)

  const counterpart = counterpartOf(config, log)
  let face: SlackFace | null = null
  const core = await compose(config, {
    kind: 'bot',
    directory: counterpart.directory,
    probes: () => face?.probes ?? [],
    outbox: outboxOf(() => face),
    log,
    onReplaced: () => {
      log.error({}, 'another bot has taken over this home, because this one was silent for too long')
      process.exit(1)
    },
  })
  const open = await counterpart.open()
  const server = await startServer(
    counterpart.host,
    config.port,
    {
      health: () => face?.health() ?? { ok: false, detail: 'starting' },
      slackEvents: (request, response) => face?.listener?.(request, response),
      rest: open.rest,
    },
    log,
  )
  const origin = `http://127.0.0.1:${server.port}`
  const slack = await openSlackFace({ ...open.slack(origin), ledger: core.deps.ledger, clock: systemClock, log })
  face = slack
  await slack.start(core.app)
  await open.greet(slack)

  const stopRecovering = await recoverRuns(core, slack, log)
  const scheduler = startScheduler(async () => {
    await Promise.all([core.app.fireDue(sayOn(slack, core.app)), core.app.tendCluster((news) => postNews(news, slack))])
  }, log)
  sayStarted(config, core, open.rest === null ? slack.health().detail : `Open ${origin}`, logFile)

  const stopAsking = sayWhatIsAsked(core, slack, log)
  onStop(async () => {
    stopRecovering()
    stopAsking()
    await scheduler.stop()
    await core.app.drain(graceMs)
    await slack.stop()
    await server.close()
    open.close()
    await core.close()
  })
}

function secretsOf({ slack }: Config): readonly string[] {
  if (slack.kind === 'none') return []
  return [slack.botToken, slack.kind === 'socket' ? slack.appToken : slack.signingSecret]
}

/** A rejection that nobody awaits is a bug of ours or of a library; a supervisor starts a whole bot again, which carries on. */
function dieLoudly(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error) => {
      log.error({ err: error }, `${event}: ${messageOf(error)}`)
      process.exit(1)
    })
  }
}

function sayStarted(config: Config, core: Core, where: string, logFile: string | null): void {
  const log = logFile === null ? '' : `, log ${logFile}`
  const lines = [
    `Sparkify's warehouse bot is running. ${where}`,
    `Engine ${config.engine}, home ${config.home}${log}. Ctrl-C stops it.`,
    ...(core.sources.generated === 'now' ? ['No source data are configured, so a small sample was generated.'] : []),
    ...config.warnings.slice(0, 2).map((warning) => `⚠ ${warning}.`),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Stops in order at the first signal, and at once at the second. */
function onStop(stop: () => Promise<void>): void {
  let stopping = false
  const once = (): void => {
    if (stopping) process.exit(130)
    stopping = true
    void stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', once)
  process.on('SIGINT', once)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof OpsError)) throw error
  process.stderr.write(`✗ ${[error.message, error.remedy].filter((line) => line !== '').join('\n')}\n`)
  process.exit(exitStatusOf(error.code))
}
