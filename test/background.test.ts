import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebClient } from '@slack/web-api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTimers } from '../src/compose.ts'
import { type BackgroundTask, backgroundTasks } from '../src/core/background.ts'
import { startDispatcher } from '../src/core/outbox/dispatcher.ts'
import type { Clock } from '../src/core/ports/clock.ts'
import type { Log } from '../src/core/ports/log.ts'
import type { RunStore } from '../src/core/ports/runs.ts'
import { type ProgressOf, startWorker } from '../src/core/runner/worker.ts'
import { followAudit } from '../src/machine/audit-stream.ts'
import { watchDisk } from '../src/machine/data-dir.ts'
import { startServer } from '../src/machine/server.ts'
import { stageByCopy } from '../src/redshift/engine/copy.ts'
import type { DataApi } from '../src/redshift/engine/data-api.ts'
import { startScheduler } from '../src/scheduler/scheduler.ts'
import { createHomePublisher } from '../src/slack/app-home/publisher.ts'
import { watchToken } from '../src/slack/bot-identity.ts'
import { createRequestHandler } from '../src/slack/inbound/request-handler.ts'
import { createSocket } from '../src/slack/inbound/socket.ts'
import { said } from './core/outbox/support.ts'
import { anna, command, createWorld, deferred, unfollowed } from './support/core.ts'

const boom = new Error('nobody expected this')
const fails = async (): Promise<never> => {
  throw boom
}
const throws = (): never => {
  throw boom
}

/** What a part needs of the process: a clock on which sleeping takes no time, whose timers tick when told to, and a log. */
interface Process {
  readonly clock: Clock
  readonly log: Log
  readonly errors: readonly string[]
  tick(): void
}

function startProcess(): Process {
  const errors: string[] = []
  const ticks: (() => void)[] = []
  let ahead = 0
  return {
    clock: {
      now: () => new Date(Date.now() + ahead),
      elapsed: () => performance.now() + ahead,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted()
        ahead += ms
        await new Promise(setImmediate)
      },
      every(_ms, tick) {
        ticks.push(tick)
        return () => undefined
      },
    },
    log: { info: () => undefined, warn: () => undefined, error: (_facts, message) => void errors.push(message) },
    errors,
    tick: () => {
      for (const tick of ticks) tick()
    },
  }
}

/** A process whose other timers find nothing to do. */
function timers(process: Process, broken: Partial<Record<'beat' | 'forgetExpired', () => Promise<never>>>) {
  startTimers({
    ...process,
    process: 'p1',
    ledger: {
      processes: { beat: broken.beat ?? (async () => true) },
      forgetExpired: broken.forgetExpired ?? (async () => undefined),
    },
    onReplaced: () => undefined,
  })
  process.tick()
}

/** A worker that finds the run of a process that died. */
async function work(
  { clock, log, tick }: Process,
  progressOf: ProgressOf,
  broken: Partial<RunStore> = {},
): Promise<void> {
  const world = await createWorld()
  const begun = deferred()
  const never = command('load', async () => {
    begun.resolve()
    await new Promise(() => undefined)
    return undefined
  })
  const dead = await world.start('dead', [never])
  void dead.say('load')
  await begun.promise
  dead.die()
  const { session } = await world.start('bot', [load])
  const { deps } = session
  const runs = { ...deps.ledger.runs, ...broken }
  await startWorker(progressOf, { ...session, deps: { ...deps, clock, log, ledger: { ...deps.ledger, runs } } })
  tick()
}

function homesOf({ clock, log }: Process, over: Partial<Clock> = {}) {
  return createHomePublisher({
    app: { homesOf: fails, onChange: () => () => undefined },
    access: { admit: async () => ({ kind: 'admitted', name: 'Anna' }) },
    client: new WebClient('xoxb-none'),
    clock: { ...clock, ...over },
    log,
    view: throws,
  })
}

const load = command('load', async () => undefined)

/** A server of the Data API on which a COPY ends as soon as its progress was looked at and made no sense. */
function copying(process: Process): DataApi {
  const isPowerStep = (sqls: readonly string[]): boolean =>
    sqls.some((sql) => sql.includes('status = ') && sql.includes('running'))
  const ended = { id: 'copy', status: 'FINISHED', error: undefined, parts: [] }
  return {
    submit: async ({ sqls }) => ({
      kind: 'submitted',
      id: isPowerStep(sqls) ? 'look' : 'copy',
      status: isPowerStep(sqls) ? 'FINISHED' : 'SUBMITTED',
    }),
    async describe(id) {
      const isOver = id === 'look' || process.errors.length > 0
      return { kind: 'found', submitted: { ...ended, id, status: isOver ? 'ABORTED' : 'STARTED' } }
    },
    page: async () => ({ columns: [{ name: 'n' }], records: [[{ stringValue: '7' }]], total: 1, next: undefined }),
    cancel: async () => false,
  }
}

