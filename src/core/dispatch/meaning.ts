import { authorise } from '../command/access.ts'
import type { Asked, Catalog } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Bound } from '../command/define.ts'
import type { RunRecord } from '../ports/ledger.ts'

/** What a request comes to, and what is asked if it has to be confirmed first. `earlier` is the run that is to be tried again. */
export interface Meaning {
  readonly asked: Asked
  readonly bound: Bound
  readonly earlier: RunRecord | null
}

/** Checks that its asker may say what was asked, and what it stands for. Throws what is wrong with either. */
export async function meaningOf(bound: Bound, context: Context): Promise<Meaning> {
  const { catalog, who, deps } = context
  authorise(bound.command, who, deps.directory)
  const earlier = await bound.instead(context)
  if (earlier === null) return { asked: askedBy(bound), bound, earlier }
  const again =
    earlier.origin.kind === 'fire' ? fireAgain(earlier.origin.schedule, earlier, catalog) : catalog.understood(earlier)
  authorise(again.command, who, deps.directory)
  if (earlier.origin.kind === 'fire' || earlier.state === 'complete') {
    return { asked: askedBy(again), bound: again, earlier: null }
  }
  // Asked with its number: the newest failed run may be another one when the plan is confirmed.
  const { name } = bound.command
  const asked = { command: name, args: { id: String(earlier.id) }, line: `${name} ${earlier.id}` }
  return { asked, bound: again, earlier }
}

function askedBy({ command, given, line }: Bound): Asked {
  return { command: command.name, args: given, line }
}

/** A fire is said by the bot that hears Slack, in the schedule's own place, by whoever may have it said. */
function fireAgain(schedule: number, { id, state }: RunRecord, catalog: Catalog): Bound {
  const from = state === 'complete' ? {} : { from: String(id) }
  return catalog.that(({ runsSchedule }) => runsSchedule === true).with({ id: String(schedule), ...from })
}
