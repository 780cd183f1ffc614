import { fileURLToPath } from 'node:url'
import { BatchExecuteStatementCommand } from '@aws-sdk/client-redshift-data'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/core/ports/clock.ts'
import type { Cluster, ClusterOperation } from '../../../src/core/ports/cluster.ts'
import type { StepResult } from '../../../src/core/step.ts'
import { awsFailure } from '../../../src/redshift/aws-failure.ts'
import { type Clients, createClients } from '../../../src/redshift/clients.ts'
import type { Lease } from '../../../src/redshift/cluster/lease.ts'
import { createRedshiftCluster } from '../../../src/redshift/cluster/redshift-cluster.ts'
import type { ServerlessContext } from '../../../src/redshift/serverless/context.ts'
import { createServerlessCluster } from '../../../src/redshift/serverless/serverless-cluster.ts'
import type { RpuUsage } from '../../../src/redshift/serverless/usage.ts'
import type { RedshiftSettings } from '../../../src/redshift/settings.ts'
import type { DoubleOptions } from '../../support/aws/options.ts'
import { type Double, startDouble } from '../../support/aws/start.ts'

/** Settings of a small cluster on the public data. */
export const settings: RedshiftSettings = {
  region: 'us-west-2',
  kind: 'provisioned',
  serverless: { baseRpu: 8, maxRpu: null, dailyRpuHours: 16, rpuHourUsd: null, subnets: [] },
  clusterId: 'sparkify',
  nodeType: 'ra3.large',
  nodes: 1,
  database: 'sparkify',
  adminUser: 'sparkify_admin',
  roleName: 'sparkify-s3-read',
  roleArn: null,
  subnetGroup: null,
  securityGroups: [],
  permissionsBoundary: null,
  tags: {},
  hourlyUsd: null,
  logData: 's3://udacity-dend/log_data',
  songData: 's3://udacity-dend/song_data',
  jsonPaths: null,
  copyTo: null,
  work: null,
  dataRegion: null,
}

/** A time that passes only where something sleeps, in the program and in the double alike. */
export type StageClock = Clock & { readonly pass: (ms: number) => Promise<void> }

/** What outlives a process: the lease, and what a run has done of its steps. */
export interface Ledger {
  lease: Lease | null
  usage: RpuUsage | null
  readonly finished: Map<string, StepResult>
  readonly handles: Map<string, string>
}

/** A double of AWS, a clock, a ledger, and as many fresh processes as a test wants. */
export interface Stage {
  readonly double: Double
  readonly clock: StageClock
  readonly ledger: Ledger
  /** A program that has just been started, with nothing in its memory. */
  process(changes?: Partial<RedshiftSettings>, watch?: (clients: Clients) => void): Process
}

/** One start of the program. */
export interface Process {
  readonly cluster: Cluster
  readonly context: ServerlessContext
  /** Performs the steps that the run has not finished; the details of all of them. */
  perform(act: ClusterOperation, signal?: AbortSignal): Promise<readonly string[]>
  /** Begins another run and performs it. */
  run(act: ClusterOperation | Promise<ClusterOperation>): Promise<readonly string[]>
}

// What it holds does not matter: the double knows one web identity.
const tokenFile = fileURLToPath(import.meta.url)

/** Starts a double that takes as long as AWS does, and points the SDK at it, until the test is over. */
export async function setStage(options: DoubleOptions = {}): Promise<Stage> {
  const double = await startDouble({ speed: 1, ...options })
  onTestFinished(() => double.stop())
  const env = options.principalArn?.includes(':role/') ? double.roleEnv(tokenFile) : double.env
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE']) {
    delete process.env[name]
  }
  Object.assign(process.env, env)
  const clock = clockOf(double)
  const ledger: Ledger = { lease: null, usage: null, finished: new Map(), handles: new Map() }
  return {
    double,
    clock,
    ledger,
    process(changes = {}, watch = () => undefined) {
      const clients = createClients({ region: 'us-west-2' })
      watch(clients)
      const own = { ...settings, ...changes }
      const context: ServerlessContext = {
        clients,
        settings: own,
        clock,
        leases: {
          get: async () => ledger.lease,
          set: async (lease) => {
            ledger.lease = lease
          },
        },
        answers: async () => undefined,
        usage: {
          get: async () => ledger.usage,
          set: async (usage) => {
            ledger.usage = usage
          },
        },
        readUsage: async () => [],
      }
      const perform: Process['perform'] = (act, signal) => performSteps(act, ledger, signal)
      return {
        cluster: own.kind === 'serverless' ? createServerlessCluster(context) : createRedshiftCluster(context),
        context,
        perform,
        async run(act) {
          ledger.finished.clear()
          ledger.handles.clear()
          return perform(await act)
        },
      }
    },
  }
}

function clockOf(double: Double): StageClock {
  let ahead = 0
  const pass = async (ms: number): Promise<void> => {
    ahead += ms
    await double.advance(ms)
  }
  return {
    now: () => new Date(Date.now() + ahead),
    elapsed: () => Date.now() + ahead,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      await pass(ms)
      signal?.throwIfAborted()
    },
    every: () => () => undefined,
    pass,
  }
}

/** As a run performs them: what is finished is not begun again, and handles are there for the next attempt. */
async function performSteps(
  act: ClusterOperation,
  { finished, handles }: Ledger,
  signal = new AbortController().signal,
): Promise<readonly string[]> {
  for (const step of act.steps) {
    if (finished.has(step.title)) continue
    const result = await step.run({
      key: `run-1-${step.title}`,
      signal,
      handle: (name) => handles.get(`${step.title}/${name}`),
      keep: async (name, handle) => {
        handles.set(`${step.title}/${name}`, handle)
      },
      progress: () => undefined,
    })
    finished.set(step.title, result)
  }
  return [...finished].map(([title, { detail, skipped }]) =>
    skipped !== undefined ? `○ ${title}: ${skipped}` : `✓ ${title}${detail === undefined ? '' : `: ${detail}`}`,
  )
}

/** Asks the double's database, as the engine does. Most tests need none: it takes a second to start. */
export function selectOne({ clients, settings: own }: ServerlessContext): ServerlessContext['answers'] {
  return async (signal) => {
    try {
      await clients.data.send(
        new BatchExecuteStatementCommand({
          ClusterIdentifier: own.clusterId,
          Database: own.database,
          DbUser: own.adminUser,
          Sqls: ['select 1'],
          WaitTimeSeconds: 30,
        }),
        { abortSignal: signal },
      )
    } catch (error) {
      throw awsFailure(error)
    }
  }
}

/** How often AWS did as it was asked, by action. */
export async function succeeded(double: Double): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {}
  for (const { action, status } of await double.calls()) {
    if (status === 200) counts[action] = (counts[action] ?? 0) + 1
  }
  return counts
}

/** The options of a spin-up that asks for nothing in particular. */
export const plain = { leaseHours: undefined, nodeType: undefined, nodes: undefined }
