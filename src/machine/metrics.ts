import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { spentInMonth } from '../core/cluster/bill.ts'
import type { Deps } from '../core/deps.ts'
import { expected } from '../core/errors.ts'
import type { FreshnessDay, Ledger } from '../core/ports/ledger.ts'
import type { RunEnd, RunRecord } from '../core/ports/runs.ts'
import { isOnTime } from '../core/watch/freshness/days.ts'
import { watchCalls } from './calls.ts'
import { startServer } from './server.ts'

/**
 * What the bot counts of itself, for Prometheus. Labels have few values: commands are those of the program, outcomes and calls are listed below;
 * nothing that a person types or a file holds is one.
 */
export interface Metrics {
  /** The same ledger, counting the runs that end in this process, the occurrences that begin, and the messages that are tried again. */
  counting(ledger: Ledger): Ledger
  /** An acknowledgement took so many milliseconds. */
  acknowledged(ms: number): void
  /** Serves `GET /metrics`, until the returned function is called. Throws `port_taken`. */
  serve(deps: Served, isReady: () => boolean): Promise<() => Promise<void>>
}

interface Address {
  readonly host: string
  readonly port: number
}

type Served = Pick<Deps, 'ledger' | 'clock' | 'cluster' | 'log'>

// Slack waits three seconds.
const acknowledgementBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3]
const alertStates = ['ok', 'firing', 'acknowledged', 'snoozed', 'resolved', 'paused'] as const
const latenessBuckets = [1, 5, 15, 60, 300, 3_600]

/** Counts from now on. One of them a process: it follows all that this process sends by HTTP. */
export function createMetrics({ host, port }: Address): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets: number[]) => new Histogram({ name, help, buckets, registers })
  const runs = counter(
    'sparkify_runs_total',
    'Runs that ended, by command and outcome: complete, red (a check), error, cancelled',
    'command',
    'outcome',
  )
  const seconds = counter('sparkify_run_seconds_total', 'How long runs took, by command', 'command')
  const acknowledgements = histogram(
    'sparkify_acknowledgement_seconds',
    'From a payload of Slack to its acknowledgement',
    acknowledgementBuckets,
  )
  const lateness = histogram(
    'sparkify_schedule_lateness_seconds',
    'From the time of an occurrence to its beginning',
    latenessBuckets,
  )
  const calls = counter(
    'sparkify_api_calls_total',
    'HTTP requests sent, by API, call and outcome: ok, limited (429), refused (4xx), failed (5xx), unreachable',
    'api',
    'call',
    'outcome',
  )
  const retries = counter(
    'sparkify_api_retries_total',
    'Requests to AWS that repeat one, and messages to Slack that are to be tried again',
    'api',
    'call',
  )
  const forget = watchCalls(({ api, call, outcome, isRetry }) => {
    calls.inc({ api, call, outcome })
    if (isRetry) retries.inc({ api, call })
  })

  const ended = ({ state, answer: { run, ok } }: RunEnd): void => {
    if (run === null) return
    const { command, started, ended: at } = run
    runs.inc({ command, outcome: state === 'complete' && !ok ? 'red' : state })
    if (at !== null) seconds.inc({ command }, Math.max(0, Date.parse(at) - Date.parse(started)) / 1000)
  }
  const claimed = (run: RunRecord | null, now: Date): void => {
    if (run?.origin.kind !== 'fire' || run.origin.cause !== 'clock') return
    // One that a stopping bot has left to this one had begun.
    if (run.attempt > 1 || run.steps.length > 0) return
    lateness.observe(Math.max(0, now.getTime() - Date.parse(run.origin.intended)) / 1000)
  }

  return {
    counting: (ledger) => ({
      ...ledger,
      runs: {
        ...ledger.runs,
        async end(id, worker, end, messages) {
          const isEnded = await ledger.runs.end(id, worker, end, messages)
          if (isEnded) ended(end)
          return isEnded
        },
        async claim(id, from, to, now) {
          const run = await ledger.runs.claim(id, from, to, now)
          claimed(run, now)
          return run
        },
      },
      messages: {
        ...ledger.messages,
        async later(message, at, unclear) {
          retries.inc({ api: 'slack', call: 'message' })
          return ledger.messages.later(message, at, unclear)
        },
      },
    }),
    acknowledged: (ms) => acknowledgements.observe(ms / 1000),
    async serve(deps, isReady) {
      registerStates(registry, deps, isReady)
      const server = await startServer(
        host,
        port,
        {
          health: () => ({ ok: isReady(), detail: '' }),
          slackEvents: null,
          async rest({ url, method }, response) {
            if (url !== '/metrics' || method !== 'GET') return false
            const text = await registry.metrics()
            response.writeHead(200, { 'content-type': registry.contentType })
            response.end(text)
            return true
          },
        },
        deps.log,
      ).catch(
        expected((error): never => {
          throw error.with({ remedy: 'Stop it, or set SPARKIFY_METRICS_PORT to a free port.' })
        }),
      )
      return async () => {
        forget()
        await server.close()
      }
    },
  }
}

