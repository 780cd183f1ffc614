import type { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { OpsError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Engine } from '../../core/ports/engine.ts'
import type { Log } from '../../core/ports/log.ts'
import { beginBatch } from './begin.ts'
import { type CopySettings, stage } from './copy.ts'
import { createDataApi } from './data-api.ts'
import { askSystem } from './load-history.ts'
import { createLogin } from './login.ts'
import { inRedshift } from './parameters.ts'
import { type Performer, perform } from './perform.ts'
import { gone, homeName, isElsewhere, mustHold, searchPath } from './places.ts'
import { dropBatch, isLoad, publishBatches } from './publish.ts'
import { residents } from './residents.ts'
import { createSelect } from './select.ts'
import { createSlots } from './slots.ts'
import { checkSources } from './sources.ts'
import type { Submitted } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

// Redshift's automatic workload management runs about this many queries of a small cluster beside each other.
const questionsAtOnce = 5

/** The database to use, and where its data come from. */
export interface RedshiftEngineSettings extends CopySettings {
  readonly clusterId: string
  readonly adminUser: string
}

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
}

/** An engine that can be asked whether its database answers. */
export interface RedshiftEngine extends Engine {
  /** Asks the database something trivial, as whom the cluster says now. Throws an `OpsError` while it does not answer. */
  ping(signal: AbortSignal): Promise<void>
}

/** The warehouse on Amazon Redshift, through the Data API. The caller owns the client. */
export function createRedshiftEngine(options: RedshiftEngineOptions): RedshiftEngine {
  const { data, settings, clock, log } = options
  const { clusterId, database, adminUser } = settings
  const login = createLogin(options.secretArn, adminUser)
  const home = homeName(options.homeId)
  const api = createDataApi({ data, clusterId, database, login, clock })
  const performer: Performer = { api, clock, log, login, home }
  const select = createSelect(performer)
  const slots = createSlots(questionsAtOnce)

  return {
    name: 'redshift',
    async sources() {
      return checkSources(settings)
    },
    async begin(load, schema, work) {
      finished(await perform(performer, work, 'begin', beginBatch(home, load, schema)))
    },
    stage(load, dataset, _sources, maxErrors, work) {
      return stage(performer, settings, { load, dataset, maxErrors }, work)
    },
    // COPY reads the files, and tells no lines of what it has taken.
    async locate() {
      return null
    },
    // COPY reads all below a prefix, so every load is built in full.
    changes: async () => null,
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
      const before = [mustHold('candidate', home, load), searchPath('candidate')]
      const submitted = await perform(performer, work, 'execute', {
        mode: 'TRANSACTION',
        sqls: [...before, ...bound.map(({ sql }) => sql)],
        parameters: bound.flatMap(({ parameters }) => parameters),
      })
      if (isElsewhere(submitted, 0)) throw gone(load)
      return finished(submitted)
        .parts.slice(before.length)
        .map(({ rows }) => rows ?? 0)
    },
    query(target, statement, limits) {
      return slots.use(() => select(target, statement, limits))
    },
    async verify(load, signal) {
      const statement = { sql: 'select count(*) as plays from songplays' }
      await slots.use(() => select({ kind: 'live', load }, statement, { maxRows: 1, signal }))
    },
    async publish(load, work) {
      const { candidate, live, previous } = await residents(performer, work.signal)
      if (isLoad(live, home, load)) return
      if (!isLoad(candidate, home, load)) throw gone(load)
      for (const [part, batch] of publishBatches({ candidate, live, previous })) {
        const submitted = await perform(performer, work, part, batch)
        if (!isElsewhere(submitted, 0)) finished(submitted)
        // An earlier attempt, of which nobody was told, may have come to its end since the look.
        else if (!isLoad((await residents(performer, work.signal)).live, home, load)) throw gone(load)
      }
    },
    async retain(loads) {
      const never = new AbortController().signal
      const found = await residents(performer, never)
      for (const place of ['candidate', 'previous'] as const) {
        const resident = found[place]
        if (resident === undefined || resident.home !== home || loads.includes(resident.load)) continue
        const work = { key: `drop-${place}-${resident.load}-${clock.now().getTime()}`, ...bystander }
        finished(await perform(performer, work, 'drop', dropBatch(place, resident)))
      }
    },
    keeps: 2,
    async restore(load) {
      throw new OpsError(
        'cluster_state',
        `On Redshift load ${load} cannot be made live again. Nothing was changed.`,
        'Put the source files back as they were, and load again with etl.',
        { cure: 'etl' },
      )
    },
    // A schema names the ledger that its load belongs to, and those of others are left alone.
    stored: async () => [],
    async ping(signal) {
      login.forget()
      await askSystem(performer, 'select 1', 1, signal)
    },
    async close() {},
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
