import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Answer } from '../../src/core/answer.ts'
import { type App, type Ask, createApp, openSession } from '../../src/core/app.ts'
import type { RunContext } from '../../src/core/command/context.ts'
import { type Command, type Definition, defineCommand, type Outcome } from '../../src/core/command/define.ts'
import { commandsThat, type Declarations } from '../../src/core/declarations.ts'
import type { Deps } from '../../src/core/deps.ts'
import { OpsError } from '../../src/core/errors.ts'
import type { Asker, Role } from '../../src/core/people.ts'
import type { Place } from '../../src/core/place.ts'
import type { Cluster, ClusterFacts } from '../../src/core/ports/cluster.ts'
import type { Engine } from '../../src/core/ports/engine.ts'
import type { Ledger } from '../../src/core/ports/ledger.ts'
import type { Outbox } from '../../src/core/ports/outbox.ts'
import { text } from '../../src/core/reply.ts'
import type { OnProgress } from '../../src/core/runner/live-run.ts'
import type { Session } from '../../src/core/runner/session.ts'
import type { SqlLibrary } from '../../src/core/sql/library.ts'
import type { Step, Work } from '../../src/core/step.ts'
import { createTimetable } from '../../src/scheduler/timetable.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { freePolicy } from './policy.ts'
import { copyOfTemplate } from './templates.ts'

export const anna: Asker = { kind: 'slack', id: 'U0ANNA', name: 'Anna' }
export const bob: Asker = { kind: 'slack', id: 'U0BOB', name: 'Bob' }
export const channel: Place = { kind: 'slack', channel: 'C0MUSIC', channelName: 'music', direct: false }
export const terminal: Place = { kind: 'terminal' }

/** What was logged: the level, the facts and the sentence. */
export interface Logged {
  readonly level: 'info' | 'warn' | 'error'
  readonly facts: object
  readonly message: string
}

/** One process of the bot on a ledger that others may share. */
export interface TestProcess {
  readonly id: string
  readonly app: App
  readonly session: Session
  readonly deps: Deps
  readonly ledger: Ledger
  readonly logged: Logged[]
  /** Says a line as Anna in the channel, unless said otherwise. A delivery that was heard before is an error. */
  say(line: string, ask?: Partial<Ask>): Promise<Answer>
  /** Clicks the button of a plan, as Anna. */
  click(plan: string, click?: { who?: Asker; typed?: string; delivery?: string }): Promise<Answer>
  /** Says that it is alive, as it does every 5 s. */
  beat(): Promise<void>
  /** As after `kill -9`: the others find it gone, and its own work goes on unheard. */
  die(): void
}

/** A ledger on a temporary file, one clock, and the roles of people. */
export interface World {
  readonly clock: FakeClock
  readonly roles: Map<string, Role>
  /** Ids of people who have left. */
  readonly left: Set<string>
  /** Ids of people whose role nobody can say now, and of groups of whom nobody can say who is in them. */
  readonly unknown: Set<string>
  start(id: string, commands: readonly Command[], parts?: Partial<Deps>): Promise<TestProcess>
}

/** When a world begins that is given no other time. */
export const today = '2026-11-23T12:00:00.000Z'

const ledgerFile = 'state.db'

/** Makes a world that is removed when the test ends. Anna is admin, everyone else a viewer. */
export async function createWorld(start = today): Promise<World> {
  const world = openWorld(await copyOfTemplate('ledger', writeLedger), start)
  onTestFinished(world.close)
  return world
}

/** Writes an empty ledger into a folder. */
export async function writeLedger(folder: string): Promise<void> {
  await (await openLedger({ url: `file:${join(folder, ledgerFile)}`, now: () => new Date(today) })).close()
}

