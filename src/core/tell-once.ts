import type { Answer } from './answer.ts'
import type { Deps } from './deps.ts'

/** Something that is to be told once: its name for ever, and how soon it is tried again where telling it failed. */
export interface Occasion {
  readonly key: string
  readonly tryEveryMs: number
}

/** Whether this process may try to tell something now: there is one try in each such stretch of time, whoever makes it. */
export function mayTry(
  { key, tryEveryMs }: Occasion,
  { ledger, clock }: Pick<Deps, 'ledger' | 'clock'>,
): Promise<boolean> {
  const now = clock.now()
  const stretch = new Date(Math.floor(now.getTime() / tryEveryMs) * tryEveryMs)
  return ledger.claim(`${key}:${stretch.toISOString().slice(0, 16)}`, now)
}

/**
 * Tells something that everybody looks for all the time: never lost, at worst told twice. Throws what `tell` throws.
 *
 * Claiming the occasion before it is told would lose it for ever in a crash between the two, and claiming it after would let two bots
 * tell it. So what is claimed before is one try, and that it was told is noted after. A crash right after telling has it told twice;
 * nothing has it never told.
 */
export async function tellOnce(
  occasion: Occasion,
  tell: () => Promise<void>,
  deps: Pick<Deps, 'ledger' | 'clock'>,
): Promise<void> {
  const { ledger, clock } = deps
  if ((await ledger.notes.get(occasion.key)) !== null || !(await mayTry(occasion, deps))) return
  await tell()
  await ledger.notes.set(occasion.key, clock.now().toISOString())
}

/**
 * Notes that a try of the clock that failed is no news of its own: the first is told once, as an occasion, and the next ones would say
 * the same each minute. Without this a bot that starts would tell them all.
 */
export async function noteTold({ run }: Answer, { ledger }: Pick<Deps, 'ledger'>): Promise<void> {
  if (run !== null) await ledger.runs.told(run.id)
}
