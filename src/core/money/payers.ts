import type { Deps } from '../deps.ts'
import type { Bill } from '../ports/cluster.ts'
import type { RunRecord } from '../ports/runs.ts'
import { askedFor } from './asked-for.ts'

/** To whom a time of the cluster belongs. `key` is the same for the same person or schedule. */
export interface Payer {
  readonly key: string
  readonly name: string
}

/** Nobody asked for it, as far as the ledger knows: a cluster that was adopted, or woken outside of the bot. */
export const nobodyKnown: Payer = { key: 'nobody', name: 'nobody known' }

/** A wish that the cluster run, from when it was said. `done` false: it failed or was cancelled. */
export interface Wish {
  readonly from: Date
  /** Null while it is being carried out. */
  readonly ended: Date | null
  readonly done: boolean
  readonly payer: Payer
}

const dayMs = 86_400_000
const mostWishes = 1_000

/** The wishes that these times can belong to, oldest first. */
export async function wishesFor(
  bills: readonly Bill[],
  deps: Pick<Deps, 'ledger' | 'commands'>,
): Promise<readonly Wish[]> {
  const [first] = bills
  if (first === undefined) return []
  // A run is begun before the cluster is, by as long as its steps before that take, and restarts between them.
  const since = new Date(first.from.getTime() - dayMs).toISOString()
  const runs = await askedFor(deps, { limit: mostWishes, since })
  const wishes = runs.toReversed().map(
    async (run): Promise<Wish> => ({
      from: new Date(run.started),
      ended: run.ended === null ? null : new Date(run.ended),
      done: run.state === 'running' || run.state === 'complete',
      payer: await payerOf(run, deps.ledger),
    }),
  )
  return Promise.all(wishes)
}

/** What a schedule has run belongs to its owner, and is told apart from what they asked for themselves. */
async function payerOf({ who, origin }: RunRecord, { runs, schedules }: Deps['ledger']): Promise<Payer> {
  const own: Payer = { key: `${who.kind}:${who.id}`, name: who.name }
  if (origin.kind !== 'line') return own
  const fire = await runs.get(origin.fire)
  if (fire?.origin.kind !== 'fire') return own
  const number = fire.origin.schedule
  const owner = (await schedules.get(number))?.owner ?? fire.who
  return { key: `schedule:${number}`, name: `schedule ${number} (${owner.name})` }
}

/**
 * The wishes that a time of running came of, or that were said while it lasted. A wish that failed counts only where the cluster began to
 * run for it all the same; one before that had ended by then was for an earlier time.
 */
export function wishesOf({ from, to }: Bill, wishes: readonly Wish[]): readonly Wish[] {
  return wishes.filter((wish) => {
    const inTime = wish.from < to && (wish.ended === null || wish.ended >= from)
    return inTime && (wish.done || wish.from <= from)
  })
}
