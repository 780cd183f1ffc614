import { type Core, compose } from './compose.ts'
import type { Config } from './config.ts'
import type { Log } from './core/ports/log.ts'
import type { Counterpart } from './counterpart.ts'
import { watchDisk } from './machine/data-dir.ts'
import type { Platform } from './platform.ts'
import { openSlackFace, type SlackFace } from './slack/face.ts'
import { expireInTime, outboxOf, recoverRuns, sayWhatIsAsked } from './voice.ts'

const graceMs = 5_000

/**
 * What is around a bot: what it runs on and whom it talks to; its log and, as the file's path, where that is one; where it prints; and
 * that another bot replaced it.
 */
export interface BotSurroundings {
  readonly platform: Platform
  readonly counterpart: Counterpart
  readonly log: Log
  readonly logFile: string | null
  readonly print: (text: string) => void
  readonly onReplaced: () => void
}

/** A bot that answers Slack (or the local workspace) and the clock. */
export interface Bot {
  /** Where its HTTP server is reached from this machine, and what a person opens there; null where that is Slack. */
  readonly origin: string
  readonly page: string | null
  /** Stops in order; runs get 5 s to end, and are carried on by the next bot where they do not. */
  stop(): Promise<void>
}

/** Starts the bot in this process. Throws `OpsError` for whatever it cannot work without: the home, its port, Slack, credentials of AWS. */
export async function startBot(config: Config, surroundings: BotSurroundings): Promise<Bot> {
  const { platform, counterpart, log, logFile, print, onReplaced } = surroundings
  const { clock } = platform
  let face: SlackFace | null = null
  const core = await compose(config, {
    platform,
    kind: 'bot',
    directory: counterpart.directory,
    probes: () => face?.probes ?? [],
    outbox: outboxOf(() => face),
    log,
    onReplaced,
  })
  const fault = await core.checkWarehouse()
  const warnings = [...(fault === null ? [] : [`${fault.message} ${fault.remedy}`.trim()]), ...config.warnings]
  for (const warning of warnings) log.warn({}, warning)
  const open = await counterpart.open()
  const disk = watchDisk(config.dataDir, clock, log)
  const server = await platform.startServer(
    counterpart.host,
    config.port,
    {
      health() {
        const health = face?.health() ?? { ok: false, detail: 'starting' }
        const full = disk.full()
        return full === null ? health : { ok: false, detail: `${full}; ${health.detail}` }
      },
      slackEvents: (request, response) => face?.listener?.(request, response),
      rest: open.rest,
    },
    log,
  )
  const origin = `http://127.0.0.1:${server.port}`
  const slack = await openSlackFace({
    ...open.slack(origin),
    access: config.access,
    ledger: core.deps.ledger,
    clock,
    log,
  })
  face = slack
  await slack.start(core.app)
  await open.greet(slack)

  const stopRecovering = await recoverRuns(core, slack, log)
  const scheduler = platform.startScheduler(
    async () => {
      await Promise.all([core.app.fireDue(), core.app.tendCluster()])
    },
    clock,
    log,
  )
  const page = open.page(origin)
  const where = page === null ? slack.health().detail : `Open ${page}`
  print(startedText({ ...config, warnings }, core, where, logFile))

  const stopAsking = sayWhatIsAsked(core, log)
  const stopExpiring = expireInTime(core, log)
  return {
    origin,
    page,
    async stop() {
      disk.stop()
      stopRecovering()
      stopAsking()
      stopExpiring()
      await scheduler.stop()
      await core.app.drain(graceMs)
      await slack.stop()
      await server.close()
      open.close()
      await core.close()
    },
  }
}

function startedText(config: Config, core: Core, where: string, logFile: string | null): string {
  const log = logFile === null ? '' : `, log ${logFile}`
  const lines = [
    `Sparkify's warehouse bot is running. ${where}`,
    `Engine ${config.engine}, home ${config.dataDir}${log}. Ctrl-C stops it.`,
    ...(core.sources.generated === 'now' ? ['No source data are configured, so a small sample was generated.'] : []),
    ...config.warnings.slice(0, 2).map((warning) => `⚠ ${warning.replace(/\.?$/, '.')}`),
  ]
  return `${lines.join('\n')}\n`
}
