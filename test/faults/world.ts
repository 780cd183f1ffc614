import { join } from 'node:path'
import { startBot } from '../../src/bot.ts'
import { readConfig } from '../../src/config.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import type { Log } from '../../src/core/ports/log.ts'
import { openWarehouse } from '../../src/engines.ts'
import { withLocalPeople } from '../../src/local-people.ts'
import { type Server, startServer } from '../../src/machine/server.ts'
import type { Platform } from '../../src/platform.ts'
import { startScheduler } from '../../src/scheduler/scheduler.ts'
import { createSlackClients } from '../../src/slack/clients.ts'
import { createSlackDirectory } from '../../src/slack/people/directory.ts'
import { createProfiles } from '../../src/slack/people/profiles.ts'
import type { SlackBackend } from '../../src/slack-backend.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { freePort } from '../program/program.ts'
import { ada } from '../slack/support/office.ts'
import { createLife, type Fate, type Life } from './mortal.ts'
import { type Quiet, watchQuiet } from './quiet.ts'
import { botToken, createSlack, type Slack, signingSecret } from './slack.ts'
import { createTime, type Time } from './time.ts'

/** One line of a process's log. */
export interface Logged {
  /** In milliseconds since 1970. */
  readonly at: number
  readonly process: number
  readonly level: 'info' | 'warn' | 'error'
  readonly facts: object
  readonly message: string
}

/** One process of the bot. */
export interface Process {
  readonly pid: number
  readonly life: Life
  /** Stops in order. */
  stop(): Promise<void>
  /** Stands still, as with its machine, until the returned function is called. */
  freeze(): () => void
}

export interface WorldOptions {
  /** Where it lies, with `state.db` and `loads`, and the source data in `log_data` and `song_data`. */
  readonly home: string
  readonly start: string
  /** The folder of what has been said in Slack before. */
  readonly said?: string
  readonly env?: Readonly<Record<string, string>>
  /** What its warehouse is; DuckDB where it is left out. */
  readonly openWarehouse?: Platform['openWarehouse']
  /** What happens before the engine does something; it may never resolve. */
  readonly beforeEngine?: (method: string) => Promise<void> | undefined
}

/** A whole bot, process after process, on one home, with one Slack, in simulated time. */
export interface World {
  readonly time: Time
  readonly slack: Slack
  readonly quiet: Quiet
  readonly logged: readonly Logged[]
  /** The ledger as another process sees it. */
  readonly ledger: Ledger
  /** Starts a bot that dies as `fate` says. Null where it died while it started. */
  start(fate?: Fate): Promise<Process | null>
  /** Lets time pass, so much at once, as long as something is to happen in between. */
  pass(ms: number, hopMs?: number): Promise<void>
  close(): Promise<void>
}

const host = 'here'

