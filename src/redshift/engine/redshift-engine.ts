import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { OpsError } from '../../core/errors.ts'
import { createSemaphore } from '../../core/pacing.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Copies, Engine, LoadId, QueryOptions, ResultSet, Statement, Target } from '../../core/ports/engine.ts'
import type { Log } from '../../core/ports/log.ts'
import type { Work } from '../../core/step.ts'
import type { RedshiftSettings } from '../settings.ts'
import { fetchResult, type RedshiftConnection, runBatch } from './batches.ts'
import { type CopySettings, stageByCopy } from './copy.ts'
import { createDataApi, createLogin } from './data-api.ts'
import {
  beginBatch,
  dropBatch,
  exchangeBatches,
  holdBatch,
  isLoad,
  publishBatches,
  schemaTableOf,
} from './load-batches.ts'
import { queryOne } from './load-history.ts'
import {
  isOtherLoad,
  type LoadSchema,
  ledgerName,
  loadNotFound,
  loadsInSchemas,
  requireLoad,
  searchPath,
} from './load-schemas.ts'
import { compareObjects } from './source-changes.ts'
import { loadedObjects, noteBegun } from './source-notes.ts'
import { checkSources, listSources, type SourceObjects } from './source-objects.ts'
import type { Submitted } from './statement.ts'
import { type BoundStatement, inRedshift, type StatementBatch } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

// Redshift's automatic workload management runs about this many queries of a small cluster beside each other.
const questionsAtOnce = 5

/** The database to use, and where its data come from. */
export interface RedshiftEngineSettings
  extends CopySettings,
    Pick<RedshiftSettings, 'kind' | 'clusterId' | 'adminUser'> {}

/** What the engine works with. */
export interface RedshiftEngineOptions {
  readonly data: RedshiftDataClient
  readonly settings: RedshiftEngineSettings
  /** Asks the cluster for its secret; undefined where it has none, and statements run as the admin user. */
  readonly secretArn: () => Promise<string | undefined>
  readonly clock: Clock
  readonly log: Log
  /** Names the ledger: part of every token and of every load's name, so that a new ledger meets nothing of an old one. */
  readonly homeId: string
  /** Lists the sources, and writes manifests of them. */
  readonly objects: SourceObjects
  /** Makes the copies of loads with the engine's connection; left out where there are none. */
  readonly copies?: (connection: RedshiftConnection) => Copies & { close(): Promise<void> }
}

/** An engine that can be asked whether its database answers. */
export interface RedshiftEngine extends Engine {
  /** Runs a trivial query with the cluster's current login. Throws an `OpsError` while the database does not answer. */
  ping(signal: AbortSignal): Promise<void>
  /** Asks the system views, of no load. Throws an `OpsError` where the database does not answer. */
  ask(sql: string, maxRows: number, signal: AbortSignal): Promise<ResultSet>
}

