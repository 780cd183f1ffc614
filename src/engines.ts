import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from './config.ts'
import { isoDay } from './core/day.ts'
import { expected, OpsError } from './core/errors.ts'
import { list } from './core/format.ts'
import type { Clock } from './core/ports/clock.ts'
import type { Cluster } from './core/ports/cluster.ts'
import type { Engine } from './core/ports/engine.ts'
import type { Ledger } from './core/ports/ledger.ts'
import type { Log } from './core/ports/log.ts'
import type { ObjectStore } from './core/ports/objects.ts'
import type { Probe } from './core/ports/probe.ts'
import { isRemote } from './core/warehouse/sources.ts'
import { loadLine } from './core/warehouse/state.ts'
import type { EngineMethod, openInThread } from './duckdb/own-thread.ts'
import type { RedshiftEngineOptions } from './redshift/engine/redshift-engine.ts'
import type { ServerlessContext } from './redshift/serverless/context.ts'

/** The place of the source data; `generated`: it is the bot's own sample, made at that time. */
export interface SourceFolders {
  readonly log: string
  readonly song: string
  readonly generated: 'now' | 'before' | null
}

/** An engine with what it runs on, what `doctor` asks of it, and its end. */
export interface Warehouse {
  readonly engine: Engine
  readonly cluster: Cluster
  readonly sources: SourceFolders
  readonly probes: readonly Probe[]
  /**
   * Checks what a bot needs of it at the start, as far as that takes a moment. Throws where nothing would work without it; returns what
   * only loads need.
   */
  check(): Promise<OpsError | null>
  close(): Promise<void>
}

/**
 * The only place that knows which engines there are. What only one of them needs is imported when it is chosen. `ownThread`: an embedded one
 * works beside the event loop.
 */
export async function openWarehouse(
  config: Config,
  ledger: Ledger,
  clock: Clock,
  log: Log,
  ownThread = false,
): Promise<Warehouse> {
  switch (config.engine) {
    case 'duckdb':
      return openDuckdb(config, clock, ownThread)
    case 'redshift':
      return openRedshift(config, ledger, clock, log)
  }
}

async function openDuckdb(config: Config, clock: Clock, ownThread: boolean): Promise<Warehouse> {
  const { createDuckdbCluster } = await import('./duckdb/cluster.ts')
  const { createSourceStore, withFetchedSources } = await import('./fetched-sources.ts')
  const { listFolder } = await import('./duckdb/sources.ts')
  const folder = join(config.dataDir, 'loads')
  const sources = config.sources === null ? await sampleIn(config.dataDir) : { ...config.sources, generated: null }
  const fetched = join(config.dataDir, 'objects')
  const options = {
    folder,
    logData: sources.log,
    songData: sources.song,
    fetched,
    ...(config.duckdb.memory === null ? {} : { memoryLimit: config.duckdb.memory }),
    keepGone: config.duckdb.goneFiles === 'keep',
  }
  const source = `${sources.log} ${sources.song}`
  const known = { name: 'duckdb', source, keeps: config.duckdb.keepLoads, copies: null } as const
  const opened = openedWhenUsed(known, async () => {
    if (ownThread) return (await import('./duckdb/own-thread.ts')).openInThread(options)
    const opened = await (await import('./duckdb/engine.ts')).createDuckdbEngine(options)
    return (method, args) => Reflect.apply(opened[method], opened, args)
  })
  const s3 = createSourceStore(config.redshift.dataRegion ?? config.redshift.region ?? undefined)
  const engine = withFetchedSources(opened, { places: sources, folder: fetched, store: s3.store })
  const cluster = createDuckdbCluster({ folder, fetched, clock })
  return {
    engine,
    cluster,
    sources,
    probes: [],
    async check() {
      if ([sources.log, sources.song].some(isRemote)) return null
      const { signal } = new AbortController()
      return faultOf(
        Promise.all([
          listFolder(sources.log, 'SPARKIFY_LOG_DATA', signal, clock.now().getTime()),
          listFolder(sources.song, 'SPARKIFY_SONG_DATA', signal, clock.now().getTime()),
        ]),
      )
    },
    async close() {
      await engine.close()
      await s3.close()
    },
  }
}

/**
 * An engine that is opened when it is first asked for something: a native library takes 60 MB and a tenth of a second, and most commands and
 * most hours of a bot need none. An open that failed is tried again at the next use.
 */
function openedWhenUsed(known: Omit<Engine, EngineMethod>, open: () => ReturnType<typeof openInThread>): Engine {
  let opening: ReturnType<typeof open> | null = null
  const engine = (): ReturnType<typeof open> => {
    opening ??= open().catch((error: unknown) => {
      opening = null
      throw error
    })
    return opening
  }
  return {
    ...known,
    sources: async (...args) => (await engine())('sources', args),
    changes: async (...args) => (await engine())('changes', args),
    loadedFiles: async (...args) => (await engine())('loadedFiles', args),
    contentOf: async (...args) => (await engine())('contentOf', args),
    begin: async (...args) => (await engine())('begin', args),
    stage: async (...args) => (await engine())('stage', args),
    locate: async (...args) => (await engine())('locate', args),
    execute: async (...args) => (await engine())('execute', args),
    transform: async (...args) => (await engine())('transform', args),
    query: async (...args) => (await engine())('query', args),
    verify: async (...args) => (await engine())('verify', args),
    publish: async (...args) => (await engine())('publish', args),
    hold: async (...args) => (await engine())('hold', args),
    restore: async (...args) => (await engine())('restore', args),
    stored: async () => (await engine())('stored', []),
    retain: async (...args) => (await engine())('retain', args),
    close: async () => (await opening)?.('close', []),
  }
}

