import { authorise } from '../command/access.ts'
import type { Context } from '../command/context.ts'
import type { Bound } from '../command/define.ts'
import type { RunRecord } from '../ports/ledger.ts'

/** What a line comes to. `earlier` is the run that is to be tried again; `said` is the line in its plainest form. */
export interface Meaning {
  readonly said: string
  readonly bound: Bound
  readonly earlier: RunRecord | null
}

/** Reads a line and checks that its asker may say it, and what it stands for. Throws what is wrong with either. */
export async function meaningOf(line: string, context: Context): Promise<Meaning> {
  const { catalog, who, deps } = context
  const said = catalog.read(line)
  authorise(said.command, who, deps.directory)
  const earlier = await said.instead(context)
  if (earlier === null) return { said: said.line, bound: said, earlier }
  if (earlier.origin.kind === 'fire') return fireAgain(earlier.origin.schedule, earlier, context)
  const bound = catalog.understood(earlier)
  authorise(bound.command, who, deps.directory)
  if (earlier.state === 'complete') return { said: bound.line, bound, earlier: null }
  // Said with its number: the newest failed run may be another one when the plan is confirmed.
  return { said: `${said.command.name} ${earlier.id}`, bound, earlier }
}

/** A fire is said by the bot that hears Slack, in the schedule's own place, by whoever may have it said. */
function fireAgain(schedule: number, { id, state }: RunRecord, { catalog, who, deps }: Context): Meaning {
  const from = state === 'complete' ? '' : ` from=${id}`
  const bound = catalog.read(`schedule-run ${schedule}${from}`)
  authorise(bound.command, who, deps.directory)
  return { said: bound.line, bound, earlier: null }
}
