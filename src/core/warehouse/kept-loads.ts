import type { Deps } from '../deps.ts'
import { DiskFull, messageOf, OpsError } from '../errors.ts'
import { list } from '../format.ts'
import type { LoadId } from '../ports/engine.ts'
import type { LoadRecord } from '../ports/loads.ts'
import { changesLine } from './compare.ts'

/** The published loads that are kept, newest first; one of them is live. */
export async function keptLoads({ ledger }: Deps): Promise<readonly LoadRecord[]> {
  return ledger.loads.list(['live', 'previous'])
}

/** Gives back the space of all loads that nobody reads or builds, and of `dead`. */
export async function releaseSpace({ engine, ledger }: Pick<Deps, 'engine' | 'ledger'>, dead?: LoadId): Promise<void> {
  const used = await ledger.loads.list(['building', 'held', 'live', 'previous'])
  await engine.retain(used.map(({ id }) => id).filter((id) => id !== dead))
}

/** The error of a process that wakes up and finds its run in another one. */
export function takenOver(): OpsError {
  return new OpsError('interrupted', 'Another process has taken this run over; this one changed nothing.')
}

/** The load to roll back to: the one that is asked for, or the newest before the live one. Throws `not_loaded` or `not_found`. */
export async function earlierLoad(
  asked: LoadId | undefined,
  deps: Deps,
): Promise<{ readonly live: LoadRecord; readonly target: LoadRecord }> {
  const kept = await keptLoads(deps)
  const live = kept.find(({ state }) => state === 'live')
  if (live === undefined)
    throw new OpsError('not_loaded', 'Nothing is loaded yet.', 'Load first.', { fixCommand: 'etl', fixLabel: 'Load' })
  const others = kept.filter(({ id }) => id !== live.id)
  const target = others.find(({ id }) => (asked === undefined ? id < live.id : id === asked))
  if (target !== undefined) return { live, target }
  if (asked === live.id)
    throw new OpsError('bad_argument', `Load ${asked} is live already.`, 'See loads.', { fixCommand: 'loads' })
  const which = asked === undefined ? `No load before load ${live.id} is kept` : `Load ${asked} is not kept`
  throw new OpsError('not_found', `${which}.`, 'Type loads to list those that are.', { fixCommand: 'loads' })
}

/** How the rows of a load differ from those of another: "songplays +388 · users -2", or "same number of rows". */
export function changeBetween(before: LoadRecord, after: LoadRecord): string {
  const [then, now] = [before.facts.counts ?? {}, after.facts.counts ?? {}]
  return changesLine(Object.entries(now).map(([table, after]) => ({ table, before: then[table] ?? 0, after })))
}

/** Loads that take space here although they are not in the ledger: it was emptied or replaced. */
export async function unknownLoads({ engine, ledger }: Deps): Promise<readonly LoadId[]> {
  const stored = (await engine.stored()).map(({ load }) => load)
  const records = await Promise.all(stored.map((id) => ledger.loads.get(id)))
  return stored.filter((_, at) => records[at] === null)
}

/** Throws `storage` before a load would delete, or build over, what another ledger may still need. */
export async function requireKnownLoads(deps: Deps): Promise<void> {
  const unknown = await unknownLoads(deps)
  if (unknown.length === 0) return
  throw new OpsError(
    'storage',
    `${unknownWords(unknown)} Nothing was deleted.`,
    'Restore the ledger from a backup; or delete these loads with tear-down, then load again.',
    { fixCommand: 'tear-down' },
  )
}

/** Which loads the ledger does not know, in a sentence. */
export function unknownWords(unknown: readonly LoadId[]): string {
  const which = unknown.length === 1 ? 'Load' : 'Loads'
  const are = unknown.length === 1 ? 'is' : 'are'
  return `${which} ${list(unknown.map(String))} ${are} stored here, but not in this ledger: it was emptied or replaced.`
}

/**
 * A load that failed gives back its space at once where nobody can carry it on: its audit was red, or the disk is full. Any other is
 * kept for `run-again`, until the next load begins. Never throws: the failure itself must reach its reader.
 */
export async function releaseFailed(load: LoadId, error: unknown, deps: Deps): Promise<void> {
  const isDead = error instanceof DiskFull || (error instanceof OpsError && error.code === 'checks_red')
  if (!isDead) return
  try {
    // Files first: on a full disk this makes the room to note it.
    await releaseSpace(deps, load)
    await deps.ledger.loads.discard(load)
  } catch (thrown) {
    deps.log.error({ err: thrown, load }, `a failed load did not give its space back: ${messageOf(thrown)}`)
  }
}

/** Half-built loads of runs that ended are given up; one writer at a time means that none of them is at work. */
export async function discardAbandoned(load: LoadId, deps: Deps): Promise<void> {
  const abandoned = (await deps.ledger.loads.list(['building'])).filter(({ id }) => id !== load)
  for (const { id } of abandoned) await deps.ledger.loads.discard(id)
}