/** The world whose ledger lies in a folder, at a time. */
export function openWorld(folder: string, start: string): World & { close(): Promise<void> } {
  const clock = createFakeClock(start)
  const roles = new Map<string, Role>([[anna.id, 'admin']])
  const left = new Set<string>()
  const unknown = new Set<string>()
  const known = async (ids: readonly string[]): Promise<void> => {
    if (!ids.some((id) => unknown.has(id))) return
    throw new OpsError('slack', 'Slack could not tell me. Nothing was done.', 'Say it again.')
  }
  const dead = new Set<number>()
  const ledgers: Ledger[] = []
  return {
    async close() {
      for (const ledger of ledgers) await ledger.close()
    },
    clock,
    roles,
    left,
    unknown,
    async start(id, commands, parts = {}) {
      const ledger = await openLedger({
        url: `file:${join(folder, ledgerFile)}`,
        now: () => clock.now(),
        host: 'here',
        isAlive: (pid) => !dead.has(pid),
        uptime: () => ({ boot: 'here', ms: clock.elapsed() }),
      })
      ledgers.push(ledger)
      const pid = 100 + ledgers.length
      const at = clock.now().toISOString()
      await ledger.processes.enter({ id, kind: 'terminal', pid, host: 'here', started: at, heartbeat: at })
      const logged: Logged[] = []
      const deps: Deps = {
        engine: unasked<Engine>('engine'),
        cluster: unasked<Cluster>('cluster', {
          name: 'sparkify',
          free: true,
          bill: async () => [],
          describe: async () => awake,
          costStatus: async () => '',
          settleUsage: async () => undefined,
        }),
        ledger,
        directory: {
          async roleOf({ id }) {
            await known([id])
            return roles.get(id) ?? 'viewer'
          },
          zoneOf: async () => 'UTC',
          hasLeft: async ({ id }) => left.has(id),
          isGuest: async () => false,
          holders: (role) => [...roles].filter(([, has]) => has === role || has === 'admin').map(([person]) => person),
          async peopleOf(ids) {
            await known(ids)
            return ids
          },
        },
        library: emptyLibrary,
        timetable: createTimetable(),
        outbox: unasked<Outbox>('outbox', {
          resolve: async (place) => place,
          postingError: async () => null,
          isBlind: false,
          requirePosts: () => undefined,
        }),
        heartbeat: { beat: async () => 'none' },
        policy: freePolicy,
        clock,
        log: {
          info: (facts, message) => void logged.push({ level: 'info', facts, message }),
          warn: (facts, message) => void logged.push({ level: 'warn', facts, message }),
          error: (facts, message) => void logged.push({ level: 'error', facts, message }),
        },
        probes: () => [],
        process: id,
        commands: commandsThat(commands),
        ...parts,
      }
      const opened = openSession(commands, deps)
      const app = createApp(opened)
      return {
        id,
        app,
        session: opened.session,
        deps,
        ledger,
        logged,
        say: async (line, ask = {}) =>
          heard(await app.ask({ request: app.read(line), who: anna, place: channel, ...ask })),
        click: async (plan, { who = anna, typed, delivery } = {}) =>
          heard(
            await app.confirm({
              plan,
              typed,
              who,
              place: channel,
              ...(delivery === undefined ? {} : { delivery }),
            }),
          ),
        beat: async () => void (await ledger.processes.beat(id, clock.now())),
        die: () => void dead.add(pid),
      }
    },
  }
}

/** For a run whose progress nobody follows. */
export const unfollowed: OnProgress = () => undefined

/** What the shipped commands of these names declare. */
const declared: Readonly<Record<string, Declarations>> = {
  etl: { loads: true },
  'spin-up': { wakes: 'any' },
  resume: { wakes: 'paused' },
  pause: { sleeps: true },
  extend: { extends: true },
  'schedule-run': { runsSchedule: true },
  cancel: { repeatable: false },
}

/** A small command: `write`, for operators, without arguments, declaring what the shipped one of its name does, unless said otherwise. */
export function command(
  name: string,
  run: (context: RunContext) => Promise<Partial<Outcome> | undefined>,
  said: Partial<Omit<Definition<z.ZodObject>, 'name' | 'run'>> = {},
): Command {
  return defineCommand({
    name,
    summary: name,
    group: 'bot',
    role: 'operator',
    effect: 'write',
    audience: 'channel',
    args: z.object({}),
    examples: [name],
    ...declared[name],
    ...said,
    run: async (_args, context) => ({ headline: `${name} done.`, replies: [text(name)], ...(await run(context)) }),
  })
}

/** A step that leaves nothing behind. */
export function step(title: string, act: (work: Work) => unknown = () => undefined): Step {
  return {
    id: title,
    title,
    async run(work) {
      await act(work)
      return {}
    },
  }
}

/** A promise with its ends in hand. */
export function deferred<T = void>(): {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
} {
  let resolve: (value: T) => void = () => undefined
  let reject: (reason: unknown) => void = () => undefined
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  return { promise, resolve, reject }
}

/** Waits until a signal is aborted, then throws its reason, as work outside does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** The failure in an answer. */
export function failureOf(answer: Answer) {
  const failure = answer.replies.find((reply) => reply.kind === 'failure')
  if (failure === undefined) throw new Error(`no failure: ${answer.headline}`)
  return failure
}

/** The plan in an answer. */
export function planOf(answer: Answer) {
  const plan = answer.replies.find((reply) => reply.kind === 'plan')
  if (plan === undefined) throw new Error(`no plan: ${answer.headline}`)
  return plan
}

function heard(answer: Answer | null): Answer {
  if (answer === null) throw new Error('this delivery was heard before')
  return answer
}

const awake: ClusterFacts = { name: 'sparkify', state: 'available', since: null, facts: [] }

/** A part that the test must not need, beside what it has. */
export function unasked<T extends object>(what: string, has: Partial<T> = {}): T {
  return new Proxy<T>(Object.create(null), {
    get(_target, name) {
      const value: unknown = Reflect.get(has, name)
      if (value !== undefined) return value
      throw new Error(`this test has no ${what}, but something asks for its ${String(name)}`)
    },
  })
}

const emptyLibrary: SqlLibrary = {
  schema: { staging: [], star: [], load: [] },
  tables: { staging: [], star: [] },
  etl: [],
  summary: 'select 1',
  lostPlays: 'select 0',
  foreignTexts: 'select 1',
  source: [],
  comparison: { days: 'select 1', artists: 'select 1', plays: 'select 1' },
  checks: [],
  queries: [],
}
