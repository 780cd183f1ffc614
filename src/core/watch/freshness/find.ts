import type { z } from 'zod'
import { optionalId } from '../../command/args.ts'
import type { Context } from '../../command/context.ts'
import type { Deps } from '../../deps.ts'
import { OpsError } from '../../errors.ts'
import { type Asker, askerOf, theBot } from '../../people.ts'
import { isSameChannel } from '../../place.ts'
import type { Freshness, FreshnessStore } from '../../ports/freshness.ts'
import { maySee } from '../../schedule/make/find.ts'
import { advance } from '../life.ts'
import { closingMessages, messagesOfDay } from './card.ts'
import { countedDays } from './words.ts'

/** The argument that names a freshness. */
export function freshnessNumber(): z.ZodType<number | undefined> {
  return optionalId({ about: 'its number; that of this channel if left out' })
}

/** Those that `who` may see: not what is posted in somebody else's direct messages. */
export async function visibleFreshness({ deps, who }: Pick<Context, 'deps' | 'who'>): Promise<readonly Freshness[]> {
  return (await deps.ledger.freshness.list()).filter((freshness) => maySee(freshness, who))
}

/** The freshness of that number; without one that of this channel, or the only one there is. Throws `not_found`. */
export async function findFreshness(id: number | undefined, context: Context): Promise<Freshness> {
  const all = await visibleFreshness(context)
  const here = all.find(({ place }) => isSameChannel(place, context.place))
  const [first, second] = all
  const found =
    id === undefined ? (here ?? (second === undefined ? first : undefined)) : all.find((one) => one.id === id)
  if (found !== undefined) return found
  throw freshnessNotFound(id, all.length > 0)
}

/** Changes a freshness, and gives it as it is then. Throws `not_found` where somebody has removed it meanwhile. */
export async function changeFreshness(
  { id }: Freshness,
  changes: Parameters<FreshnessStore['change']>[1],
  { ledger }: Deps,
): Promise<Freshness> {
  const changed = await ledger.freshness.change(id, changes)
  if (changed === null) throw freshnessNotFound(id, true)
  return changed
}

/** Removes a freshness, and gives it as it was; its open messages are closed. Throws `not_found` for who comes second. */
export async function removeFreshness(id: number | undefined, context: Context): Promise<Freshness> {
  const found = await findFreshness(id, context)
  if (!(await removeWithMessages(found, askerOf(context.who), context.deps))) throw freshnessNotFound(found.id, true)
  return found
}

/** Removes a freshness and closes its open messages; false where that was done before. */
async function removeWithMessages(found: Freshness, by: Asker, deps: Deps): Promise<boolean> {
  const unmet = await deps.ledger.freshness.unmet(deps.clock.now())
  const days = unmet.filter(({ freshness }) => freshness === found.id)
  return deps.ledger.freshness.remove(found.id, closingMessages(days, found, by, deps))
}

/**
 * Every freshness with the id of its channel, which is kept from now on where a terminal knew only its name. Where that channel has another one,
 * the one that was set last stays.
 */
export async function placedFreshness(deps: Deps): Promise<readonly Freshness[]> {
  const { ledger, outbox } = deps
  const all = await ledger.freshness.list()
  for (const named of all) {
    const place = await outbox.resolve(named.place)
    if (place === named.place) continue
    const other = all.find((one) => isSameChannel(one.place, place))
    const older = other !== undefined && other.since < named.since ? other : named
    if (other !== undefined) await removeWithMessages(older, theBot, deps)
    if (older !== named || other === undefined) await ledger.freshness.change(named.id, { place })
    return placedFreshness(deps)
  }
  return all
}

/** Acknowledges the late days of a freshness whose messages are open, the oldest first: `YYYY-MM-DD`. */
export async function acknowledgeDays(found: Freshness, { deps, who }: Context): Promise<readonly string[]> {
  const at = deps.clock.now().toISOString()
  const acknowledged: string[] = []
  for (const day of (await deps.ledger.freshness.days(found.id, countedDays)).toReversed()) {
    const life = advance(day.life, { kind: 'acknowledged', by: askerOf(who) }, at)
    if (life === day.life) continue
    const messages = messagesOfDay({ ...day, life }, found, deps)
    if (await deps.ledger.freshness.update(day, { life }, messages)) acknowledged.push(day.day)
  }
  return acknowledged
}

/** There is none of that number, or nobody named one. */
function freshnessNotFound(id: number | undefined, isAny: boolean): OpsError {
  if (id !== undefined) {
    return new OpsError('not_found', `There is no freshness ${id}. Nothing was done.`, 'Type freshness to list them.', {
      fixCommand: 'freshness',
    })
  }
  return isAny
    ? new OpsError('not_found', 'Which freshness? Nothing was done.', 'Add its number: type freshness to list them.', {
        fixCommand: 'freshness',
      })
    : new OpsError('not_found', 'No freshness is set. Nothing was done.', 'Set one: freshness by 06:00.')
}