/** The expected failure of this work; null where it succeeds. Throws what else fails. */
function faultOf(work: Promise<unknown>): Promise<OpsError | null> {
  return work.then(
    () => null,
    expected((error) => error),
  )
}

async function sampleIn(home: string): Promise<SourceFolders> {
  const { firstSample, generateSample } = await import('./sample/index.ts')
  const folder = join(home, 'sample')
  const outcome = await generateSample(firstSample, folder)
  return {
    log: join(folder, 'log_data'),
    song: join(folder, 'song_data'),
    generated: outcome === 'written' ? 'now' : 'before',
  }
}

async function openRedshift(config: Config, ledger: Ledger, clock: Clock, log: Log): Promise<Warehouse> {
  if (config.sources === null) {
    throw new OpsError(
      'bad_config',
      'SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA are empty, and Redshift loads from S3 only.',
      'Set both to s3:// prefixes; .env.example has the public ones.',
    )
  }
  const { createClients } = await import('./redshift/clients.ts')
  const { awsProbes } = await import('./redshift/cluster/aws-probes.ts')
  const { leaseSchema } = await import('./redshift/cluster/lease.ts')
  const { clusterAccess, createRedshiftCluster } = await import('./redshift/cluster/redshift-cluster.ts')
  const { createServerlessCluster, serverlessAccess } = await import('./redshift/serverless/serverless-cluster.ts')
  const { usageIn, usageSchema, usageSince } = await import('./redshift/serverless/usage.ts')
  const { createRedshiftEngine } = await import('./redshift/engine/redshift-engine.ts')
  const { createObjectStore } = await import('./redshift/object-store.ts')
  const { workPlaceOf } = await import('./redshift/names.ts')
  const { log: logData, song: songData } = config.sources
  const { redshift } = config
  const clients = createClients({
    region: redshift.region ?? undefined,
    dataRegion: redshift.dataRegion ?? undefined,
  })
  const settings = { ...redshift, region: await clients.region(), logData, songData }
  const homeId = z.string().parse(await ledger.notes.settle('home', randomUUID()))
  const leaseKey = `lease:${settings.region}:${settings.clusterId}`
  const usageKey = `usage:${settings.region}:${settings.clusterId}`
  const context: ServerlessContext = {
    clients,
    settings,
    clock,
    leases: {
      get: async () => leaseSchema.nullable().parse(await ledger.notes.get(leaseKey)),
      set: (lease) => ledger.notes.set(leaseKey, lease),
    },
    usage: {
      get: async () => usageSchema.nullable().parse(await ledger.notes.get(usageKey)),
      set: (usage) => ledger.notes.set(usageKey, usage),
    },
    async readUsage(since) {
      const { sql, maxRows } = usageSince(since)
      return usageIn(await engine.ask(sql, maxRows, new AbortController().signal))
    },
    // Cluster and engine need each other: the cluster tests the database, the engine needs the cluster's secret.
    answers: (signal) => engine.ping(signal),
    lastLoad: async () => {
      const live = await ledger.loads.live()
      return live === null ? null : loadLine(live)
    },
    loadedSince: async (at) => ((await ledger.loads.live())?.published ?? '') > at.toISOString(),
    askedToday: () => askersOfToday(ledger, clock),
  }
  const isServerless = settings.kind === 'serverless'
  const { roleArn, secretArn } = isServerless ? serverlessAccess(context) : clusterAccess(context)
  const engine = createRedshiftEngine({
    data: clients.data,
    settings: { ...settings, roleArn },
    secretArn,
    clock,
    log,
    homeId,
    objects: {
      store: createObjectStore(clients.s3Data),
      notes: ledger.notes,
      work: redshift.work === null ? null : workPlaceOf(redshift.work),
    },
    ...(await copiesIn(config, createObjectStore(clients.s3), roleArn)),
  })
  return {
    engine,
    cluster: isServerless ? createServerlessCluster(context) : createRedshiftCluster(context),
    sources: { log: logData, song: songData, generated: null },
    probes: awsProbes(context),
    async check() {
      const fault = await faultOf(clients.requireCredentials())
      // Where they come from may be reachable again in a minute.
      if (fault !== null && fault.code !== 'aws') throw fault
      return fault
    },
    async close() {
      await engine.close()
      clients.close()
    },
  }
}

/** How the engine makes copies of loads; nothing where none are configured. */
async function copiesIn(
  { redshift: { copyTo }, duckdb: { memory }, dataDir }: Config,
  store: ObjectStore,
  roleArn: () => Promise<string>,
): Promise<Pick<RedshiftEngineOptions, 'copies'>> {
  if (copyTo === null) return {}
  const { createCopies } = await import('./copies.ts')
  const { copyPlaceOf } = await import('./redshift/names.ts')
  const place = copyPlaceOf(copyTo)
  const folder = join(dataDir, 'copies')
  return {
    copies: (connection) =>
      createCopies({ unload: { connection, roleArn, store, place }, folder, memoryLimit: memory ?? undefined }),
  }
}

const newestRuns = 200

/** Who has asked the warehouse since midnight (UTC), by name; null when nobody has. */
async function askersOfToday(ledger: Ledger, clock: Clock): Promise<string | null> {
  const since = `${isoDay(clock.now())}T00:00:00.000Z`
  const runs = await ledger.runs.summaries({ limit: newestRuns, listedOnly: true, since })
  const names = [...new Set(runs.map(({ who }) => who.name))].sort()
  return names.length === 0 ? null : list(names)
}
