import type { Answer } from './answer.ts'
import { commandOfQuery } from './answers/query-command.ts'
import {
  type Click,
  type Confirmation,
  confirm,
  howToReject,
  type Rejection,
  type RejectionWay,
  reject,
  whyNotConfirm,
} from './approval/decide.ts'
import { dispatch, whyNotRun, whyNotUse } from './approval/door.ts'
import { expireCards } from './approval/plans.ts'
import { type PauseCluster, watchCluster } from './cluster/lease.ts'
import { type Catalog, createCatalog, type Request } from './command/catalog.ts'
import type { Command } from './command/define.ts'
import { commandsThat } from './declarations.ts'
import type { Deps } from './deps.ts'
import { OpsError } from './errors.ts'
import type { Home } from './home/home-view.ts'
import { homesOf } from './home/homes.ts'
import { type Dispatcher, startDispatcher } from './outbox/dispatcher.ts'
import { postOnce } from './outbox/messages.ts'
import type { Asker } from './people.ts'
import type { Place } from './place.ts'
import type { Ledger } from './ports/ledger.ts'
import type { Carrier } from './ports/outbox.ts'
import { type Ask, createRegistry, type Session } from './runner/session.ts'
import { type ProgressOf, startWorker, type Worker } from './runner/worker.ts'
import { runChild } from './schedule/run/child-run.ts'
import { insertFollowed } from './schedule/run/follow.ts'
import { insertDue } from './schedule/run/occurrences.ts'
import { suspendRefused } from './schedule/run/ownership.ts'
import { pauseLeftRunning } from './schedule/run/restore.ts'
import { watchFreshness } from './watch/freshness/judge.ts'
import { judgeWatches } from './watch/judge.ts'

export type { Click, Confirmation, Rejection } from './approval/decide.ts'
export type { Ask } from './runner/session.ts'

/** The bot without Slack and terminal: requests in, answers out. */
export interface App {
  readonly catalog: Catalog
  read(line: string): Request
  /** Answers one request. Null for a delivery that was delivered before. Never throws. */
  ask(ask: Ask): Promise<Answer | null>
  /** Why a request would be refused, as far as that is known before; null otherwise. Changes nothing. Never throws. */
  whyNotRun(said: Pick<Ask, 'request' | 'who' | 'place'>): Promise<OpsError | null>
  /** Why this person may not use a command; null where they may, or where Slack does not return their role. Never throws. */
  whyNotUse(command: Command, asker: Asker): Promise<OpsError | null>
  /** The time zone of somebody's profile, an IANA name; UTC where none is known. */
  zoneOf(asker: Asker): Promise<string>
  /** Carries out a plan, unless it has changed since it was shown. Null for a click that was delivered before. Never throws. */
  confirm(confirmation: Confirmation): Promise<Answer | null>
  /** Why this click may not confirm a plan now; null where it may. Never throws. */
  whyNotConfirm(click: Click): Promise<Answer | null>
  /** How this click may put a plan away now; nothing is done. Never throws. */
  howToReject(click: Click): Promise<RejectionWay>
  /** Withdraws (its asker) or rejects (an approver) a plan. Null for a click that was delivered before. Never throws. */
  reject(rejection: Rejection): Promise<Answer | null>
  /** Starts the dispatcher of the outbox. */
  deliver(carrier: Carrier): Dispatcher
  /**
   * The work of each minute: inserts the occurrences of schedules that are due, expires cards, keeps the cluster's lease, and judges alerts and checks. May overlap with the
   * next call.
   */
  tick(): Promise<void>
  /** Starts the worker; `progressOf` is null in a process that takes no runs. */
  work(progressOf: ProgressOf | null): Promise<Worker>
  /** The Home of each of these people, in their order. */
  homesOf(askers: readonly Asker[]): Promise<readonly Home[]>
  /** Calls `listener` after each change that this process makes, until the returned function is called. It must return at once and not throw. */
  onChange(listener: () => void): () => void
  /** Cancels all runs of this process (Ctrl-C in a terminal). How many there were. */
  cancelAll(by: string): number
  /** Refuses new requests, waits up to `graceMs` for running ones, and leaves the rest to the next process. */
  drain(graceMs: number): Promise<void>
}

/** What an app works with, and the listeners of its changes. */
interface OpenedSession {
  readonly session: Session
  readonly changes: Changes
}

/** Puts commands and queries together with the parts they use. Throws `bad_sql_file` when a name is taken twice. */
export function openSession(commands: readonly Command[], parts: Omit<Deps, 'commands'>): OpenedSession {
  const changes = createChanges()
  const ledger = notifying(parts.ledger, changes.notify)
  const deps: Deps = { ...parts, ledger, commands: commandsThat(commands) }
  const queries = deps.library.queries.map(commandOfQuery)
  const catalog = createCatalog([...commands, ...queries])
  const session: Session = {
    deps,
    catalog,
    registry: createRegistry(deps),
    runChild: (child) => runChild(child, session),
  }
  return { session, changes }
}

