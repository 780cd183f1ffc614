import { z } from 'zod'
import type { Deps } from '../../deps.ts'
import { messageOf } from '../../errors.ts'
import type { ScheduleRecord } from '../../ports/schedules.ts'
import { mayTry } from '../../tell-once.ts'

/** What happens to a schedule by night, and must be heard of: it was parked, or the admins have inherited it. */
export type Change = 'parked' | 'inherited'

const newsSchema = z.object({ at: z.string(), why: z.string(), remedy: z.string() })

/** Why it happened, and what would undo it. */
export type Why = Pick<z.infer<typeof newsSchema>, 'why' | 'remedy'>

const tryEveryMs = 3_600_000

/** Notes that this is to be told. Noted before it happens: a bot that dies in between leaves it to the next one to be told. */
export async function expectToTell(id: number, change: Change, why: Why, { ledger, clock }: Deps): Promise<void> {
  const news = { at: clock.now().toISOString(), why: why.why, remedy: why.remedy } satisfies z.infer<typeof newsSchema>
  await ledger.notes.set(keyOf(id, change), news)
}

/**
 * Tells what is still to be told of a change; one try an hour, whoever makes it, until it was told. What it throws is logged: nothing
 * else waits for it. Never lost, at worst told twice.
 */
export async function tellChange(
  { id }: ScheduleRecord,
  change: Change,
  tell: (why: Why) => Promise<void>,
  deps: Deps,
): Promise<void> {
  const key = keyOf(id, change)
  const news = newsSchema.nullable().parse(await deps.ledger.notes.get(key))
  if (news === null || !(await mayTry({ key: `${key}:${news.at}`, tryEveryMs }, deps))) return
  try {
    await tell(news)
    await deps.ledger.notes.set(key, null)
  } catch (error) {
    deps.log.warn(
      { err: error, schedule: id },
      `schedule ${id} is ${change}, and nobody knows yet: ${messageOf(error)}`,
    )
  }
}

function keyOf(id: number, change: Change): string {
  return `untold:${change}:${id}`
}
