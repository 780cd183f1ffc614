import type { Catalog, Request } from '../command/catalog.ts'
import type { ChildResult, Context } from '../command/context.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { Report } from '../outbox/messages.ts'
import type { Asker } from '../people.ts'
import type { Place } from '../place.ts'
import type { CancelOutcome, RunId, RunRecord } from '../ports/ledger.ts'
import type { LiveRun, OnProgress } from './live-run.ts'
import { closeOrphan, findOrphan } from './orphans.ts'

/** What is asked, by whom and where. */
export interface Ask {
  readonly request: Request
  readonly who: Asker
  readonly place: Place
  /** Names the delivery (Slack's `trigger_id`), so that one that comes twice counts once. */
  readonly delivery?: string
  /** What would be asked has been answered: `--yes`, a schedule. A word to be typed is given with `typed`. */
  readonly confirmed?: boolean
  readonly typed?: string | undefined
  readonly onProgress?: OnProgress | undefined
  /** Where its end is posted, where nobody typed it. */
  readonly report?: Report
}

/** A run to be run as a part of another one. */
export interface Child {
  readonly request: Request
  /** Its place among the lines of the schedule, from 0. */
  readonly at: number
  readonly parent: RunRecord
  /** Ends it with its parent. */
  readonly signal: AbortSignal
}

/** What dispatch works with, for the life of the process. */
export interface Session {
  readonly deps: Deps
  readonly catalog: Catalog
  readonly registry: Registry
  /** Never throws. */
  runChild(child: Child): Promise<ChildResult>
}

/** What a command gets that this person asks there, with the role that they have now. Throws `slack` while that is not known. */
export async function contextOf(
  { who, place }: Pick<Ask, 'who' | 'place'>,
  { deps, catalog, registry }: Pick<Session, 'deps' | 'catalog' | 'registry'>,
): Promise<Context> {
  return { who: { ...who, role: await deps.directory.roleOf(who) }, place, deps, catalog, signal: registry.closing }
}

/** The runs of this process. */
export interface Registry {
  /** Throws `shutting_down` once draining has begun. */
  admit(): void
  /** Aborted once draining has begun, for work that is no run and is done again by the next process. */
  readonly closing: AbortSignal
  /** Holds a run until its work has ended. */
  track<T>(run: LiveRun, work: Promise<T>): Promise<T>
  /** Holds what may begin runs, which draining waits for. */
  hold<T>(work: Promise<T>): Promise<T>
  /** Runs of this process that are over although their end could not be written, with what was thrown then. */
  readonly unrecorded: Map<RunId, unknown>
  /** A run of this process as it stands, with steps that the ledger does not know yet; undefined for all others. */
  live(id: RunId): RunRecord | undefined
  /** Stops a run of this process; false where it is not one. */
  stop(id: RunId, by: string): boolean
  /** Stops a run of this process, asks the process of another one to stop it (it looks every second), or ends it where that is gone. */
  cancel(id: RunId, by: string): Promise<CancelOutcome>
  /** Stops all runs of this process, as their asker's wish. How many there were. */
  cancelAll(by: string): number
  stopCancelled(): Promise<void>
  drain(graceMs: number): Promise<void>
}

/** The reason with which a draining process stops its runs: they stay `running` in the ledger, for the next process. */
export class Handover extends Error {}

/** What ends a run here that another process carries on. */
export function handedOver(message = 'The bot is restarting.'): OpsError {
  return new OpsError('interrupted', message, '', { cause: new Handover() })
}

export function createRegistry(deps: Deps): Registry {
  const live = new Map<RunId, LiveRun>()
  const unrecorded = new Map<RunId, unknown>()
  const closing = new AbortController()
  const held = new Set<Promise<unknown>>()
  let isGraceOver = false

  const hold = <T>(work: Promise<T>): Promise<T> => {
    held.add(work)
    return work.finally(() => held.delete(work))
  }
  const cancelled = (id: RunId, by: string): OpsError =>
    new OpsError('cancelled', `Cancelled by ${by}.`, `Continue it with run-again ${id}.`)
  const stop = (id: RunId, by: string): boolean => {
    live.get(id)?.abort(cancelled(id, by))
    return live.has(id)
  }

  return {
    admit() {
      if (closing.signal.aborted) {
        throw new OpsError(
          'shutting_down',
          'The bot is restarting and takes no new work. Nothing was done.',
          'Try again in a minute.',
        )
      }
    },
    closing: closing.signal,
    async track(run, work) {
      live.set(run.record.id, run)
      if (isGraceOver) run.abort(handedOver())
      try {
        return await hold(work)
      } catch (error) {
        unrecorded.set(run.record.id, error)
        throw error
      } finally {
        live.delete(run.record.id)
      }
    },
    hold,
    unrecorded,
    live: (id) => live.get(id)?.record,
    stop,
    async cancel(id, by) {
      if (stop(id, by)) return 'stopping'
      const orphan = await findOrphan(id, deps)
      if (orphan !== null) return (await closeOrphan(orphan, deps, cancelled(id, by))) === null ? 'over' : 'ended'
      return (await deps.ledger.runs.requestCancel(id, by)) ? 'stopping' : 'over'
    },
    cancelAll(by) {
      const ids = [...live.keys()]
      for (const id of ids) stop(id, by)
      return ids.length
    },
    async stopCancelled() {
      if (live.size === 0) return
      for (const { id, by } of await deps.ledger.runs.cancelRequests(deps.process)) stop(id, by)
    },
    async drain(graceMs) {
      closing.abort(new OpsError('interrupted', 'The bot is restarting.'))
      const ended = new AbortController()
      const hurry = (): void => {
        isGraceOver = true
        for (const run of live.values()) run.abort(handedOver())
      }
      const grace = deps.clock.sleep(graceMs, ended.signal).then(hurry, () => undefined)
      while (held.size > 0) await Promise.allSettled(held)
      ended.abort()
      await grace
    },
  }
}
