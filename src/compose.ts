import { randomUUID } from 'node:crypto'
import { readCommands } from './commands.ts'
import type { Config } from './config.ts'
import { type App, createApp, openSession } from './core/app.ts'
import { repeatInBackground } from './core/background.ts'
import { commandsThat } from './core/declarations.ts'
import type { Deps } from './core/deps.ts'
import { liveProbe } from './core/doctor/setup-probes.ts'
import { DiskFull, OpsError } from './core/errors.ts'
import type { Directory } from './core/ports/directory.ts'
import type { ProcessRecord } from './core/ports/ledger.ts'
import type { Log } from './core/ports/log.ts'
import type { Outbox } from './core/ports/outbox.ts'
import type { Probe } from './core/ports/probe.ts'
import { dayMs } from './core/span.ts'
import type { SourceFolders, Warehouse } from './engines.ts'
import { readLibrary } from './library.ts'
import { diskProbe, prepareDataDir } from './machine/data-dir.ts'
import { createHeartbeat } from './machine/heartbeat.ts'
import { backupProbe, configurationProbe, heartbeatProbe, ledgerProbe, sourcesProbe } from './machine/probes.ts'
import type { Platform } from './platform.ts'
import { createTimetable } from './scheduler/timetable.ts'

// A process without a heartbeat for 30 s is taken for dead; six beats leave room for a busy disk.
const beatMs = 5_000
const forgetMs = dayMs

/** The program without Slack and terminal, and what must be closed at its end. */
export interface Core {
  readonly deps: Deps
  readonly app: App
  /** Where the source data lie; the generated sample's folders when nothing is configured. */
  readonly sources: SourceFolders
  readonly checkWarehouse: Warehouse['check']
  close(): Promise<void>
}

/** Where the roots differ. */
export interface Root {
  readonly platform: Platform
  readonly kind: ProcessRecord['kind']
  readonly directory: Directory
  /** Further probes of `doctor`, read when it runs. */
  readonly probes: () => readonly Probe[]
  readonly outbox: Outbox
  readonly log: Log
  /** Called when another process has taken this one for dead: it must stop. */
  readonly onReplaced: () => void
}

/** Composes the parts that the bot and the terminal share. Throws `OpsError` where one of them cannot work. */
export async function compose(config: Config, root: Root): Promise<Core> {
  const { log, platform } = root
  const { clock } = platform
  await prepareDataDir(config.dataDir)
  const ledger = await platform.openLedger(config.ledgerUrl)
  const process = await enter(ledger.processes, root, log)
  const { engine, cluster, sources, probes, check, close } = await platform.openWarehouse(config, ledger, clock, log)
  const commands = await readCommands()
  const deps: Deps = {
    engine,
    cluster,
    ledger,
    directory: root.directory,
    commands: commandsThat(commands),
    library: await readLibrary(new URL('../sql/', import.meta.url)),
    timetable: createTimetable(),
    outbox: root.outbox,
    heartbeat: createHeartbeat(config.heartbeatUrl, clock, log),
    policy: config.policy,
    clock,
    log,
    process,
    probes: () => [
      ...root.probes(),
      configurationProbe(`engine ${config.engine}, home ${config.dataDir}`, config.warnings),
      ledgerProbe(ledger, config.ledgerUrl),
      diskProbe(config.dataDir, ledger),
      sourcesProbe(engine),
      liveProbe(deps),
      heartbeatProbe(config.heartbeatUrl !== null, ledger),
      backupProbe(ledger, clock),
      ...probes,
    ],
  }
  const app = createApp(openSession(commands, deps))
  const stopTimers = startTimers({ ...deps, onReplaced: root.onReplaced })
  return {
    deps,
    app,
    sources,
    checkWarehouse: check,
    async close() {
      stopTimers()
      await close()
      await ledger.processes.leave(process).catch((error: unknown) => {
        if (!(error instanceof DiskFull)) throw error
      })
      await ledger.close()
    },
  }
}

/** Starts the timers of both roots; the returned function stops them. */
export function startTimers(
  parts: Pick<Deps, 'clock' | 'log' | 'process'> & {
    readonly ledger: { readonly processes: Pick<Deps['ledger']['processes'], 'beat'> } & Pick<
      Deps['ledger'],
      'forgetExpired'
    >
    readonly onReplaced: () => void
  },
): () => void {
  const { ledger, clock, process: id, onReplaced } = parts
  const stops = [
    repeatInBackground(parts, beatMs, 'sign of life', async () => {
      if (!(await ledger.processes.beat(id, clock.now()))) onReplaced()
    }),
    repeatInBackground(parts, forgetMs, 'deletion of expired records', () => ledger.forgetExpired(clock.now())),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/**
 * Enters this process in the ledger. On a full disk a terminal works without that, because questions still do; a bot, of which there may be only
 * one, does not.
 */
async function enter(
  processes: Deps['ledger']['processes'],
  { kind, platform }: Pick<Root, 'kind' | 'platform'>,
  log: Log,
): Promise<string> {
  const id = randomUUID()
  const at = platform.clock.now().toISOString()
  const entered = await processes
    .enter({ id, kind, pid: platform.pid, host: platform.host, started: at, heartbeat: at })
    .catch((error: unknown) => {
      if (kind === 'bot' || !(error instanceof DiskFull)) throw error
      log.warn({ err: error }, `this process could not be announced: ${error.message}`)
      return { kind: 'entered' } as const
    })
  if (entered.kind === 'entered') return id
  const { pid, host, started } = entered.by
  throw new OpsError(
    'home_in_use',
    `Another bot is already running on this folder: process ${pid} on ${host}, since ${started}.`,
    'Stop it first, or set SPARKIFY_HOME to another folder. The terminal can be used beside it.',
  )
}
