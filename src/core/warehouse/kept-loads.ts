import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
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
  throw new OpsError('not_found', `${which}.`, 'loads lists those that are.', { fixCommand: 'loads' })
}

/** How the rows of a load differ from those of another: "songplays +388 · users -2", or "same number of rows". */
export function changeBetween(before: LoadRecord, after: LoadRecord): string {
  const [then, now] = [before.facts.counts ?? {}, after.facts.counts ?? {}]
  return changesLine(Object.entries(now).map(([table, after]) => ({ table, before: then[table] ?? 0, after })))
}