/** What is looked up when it is asked for: in the ledger and the process, nowhere outside. */
function registerStates(registry: Registry, { ledger, clock, cluster }: Served, isReady: () => boolean): void {
  const gauge = (name: string, help: string, valueNow: () => Promise<number | null>): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const value = await valueNow()
        if (value === null) this.remove()
        else this.set(value)
      },
    })
  }
  const age = (since: string): number => Math.max(0, clock.now().getTime() - Date.parse(since)) / 1000
  gauge('sparkify_ready', 'Whether the bot and Slack reach each other (1 or 0)', async () => Number(isReady()))
  gauge(
    'sparkify_outbox_messages',
    'Messages that wait to be sent',
    async () => (await ledger.messages.backlog()).count,
  )
  gauge('sparkify_outbox_oldest_seconds', 'How long the oldest of them has waited', async () => {
    const { oldest } = await ledger.messages.backlog()
    return oldest === null ? 0 : age(oldest)
  })
  gauge('sparkify_load_age_seconds', 'How long ago the live load was published', async () => {
    const published = (await ledger.loads.live())?.published ?? null
    return published === null ? null : age(published)
  })
  // A freshness is one number for each channel that has one.
  const ofFreshness = (name: string, help: string, figureOf: (newest: FreshnessDay) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['freshness'],
      registers: [registry],
      async collect() {
        this.reset()
        for (const { id, isPaused } of await ledger.freshness.list()) {
          const [newest] = isPaused ? [] : await ledger.freshness.days(id, 1)
          if (newest !== undefined) this.set({ freshness: id }, figureOf(newest))
        }
      },
    })
  }
  ofFreshness(
    'sparkify_freshness_met',
    'Whether the newest day that was due was live by its deadline (1 or 0), by the number of the freshness',
    (newest) => Number(isOnTime(newest)),
  )
  ofFreshness(
    'sparkify_freshness_delay_seconds',
    'How long after its deadline that day was live, or has been missing by now; 0 in time',
    ({ met, deadline }) => {
      const until = met === null ? clock.now().getTime() : Date.parse(met)
      return Math.max(0, until - Date.parse(deadline)) / 1000
    },
  )
  new Gauge({
    name: 'sparkify_alerts',
    help: 'Alerts and watched checks by state: ok, firing, acknowledged, snoozed, resolved, paused',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const states = (await ledger.watches.list(['alert', 'check'])).map(({ isPaused, life }) =>
        isPaused ? 'paused' : life.kind,
      )
      for (const state of alertStates) this.set({ state }, states.filter((one) => one === state).length)
    },
  })
  gauge(
    'sparkify_month_usd',
    'What the cluster cost in this month (UTC) so far, in US dollars, without storage',
    async () => {
      const { usd } = await spentInMonth({ cluster }, clock.now())
      return usd
    },
  )
}
