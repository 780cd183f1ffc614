import type { Answer, Asked, RowsOf } from '../answer.ts'
import { authorise } from '../command/catalog.ts'
import type { Context } from '../command/context.ts'
import type { Command } from '../command/define.ts'
import type { Deps } from '../deps.ts'
import { OpsError } from '../errors.ts'
import type { RunId, RunRecord } from '../ports/ledger.ts'
import type { TableReply } from '../reply.ts'
import { findRun, keptDays, keptUntil, mayRead } from '../runner/readers.ts'
import { moment } from '../words.ts'

/** An answer to a query, as its run keeps it. */
export interface Result {
  readonly run: RunRecord
  readonly command: Command
  readonly answer: Answer
  readonly asked: Asked
  readonly table: TableReply
  readonly until: Date
  /** What to note with whatever shows its rows. */
  readonly rowsOf: readonly RowsOf[]
}

/**
 * The answer that a run keeps; the newest of whoever asks where no run is named. Throws `not_found` for a run without one,
 * `expired` after seven days with the line to ask anew, and `not_allowed` for those who may not ask its query, at this moment.
 */
export async function findResult(id: RunId | undefined, { deps, catalog, who }: Context): Promise<Result> {
  const isOwn = (run: RunRecord): boolean => run.who.id === who.id && run.answer?.asked !== undefined
  const run = await findRun(deps.ledger.runs, id, isOwn, 'answered')
  const { answer, ended } = run
  const asked = answer?.asked
  const table = answer?.replies.find((reply) => reply.kind === 'table')
  const command = catalog.find(run.command)
  if (answer === null || ended === null || asked === undefined || command === undefined) throw keepsNone(run)
  authorise(command, who, deps.directory)
  if (!mayRead(run, { who, catalog })) {
    const message = `Result ${run.id} was posted in the direct messages of ${run.who.name}. Nothing was done.`
    throw new OpsError('not_allowed', message, `Ask again: ${run.line}`, { cure: run.line })
  }
  const until = keptUntil(ended)
  if (until < deps.clock.now()) {
    throw new OpsError(
      'expired',
      `Result ${run.id}, ${run.line}, was kept for ${keptDays} days, until ${moment(until)}.`,
      `Ask anew: ${run.line}`,
      { cure: run.line },
    )
  }
  if (table === undefined) throw keepsNone(run)
  return { run, command, answer, asked, table, until, rowsOf: [{ command: command.name, ended }] }
}

function keepsNone({ id, line }: RunRecord): OpsError {
  return new OpsError('not_found', `Run ${id}, ${line}, keeps no answer of a query.`, 'See runs.', {
    cure: `runs ${id}`,
  })
}

/** The newest kept answer to a query by its plain line, whoever asked; null where none is kept. */
export async function findKept(command: string, line: string, { ledger, clock }: Deps): Promise<RunRecord | null> {
  const since = new Date(clock.now().getTime() - keptDays * 86_400_000).toISOString()
  const runs = await ledger.runs.list({ command, states: ['complete'], since, limit: 200 })
  return runs.find((run) => run.line === line && run.answer?.asked !== undefined) ?? null
}
