import { basename, dirname } from 'node:path'
import type { Cluster } from '@aws-sdk/client-redshift'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { S3Client } from '@aws-sdk/client-s3'
import type { Engine, LoadId } from '../../../src/core/ports/engine.ts'
import type { Log } from '../../../src/core/ports/log.ts'
import type { Work } from '../../../src/core/step.ts'
import { readLibrary } from '../../../src/library.ts'
import { systemClock } from '../../../src/machine/clock.ts'
import {
  createRedshiftEngine,
  type RedshiftEngine,
  type RedshiftEngineOptions,
} from '../../../src/redshift/engine/redshift-engine.ts'
import type { SourceObjects } from '../../../src/redshift/engine/source-objects.ts'
import { createObjectStore } from '../../../src/redshift/object-store.ts'
import type { DoubleOptions } from '../../support/aws/options.ts'
import { createReadingRole, createReadyCluster, readingPolicy, type Sql, sqlOf } from '../../support/aws/scene.ts'
import { type Double, startDouble } from '../../support/aws/start.ts'
import { twoDays } from '../../support/two-days.ts'

export const library = await readLibrary(new URL('../../../sql/', import.meta.url))
export const wholeSchema = [...library.schema.staging, ...library.schema.star, ...library.schema.load]

/** A signal that never fires. */
export const never = new AbortController().signal

const bucket = 'sparkify-data'

/** For an engine that does not need them, or lists them itself. */
export const noSources = { log: [], song: [], summary: '' }

/** A log that keeps what it is told, for tests that read it. */
export function createMemoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = []
  const write = (_facts: object, message: string): void => void lines.push(message)
  return { lines, info: write, warn: write, error: write }
}

/** A step of a run, with the handles that its attempts keep. What it is told is in `told`. */
export interface FakeStep extends Work {
  readonly handles: Map<string, string>
  readonly told: string[]
}

let steps = 0

/** A step that no test has had before. `over` replaces parts of it. */
export function newStep(over: Partial<Work> = {}): FakeStep {
  const handles = new Map<string, string>()
  const told: string[] = []
  steps += 1
  return {
    key: `run-1-step-${steps}`,
    signal: never,
    handle: (name) => handles.get(name),
    keep: async (name, handle) => void handles.set(name, handle),
    progress: (detail) => void told.push(detail),
    ...over,
    handles,
    told,
  }
}

/** A cluster of the double with a bucket, ready to be loaded, and engines on it. */
export interface Stage {
  readonly double: Double
  readonly cluster: Cluster
  /** Speaks SQL to the cluster behind the engine's back. */
  readonly sql: Sql
  readonly settings: RedshiftEngineOptions['settings']
  /** Lists the bucket, without a place for manifests. */
  readonly objects: SourceObjects
  /** An engine as a newly started process makes it. */
  open(over?: Partial<RedshiftEngineOptions>): RedshiftEngine
  close(): Promise<void>
}

/** Starts a double whose only bucket is the folder of these sources, unless told otherwise. The role reads them, or has this policy. */
export async function createStage(
  sources: { readonly logData: string; readonly songData: string } = twoDays,
  options: DoubleOptions = {},
  policy?: string,
): Promise<Stage> {
  const folder = dirname(sources.logData)
  const prefixes = [basename(sources.logData), basename(sources.songData)]
  const double = await startDouble({
    speed: 1_000_000,
    buckets: { [bucket]: { folder, region: 'us-west-2' } },
    ...options,
  })
  const reading = policy ?? readingPolicy(bucket, [...prefixes, 'paths'])
  const role = await createReadingRole(double.scene, 'sparkify-s3-read', reading)
  const cluster = await createReadyCluster(double.scene, { IamRoles: [role] })
  const settings: Stage['settings'] = {
    kind: 'provisioned',
    clusterId: 'sparkify',
    database: 'sparkify',
    adminUser: 'sparkify_admin',
    dataRegion: 'us-west-2',
    jsonPaths: null,
    roleArn: async () => role,
    logData: `s3://${bucket}/${prefixes[0]}`,
    songData: `s3://${bucket}/${prefixes[1]}`,
  }
  const data = new RedshiftDataClient({ ...double.client, maxAttempts: 2 })
  const s3 = new S3Client(double.client)
  const notes = new Map<string, unknown>()
  const objects: SourceObjects = {
    store: createObjectStore(s3),
    notes: { get: async (key) => notes.get(key) ?? null, set: async (key, value) => void notes.set(key, value) },
    work: null,
  }
  return {
    double,
    cluster,
    sql: sqlOf(double.scene, cluster),
    settings,
    objects,
    open: (over = {}) =>
      createRedshiftEngine({
        data,
        settings,
        secretArn: async () => cluster.MasterPasswordSecretArn,
        clock: systemClock,
        log: createMemoryLog(),
        homeId: 'home',
        objects,
        ...over,
      }),
    async close() {
      data.destroy()
      s3.destroy()
      await double.stop()
    },
  }
}

/** Builds a load up to, and without, its publication. */
export async function build(engine: Engine, load: LoadId): Promise<void> {
  await engine.begin(load, wholeSchema, newStep())
  const sources = await engine.sources(never)
  await Promise.all([
    engine.stage(load, 'log', sources, 0, newStep()),
    engine.stage(load, 'song', sources, 0, newStep()),
  ])
  for (const { statements } of library.etl) {
    await engine.execute(
      load,
      statements.map((sql) => ({ sql })),
      newStep(),
    )
  }
}

/** All rows of tables of a candidate, as texts in order, without the engine's own columns. */
export async function rowsOf(
  engine: Engine,
  load: LoadId,
  tables: readonly string[],
): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {}
  for (const table of tables) {
    const limits = { maxRows: 10_000, signal: never }
    const { columns, rows } = await engine.query({ kind: 'candidate', load }, { sql: `select * from ${table}` }, limits)
    const own = columns.findIndex(({ name }) => name.startsWith('_'))
    found[table] = rows.map((row) => JSON.stringify(own < 0 ? row : row.slice(0, own))).toSorted()
  }
  return found
}

/** The first cell of an answer. */
export async function cell(engine: Engine, load: LoadId, kind: 'candidate' | 'live', sql: string): Promise<unknown> {
  return (await engine.query({ kind, load }, { sql }, { maxRows: 1, signal: never })).rows[0]?.[0]
}

/** Rows of each warehouse table of a load. */
export async function countsOf(
  engine: Engine,
  load: LoadId,
  kind: 'candidate' | 'live',
): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {}
  for (const table of [...library.tables.staging, ...library.tables.star]) {
    counts[table] = await cell(engine, load, kind, `select count(*) from ${table}`)
  }
  return counts
}
