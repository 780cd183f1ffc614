import type { z } from 'zod'
import { optionalInteger } from '../../command/args.ts'
import type { Context } from '../../command/context.ts'
import { OpsError } from '../../errors.ts'
import { isSameChannel } from '../../place.ts'
import type { Freshness } from '../../ports/freshness.ts'
import { maySee } from '../../schedule/make/find.ts'

/** The argument that names a freshness. */
export function freshnessNumber(): z.ZodType<number | undefined> {
  return optionalInteger({ about: 'its number; that of this channel if left out', min: 1, max: 999_999_999 })
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

/** There is none of that number, or nobody said which. */
export function freshnessNotFound(id: number | undefined, isAny: boolean): OpsError {
  if (id !== undefined) {
    return new OpsError('not_found', `There is no freshness ${id}. Nothing was done.`, '`freshness` lists them.', {
      fixCommand: 'freshness',
    })
  }
  return isAny
    ? new OpsError('not_found', 'Which freshness? Nothing was done.', 'Add its number; `freshness` lists them.', {
        fixCommand: 'freshness',
      })
    : new OpsError('not_found', 'No freshness is set. Nothing was done.', 'Set one: freshness by 06:00.')
}