/** Makes each task throw where its real part calls something that can. */
const breaks: Readonly<Record<BackgroundTask, (process: Process) => void | Promise<void>>> = {
  'sign of life': (process) => timers(process, { beat: fails }),
  'deletion of expired records': (process) => timers(process, { forgetExpired: fails }),
  'minute tick': async ({ clock, log }) => {
    await startScheduler(fails, clock, log).stop()
  },
  'watch over the disk': ({ clock, log, tick }) => {
    watchDisk('/nowhere', clock, log, fails)
    tick()
  },
  'audit file': async ({ clock, log }) => {
    const folder = await mkdtemp(join(tmpdir(), 'sparkify-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const ledger = {
      audit: { add: fails, list: fails, after: fails, state: fails },
      notes: { get: fails, set: fails, settle: fails, list: fails, drop: fails },
    }
    await followAudit(join(folder, 'audit.ndjson'), ledger, { clock, log })
  },
  'watch over the clock': async ({ clock, log, tick }) => {
    let reads = 0
    // Its two first readings are those of the start.
    const elapsed = (): number => (reads++ < 3 ? 0 : throws())
    const scheduler = startScheduler(async () => undefined, { ...clock, elapsed }, log)
    tick()
    await scheduler.stop()
  },
  worker: (process) => work(process, () => unfollowed, { orphans: fails }),
  run: (process) => work(process, () => unfollowed, { end: fails }),
  'delivery of a message': async ({ clock, log }) => {
    const bot = await (await createWorld()).start('bot', [])
    await bot.ledger.messages.put([said('a')])
    const messages = { ...bot.ledger.messages, take: fails }
    const parts = { ...bot.deps, ledger: { ...bot.ledger, messages }, clock, log }
    const dispatcher = startDispatcher({ ...parts, carrier: { send: fails }, refused: fails })
    await new Promise(setImmediate)
    await dispatcher.stop()
  },
  'plan message': async ({ log }) => {
    const world = await createWorld()
    const { app, ledger } = await world.start('bot', [load])
    let looks = 0
    const clicks = createRequestHandler({
      app: {
        ...app,
        confirm: ({ onProgress, who, place }) => app.ask({ request: app.read('load'), who, place, onProgress }),
      },
      log,
      plans: { ...ledger.plans, get: async () => (looks++ === 0 ? null : fails()) },
      runs: ledger.runs,
      put: async () => undefined,
      clock: world.clock,
      sender: { reply: fails },
      carrier: { bring: () => undefined },
      progress: { follow: () => () => undefined },
      botName: 'sparkify',
      view: throws,
      postingRefusal: async () => null,
      track: (work) => work,
    })
    const place = { kind: 'slack', channel: 'C0MUSIC', channelName: 'music', direct: false } as const
    await clicks.confirm('p', undefined, { who: anna, place, delivery: 'd', responseUrl: undefined })
  },
  'App Home': (process) => homesOf(process).entered(anna),
  'look for App Home changes': (process) => {
    homesOf(process, { elapsed: throws })
    process.tick()
  },
  'Socket Mode connection': async ({ clock, log }) => {
    // The discard port: nothing listens there.
    const socket = createSocket({
      appToken: 'xapp-1',
      apiUrl: 'http://127.0.0.1:9/',
      clock: { ...clock, sleep: throws },
      log,
    })
    await socket.start()
  },
  'Slack token': ({ clock, log, tick }) => {
    const client = new WebClient('xoxb-none')
    // A token without a bot is refused, and the refusal is logged.
    client.apiCall = async () => ({ ok: true, user_id: 'U1', user: 'ada', team: 'sparkify', team_id: 'T1' })
    let lines = 0
    const error: Log['error'] = (facts, message) => (lines++ === 0 ? throws() : log.error(facts, message))
    watchToken(client, clock, { ...log, error }).start()
    tick()
  },
  'HTTP request': async ({ log }) => {
    const server = await startServer('127.0.0.1', null, { health: throws, slackEvents: null, rest: null }, log)
    const { status } = await fetch(`http://127.0.0.1:${server.port}/healthz`)
    await server.close()
    expect(status).toBe(500)
  },
  'load progress': async (process) => {
    const login = { get: async () => ({ DbUser: 'admin' }), forget: () => undefined }
    const settings = {
      logData: 's3://bucket/log',
      songData: 's3://bucket/song',
      jsonPaths: null,
      dataRegion: null,
      database: 'sparkify',
      roleArn: async () => 'arn',
    }
    const notes = { get: async () => null, set: async () => undefined }
    const step = {
      key: 'k',
      signal: new AbortController().signal,
      handle: () => undefined,
      keep: async () => undefined,
      progress: throws,
    }
    const staged = stageByCopy(
      { ...process, api: copying(process), login, home: 'h' },
      settings,
      { load: 1, dataset: 'log', maxErrors: 0 },
      { store: { list: async () => [], read: throws, fetch: throws, put: throws, remove: throws }, notes, work: null },
      [],
      step,
    )
    await expect(staged).rejects.toMatchObject({ code: 'cancelled' })
  },
}

describe('work that nobody awaits', () => {
  it.each(backgroundTasks)('may throw without ending the process, and the log names it: %s', async (task) => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    for (const event of ['unhandledRejection', 'uncaughtException'] as const) process.on(event, note)
    onTestFinished(() => {
      for (const event of ['unhandledRejection', 'uncaughtException'] as const) process.off(event, note)
    })
    const started = startProcess()
    await breaks[task](started)
    await expect
      .poll(() => started.errors, { interval: 5 })
      .toContainEqual(expect.stringContaining(`background task failed (${task}): `))
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })

  it('is started in one place', async () => {
    const root = fileURLToPath(new URL('../src/', import.meta.url))
    const files = (await readdir(root, { recursive: true })).filter(
      // The page's own script runs in a browser.
      (file) => /\.tsx?$/.test(file) && !/^workspace\/page\/client/.test(file) && file !== 'core/background.ts',
    )
    const found: string[] = []
    for (const file of files) {
      const text = await readFile(`${root}${file}`, 'utf8')
      for (const [line] of text.matchAll(
        /^.*(?:\bvoid (?!inBackground\b|guarded\(\))\w+[.(]|clock\.every\(|setInterval\().*$/gm,
      )) {
        found.push(`${file}: ${line.trim()}`)
      }
    }
    // Timers: the clock itself, and one of the embedded engine that stops with its statement.
    expect(found.sort()).toEqual([
      'duckdb/session.ts: interrupting = setInterval(() => connection.interrupt(), interruptEveryMs)',
      'machine/clock.ts: const timer = setInterval(tick, ms)',
    ])
  })
})