export async function openWorld(options: WorldOptions): Promise<World> {
  const { home, start, said, env = {}, beforeEngine } = options
  const time = createTime(start)
  const quiet = watchQuiet()
  const slack = createSlack(time, said)
  const logged: Logged[] = []
  const living = new Set<number>()
  const buried: Promise<unknown>[] = []
  const open = (url: string, pid: number) =>
    openLedger({
      url,
      now: time.now,
      host,
      pid,
      isAlive: (pid) => living.has(pid),
      uptime: () => ({ boot: host, ms: time.elapsed() }),
    })
  const url = `file:${join(home, 'state.db')}`
  const ledger = await open(url, 0)
  let pids = 0
  const last: Process[] = []

  return {
    time,
    slack,
    quiet,
    logged,
    ledger,
    async start(fate = () => null) {
      pids += 1
      const pid = pids
      living.add(pid)
      const clock = time.clockOf()
      const port = await freePort()
      const door = await slack.open(port)
      const ends: (() => unknown)[] = [door.close]
      let end = (): void => undefined
      const died = new Promise<null>((resolve) => {
        end = () => resolve(null)
      })
      const onDeath = (): void => {
        living.delete(pid)
        clock.die()
        buried.push(Promise.allSettled(ends.map(async (close) => close())))
        end()
      }
      const life = createLife(fate, quiet.open(), onDeath, door.confirm)
      const log = logInto(logged, () => ({ at: time.now().getTime(), process: pid }), life)
      const config = readConfig({
        SPARKIFY_HOME: home,
        SPARKIFY_LOG_DATA: join(home, 'log_data'),
        SPARKIFY_SONG_DATA: join(home, 'song_data'),
        SPARKIFY_PORT: String(port),
        SPARKIFY_ADMINS: ada,
        SPARKIFY_OPERATORS: 'U0OTTO0OPER',
        SLACK_BOT_TOKEN: botToken,
        SLACK_SIGNING_SECRET: signingSecret,
        SLACK_API_URL: door.apiUrl,
        ...env,
      })
      const starting = startBot(config, {
        platform: {
          clock,
          host,
          pid,
          // What becomes of pictures is the same for one that is better read as text.
          pictures: { draw: async () => null },
          async openLedger(url) {
            const own = await open(url, pid)
            ends.push(() => own.close())
            return life.ledger(own)
          },
          async openWarehouse(config, ledger, clock, log) {
            const open = options.openWarehouse ?? openWarehouse
            const warehouse = await open(config, ledger, clock, log)
            ends.push(() => warehouse.close())
            const engine = gated(life.part(warehouse.engine), beforeEngine)
            return { ...warehouse, engine, cluster: life.part(warehouse.cluster) }
          },
          async startServer(...args) {
            const server: Server = await startServer(...args)
            ends.push(() => server.close())
            return server
          },
          startScheduler(tick, clock, log) {
            const scheduler = startScheduler(tick, clock, log)
            ends.push(() => scheduler.stop())
            return scheduler
          },
        },
        slackBackend: slackBackendFor(door.apiUrl, clock, log),
        log,
        logFile: null,
        print: () => undefined,
        onReplaced: () => life.die(),
      })
      const bot = await Promise.race([starting, died])
      if (bot === null) return null
      const process: Process = {
        pid,
        life,
        async stop() {
          let stopped = false
          const stopping = Promise.race([bot.stop(), died]).then(() => {
            stopped = true
          })
          while (!stopped) {
            await quiet.settle()
            if (!stopped) time.hop(1_000)
          }
          await stopping
          life.die()
        },
        freeze() {
          const thaws = [clock.freeze(), life.freeze()]
          return () => {
            for (const thaw of thaws) thaw()
          }
        },
      }
      last.push(process)
      return process
    },
    async pass(ms, hopMs = 1_000) {
      const end = time.elapsed() + ms
      for (;;) {
        await quiet.settle()
        const left = end - time.elapsed()
        if (left <= 0) return
        time.hop(Math.min(left, hopMs))
      }
    },
    async close() {
      for (const process of last) process.life.die()
      await Promise.all(buried)
      slack.close()
      await ledger.close()
      quiet.close()
    },
  }

  function slackBackendFor(apiUrl: string, clock: Parameters<typeof createProfiles>[1], log: Log): SlackBackend {
    const clients = createSlackClients({ botToken, apiUrl, log, retryPauseMs: 1 })
    const profiles = createProfiles(clients.quick, clock, log)
    return {
      directory: withLocalPeople(
        createSlackDirectory({
          client: clients.quick,
          profiles,
          admins: [ada],
          operators: ['U0OTTO0OPER'],
          clock,
          log,
        }),
        { mcpRole: 'viewer' },
      ),
      host: '127.0.0.1',
      open: async () => ({
        rest: null,
        page: () => null,
        slack: () => ({ botToken, mode: { kind: 'http', signingSecret }, apiUrl, clients, profiles }),
        greet: async () => undefined,
        close: () => undefined,
      }),
    }
  }
}

function gated(engine: Engine, before: WorldOptions['beforeEngine']): Engine {
  if (before === undefined) return engine
  return new Proxy(engine, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function' || typeof name !== 'string') return value
      return async (...args: unknown[]) => {
        await before(name)
        return Reflect.apply(value, target, args)
      }
    },
  })
}

function logInto(lines: Logged[], where: () => Pick<Logged, 'at' | 'process'>, life: Pick<Life, 'dead'>): Log {
  const write = (level: Logged['level']) => (facts: object, message: string) => {
    if (!life.dead) lines.push({ ...where(), level, facts, message })
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}