/** The warehouse on Amazon Redshift, through the Data API. The caller owns the client. */
export function createRedshiftEngine(options: RedshiftEngineOptions): RedshiftEngine {
  const { data, settings, clock, log } = options
  const { kind, clusterId, database, adminUser } = settings
  const place = kind === 'serverless' ? { WorkgroupName: clusterId } : { ClusterIdentifier: clusterId }
  const login = createLogin(options.secretArn, adminUser)
  const home = ledgerName(options.homeId)
  const api = createDataApi({ data, place, database, login, clock })
  const connection: RedshiftConnection = { api, clock, log, login, home }
  const select = createSelect(connection)
  const { objects } = options

  /** Runs the batches that make a load live, of which each fails where the load does not lie any more where it was seen. */
  const makeLive = async (load: LoadId, batches: ReturnType<typeof publishBatches>, work: Work): Promise<void> => {
    for (const [part, batch] of batches) {
      const submitted = await runBatch(connection, work, part, batch)
      if (!isOtherLoad(submitted, 0)) finished(submitted)
      // An earlier attempt may have ended unnoticed since it was checked.
      else if (!isLoad((await loadsInSchemas(connection, work.signal)).live, home, load)) throw loadNotFound(load)
    }
  }
  const semaphore = createSemaphore(questionsAtOnce)
  const copies = options.copies?.(connection) ?? null

  return {
    name: 'redshift',
    source: `${settings.logData} ${settings.songData}`,
    async sources(signal) {
      checkSources(settings)
      return listSources(objects, settings, signal)
    },
    // Its ETag, which is the stamp of a listed object.
    contentOf: async ({ stamp }) => stamp,
    async begin(load, schema, work, before) {
      const columns = Object.fromEntries(schema.map(schemaTableOf).map((table) => [table.name, [...table.columns]]))
      const base = before?.reads === 'changes' ? before.load : null
      await noteBegun(objects.notes, load, { base, columns })
      finished(await runBatch(connection, work, 'begin', beginBatch(home, load, schema)))
    },
    stage(load, dataset, sources, maxErrors, work) {
      return stageByCopy(connection, settings, { load, dataset, maxErrors }, objects, sources[dataset], work)
    },
    // COPY does not report the lines that it has loaded.
    async locate() {
      return null
    },
    async changes(load, sources, signal) {
      // Its cluster may be another one by now.
      const { live } = await loadsInSchemas(connection, signal)
      if (!isLoad(live, home, load)) throw loadNotFound(load)
      return compareObjects(objects, load, sources)
    },
    loadedFiles: (load) => loadedObjects(objects.notes, load),
    async transform(load, _table, statements, work) {
      const written = await this.execute(
        load,
        statements.map((sql) => ({ sql })),
        work,
      )
      return written.at(-1) ?? 0
    },
    async execute(load, statements, work) {
      const bound = statements.map((statement, i) => inRedshift(statement, `s${i + 1}_`))
      const before = [requireLoad('candidate', home, load), searchPath('candidate')]
      const submitted = await runBatch(connection, work, 'execute', {
        mode: 'TRANSACTION',
        sqls: [...before, ...bound.map(({ sql }) => sql)],
        parameters: bound.flatMap(({ parameters }) => parameters),
      })
      if (isOtherLoad(submitted, 0)) throw loadNotFound(load)
      return finished(submitted)
        .parts.slice(before.length)
        .map(({ rows }) => rows ?? 0)
    },
    query(target, statement, limits) {
      return semaphore.use(limits.signal, () => select(target, statement, limits))
    },
    async verify(load, signal) {
      const statement = { sql: 'select count(*) as plays from songplays' }
      await semaphore.use(signal, () => select({ kind: 'live', load }, statement, { maxRows: 1, signal }))
    },
    async publish(load, work) {
      const { candidate, live, previous } = await loadsInSchemas(connection, work.signal)
      if (isLoad(live, home, load)) return
      if (!isLoad(candidate, home, load)) throw loadNotFound(load)
      await makeLive(load, publishBatches({ from: 'candidate', load: candidate, live, previous }), work)
    },
    async retain(loads) {
      const never = new AbortController().signal
      const found = await loadsInSchemas(connection, never)
      for (const place of ['candidate', 'held', 'previous'] as const) {
        const resident = found[place]
        if (resident === undefined || resident.home !== home || loads.includes(resident.load)) continue
        const work = { key: `drop-${place}-${resident.load}-${clock.now().getTime()}`, ...bystander }
        finished(await runBatch(connection, work, 'drop', dropBatch(place, resident)))
      }
    },
    keeps: 2,
    async hold(load, work) {
      const { candidate, held } = await loadsInSchemas(connection, work.signal)
      if (isLoad(held, home, load)) return
      if (!isLoad(candidate, home, load)) throw loadNotFound(load)
      const submitted = await runBatch(connection, work, 'hold', holdBatch(candidate, held))
      if (!isOtherLoad(submitted, 0)) finished(submitted)
      else if (!isLoad((await loadsInSchemas(connection, work.signal)).held, home, load)) throw loadNotFound(load)
    },
    async restore(load, signal) {
      const { held, live, previous } = await loadsInSchemas(connection, signal)
      if (isLoad(live, home, load)) return
      const work = { ...bystander, key: `restore-${load}-${clock.now().getTime()}`, signal }
      if (isLoad(held, home, load)) {
        await makeLive(load, publishBatches({ from: 'held', load: held, live, previous }), work)
      } else if (isLoad(previous, home, load) && live !== undefined) {
        await makeLive(load, exchangeBatches(live, previous), work)
      } else {
        throw loadNotFound(load)
      }
    },
    // A schema names the ledger that its load belongs to, and those of others are left alone.
    stored: async () => [],
    async ping(signal) {
      login.forget()
      await queryOne(connection, 'select 1', 1, signal)
    },
    ask: (sql, maxRows, signal) => queryOne(connection, sql, maxRows, signal),
    copies,
    async close() {
      await copies?.close()
    },
  }
}

/** Work that belongs to no step: what it leaves half done is done again the next time. */
const bystander = {
  signal: new AbortController().signal,
  handle: () => undefined,
  keep: async () => {},
  progress: () => {},
}

function finished(submitted: Submitted): Submitted {
  if (submitted.status === 'FINISHED') return submitted
  throw statementFailure(submitted)
}

/** Asks one SELECT of one load. Throws `not_found` where that load is not on the cluster. */
export type Select = (target: Target, statement: Statement, options: QueryOptions) => Promise<ResultSet>

const searchedSchemas = {
  candidate: ['candidate'],
  new: ['candidate'],
  held: ['held'],
  live: ['live', 'previous'],
} as const satisfies Record<Target['kind'], readonly LoadSchema[]>

/**
 * Makes the one who asks. Every query is a read-only transaction on the server, so that no text can change anything (awslabs/mcp does
 * the same): a batch in which each statement commits by itself begins it and rolls it back. A server that does not know such batches gets a
 * plain one, once the text was checked.
 */
function createSelect(connection: RedshiftConnection): Select {
  let knowsAutoCommit = true

  const askIn = async (
    place: LoadSchema,
    { load }: Target,
    { sql, parameters }: BoundStatement,
    options: QueryOptions,
  ) => {
    const guard = requireLoad(place, connection.home, load)
    const askAll = async (mode: StatementBatch['mode'], sqls: readonly string[]) => {
      const question = { batch: { mode, sqls, parameters }, answer: sqls.indexOf(sql), wanted: options }
      return { ...(await fetchResult(connection, question, options.signal)), guard: sqls.indexOf(guard) }
    }
    if (knowsAutoCommit) {
      const asked = await askAll('AUTO_COMMIT', [searchPath(place), 'begin read only', guard, sql, 'rollback'])
      if (asked.kind !== 'unsupported') return asked
      knowsAutoCommit = false
    }
    if (!/^\s*(select|with)\b/i.test(sql)) throw new OpsError('sql_failed', 'Only a SELECT can be asked here.')
    return askAll('TRANSACTION', [searchPath(place), guard, sql])
  }

  return async (target, statement, options) => {
    for (const place of searchedSchemas[target.kind]) {
      const asked = await askIn(place, target, inRedshift(statement), options)
      if (asked.kind === 'answered') return asked.result
      if (asked.kind === 'unsupported') throw new Error('a transaction is always supported')
      if (!isOtherLoad(asked.submitted, asked.guard)) throw statementFailure(asked.submitted)
    }
    throw loadNotFound(target.load)
  }
}