export function createApp({ session, changes }: OpenedSession): App {
  const { deps, catalog, registry } = session
  let worker: Worker | null = null
  return {
    catalog,
    read: catalog.request,
    ask: (ask) => registry.hold(dispatch(ask, session)),
    whyNotRun: (said) => whyNotRun(said, session),
    whyNotUse: (command, asker) => whyNotUse(command, asker, deps),
    zoneOf: (asker) => deps.directory.zoneOf(asker),
    confirm: (confirmation) => registry.hold(confirm(confirmation, session)),
    whyNotConfirm: (click) => whyNotConfirm(click, session),
    howToReject: (click) => howToReject(click, session),
    reject: (rejection) => registry.hold(reject(rejection, session)),
    deliver(carrier) {
      const refused = (schedule: number, why: OpsError, at: Place): Promise<void> =>
        suspendRefused(schedule, why, at, deps)
      const dispatcher = startDispatcher({ ...deps, carrier, refused })
      changes.on(dispatcher.wake)
      return dispatcher
    },
    tick: () => registry.hold(tick(session, () => worker?.wake())),
    async work(progressOf) {
      worker = await startWorker(progressOf, session)
      return worker
    },
    homesOf: (askers) => homesOf(askers, session),
    onChange: changes.on,
    cancelAll: registry.cancelAll,
    drain: registry.drain,
  }
}

async function tick(session: Session, wake: () => void): Promise<void> {
  const due = Promise.all([insertDue(session), insertFollowed(session)])
  const tasks = [
    due.then(wake),
    expireCards(session.deps),
    tendCluster(session),
    watchFreshness(session),
    judgeWatches(session),
  ]
  for (const end of await Promise.allSettled(tasks)) {
    if (end.status === 'fulfilled') continue
    if (!(end.reason instanceof OpsError)) throw end.reason
    session.deps.log.warn({ err: end.reason }, `the minute's work was not done to its end: ${end.reason.message}`)
  }
}

/** Pauses what a schedule has left on, and does what the cluster's lease asks for. */
export async function tendCluster(session: Session): Promise<void> {
  const { deps, catalog } = session
  const pause: PauseCluster = async (who, place, report) => {
    const parsed = catalog.that('pauses').with({})
    const ask = { request: { kind: 'understood', parsed }, who, place, confirmed: true, report } as const
    const answer = await dispatch(ask, session)
    // Refused before it was a run; the end of a run posts its report.
    if (answer?.run === null) await postOnce(report.occasion, async () => ({ answer, ...report }), deps)
  }
  await pauseLeftRunning(session, pause).finally(() => watchCluster(deps, pause))
}

/** The listeners of changes, and how they are called. */
export interface Changes {
  notify(): void
  /** Calls `listener`, which must return at once and not throw, until the returned function is called. */
  on(listener: () => void): () => void
}

/** Changes without a listener. */
function createChanges(): Changes {
  const listeners = new Set<() => void>()
  return {
    notify() {
      for (const listener of listeners) listener()
    },
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * The ledger, which calls `notify` after each write of this process that people see: runs and their steps, schedules, plans and loads.
 * Writes of other processes are not noticed.
 */
function notifying(ledger: Ledger, notify: () => void): Ledger {
  const { runs, schedules, watches, freshness, plans, loads, messages } = ledger
  const after =
    <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const written = await write(...args)
      notify()
      return written
    }
  return {
    ...ledger,
    runs: { ...runs, open: after(runs.open), saveStep: after(runs.saveStep), end: after(runs.end) },
    schedules: {
      ...schedules,
      add: after(schedules.add),
      follow: after(schedules.follow),
      change: after(schedules.change),
      refuse: after(schedules.refuse),
      remove: after(schedules.remove),
    },
    watches: {
      ...watches,
      add: after(watches.add),
      change: after(watches.change),
      remove: after(watches.remove),
    },
    freshness: {
      ...freshness,
      set: after(freshness.set),
      change: after(freshness.change),
      remove: after(freshness.remove),
      judge: after(freshness.judge),
      update: after(freshness.update),
    },
    plans: { ...plans, save: after(plans.save), settle: after(plans.settle) },
    messages: { ...messages, put: after(messages.put) },
    loads: {
      ...loads,
      publish: after(loads.publish),
      hold: after(loads.hold),
      discard: after(loads.discard),
      restore: after(loads.restore),
      discardAll: after(loads.discardAll),
    },
  }
}
