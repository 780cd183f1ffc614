import { type Core, compose } from './compose.ts'
import type { Config } from './config.ts'
import { runKey } from './core/outbox/messages.ts'
import type { Log } from './core/ports/log.ts'
import type { Outbox } from './core/ports/outbox.ts'
import type { Pictures } from './core/ports/pictures.ts'
import type { RunRecord } from './core/ports/runs.ts'
import { openWarehouse } from './engines.ts'
import { followAudit } from './machine/audit-stream.ts'
import { watchDisk } from './machine/data-dir.ts'
import { startServer } from './machine/server.ts'
import { createPictures } from './pictures/pictures.ts'
import { type Platform, thisMachine } from './platform.ts'
import { startScheduler } from './scheduler/scheduler.ts'
import { openSlackAdapter, type SlackAdapter } from './slack/adapter.ts'
import type { SlackBackend } from './slack-backend.ts'
import { openLedger } from './store/ledger.ts'

/** How long runs may take to end when the bot stops; what takes longer is carried on by the next one. */
export const drainMs = 5_000

/** What a bot also runs on. */
interface BotPlatform extends Platform {
  readonly pictures: Pictures
  readonly startServer: typeof startServer
  readonly startScheduler: typeof startScheduler
}

/** This machine for a bot, which must answer Slack within three seconds whatever its disk does. */
export const machineOfBot: BotPlatform = {
  ...thisMachine,
  openLedger: (url) => openLedger({ url, ownThread: true, now: () => thisMachine.clock.now() }),
  openWarehouse: (config, ledger, clock, log) => openWarehouse(config, ledger, clock, log, true),
  pictures: createPictures(),
  startServer,
  startScheduler,
}

/**
 * The platform and Slack of a bot; its log, with the path where that is a file; where it prints; and the notice that another bot
 * replaced it.
 */
interface BotSurroundings {
  readonly platform: BotPlatform
  readonly slackBackend: SlackBackend
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
  const { platform, slackBackend, log, logFile, print, onReplaced } = surroundings
  const { clock } = platform
  let face: SlackAdapter | null = null
  const metrics = config.metrics === null ? null : (await import('./machine/metrics.ts')).createMetrics(config.metrics)
  const core = await compose(config, {
    platform:
      metrics === null
        ? platform
        : { ...platform, openLedger: async (url) => metrics.counting(await platform.openLedger(url)) },
    kind: 'bot',
    directory: slackBackend.directory,
    probes: () => face?.probes ?? [],
    outbox: outboxOf(() => face),
    log,
    onReplaced,
  })
  const fault = await core.checkWarehouse()
  const warnings = [...(fault === null ? [] : [`${fault.message} ${fault.remedy}`.trim()]), ...config.warnings]
  for (const warning of warnings) log.warn({}, warning)
  const open = await slackBackend.open(core.app.catalog.commands)
  const disk = watchDisk(config.dataDir, clock, log)
  const { auditFile } = config
  const stopAudit =
    auditFile === null ? () => undefined : await followAudit(auditFile, core.deps.ledger, { clock, log })
  const server = await platform.startServer(
    slackBackend.host,
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
  const stopMetrics = await metrics?.serve(core.deps, () => face?.health().ok ?? false)
  const origin = `http://127.0.0.1:${server.port}`
  const slack = await openSlackAdapter({
    ...open.slack(origin),
    access: config.access,
    ledger: core.deps.ledger,
    clock,
    log,
    pictures: platform.pictures,
    ...(metrics === null ? {} : { acknowledged: metrics.acknowledged }),
  })
  face = slack
  await slack.start(core.app)
  await open.greet(slack)

  const postOf = async (run: RunRecord) => (await core.deps.ledger.messages.find(runKey(run)))?.post ?? null
  const worker = await core.app.work((run) => slack.progressOf(run, postOf(run)))
  const scheduler = platform.startScheduler(core.app.tick, clock, log)
  const page = open.page(origin)
  const where = page === null ? slack.health().detail : `Open ${page}`
  print(startedText({ ...config, warnings }, core, where, logFile))

  return {
    origin,
    page,
    async stop() {
      disk.stop()
      stopAudit()
      worker.stop()
      await scheduler.stop()
      await core.app.drain(drainMs)
      await slack.stop()
      await server.close()
      await stopMetrics?.()
      open.close()
      await core.close()
    },
  }
}

/** The conversations of Slack, as soon as it is connected. */
function outboxOf(face: () => SlackAdapter | null): Outbox {
  const opened = (): SlackAdapter => {
    const slack = face()
    if (slack === null) throw new Error('nothing is posted before Slack is connected')
    return slack
  }
  return {
    resolve: async (place) => (place.kind === 'slack' ? opened().resolve(place) : place),
    postingError: async (place, by) => (place.kind === 'slack' ? opened().postingError(place, by) : null),
    requirePosts: () => undefined,
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
