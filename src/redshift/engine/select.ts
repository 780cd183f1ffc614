import { OpsError } from '../../core/errors.ts'
import type { QueryOptions, ResultSet, Statement, Target } from '../../core/ports/engine.ts'
import { ask } from './ask.ts'
import { type BoundStatement, inRedshift } from './parameters.ts'
import type { Performer } from './perform.ts'
import { gone, isElsewhere, mustHold, type Place, searchPath } from './places.ts'
import type { Batch } from './statement.ts'
import { statementFailure } from './statement-failure.ts'

/** Asks one SELECT of one load. Throws `not_found` where that load is not on the cluster. */
export type Select = (target: Target, statement: Statement, options: QueryOptions) => Promise<ResultSet>

const places = { candidate: ['candidate'], new: ['candidate'], live: ['live', 'previous'] } as const satisfies Record<
  Target['kind'],
  readonly Place[]
>

/**
 * Makes the one who asks. Every question is a read-only transaction of the server's, so that nothing is changed whatever the
 * text says (as awslabs/mcp asks): a batch in which each statement stands for itself begins it and rolls it back. A server that
 * does not know such batches gets a plain one, after a look at the text.
 */
export function createSelect(performer: Performer): Select {
  let knowsAutoCommit = true

  const askIn = async (place: Place, { load }: Target, { sql, parameters }: BoundStatement, options: QueryOptions) => {
    const guard = mustHold(place, performer.home, load)
    const askAll = async (mode: Batch['mode'], sqls: readonly string[]) => {
      const question = { batch: { mode, sqls, parameters }, answer: sqls.indexOf(sql), wanted: options }
      return { ...(await ask(performer, question, options.signal)), guard: sqls.indexOf(guard) }
    }
    if (knowsAutoCommit) {
      const asked = await askAll('AUTO_COMMIT', [searchPath(place), 'begin read only', guard, sql, 'rollback'])
      if (asked.kind !== 'unsupported') return asked
      knowsAutoCommit = false
    }
    if (!/^\s*(select|with)\b/i.test(sql)) throw new OpsError('sql_failed', 'Only a SELECT can be asked here.')
    return askAll('TRANSACTION', [searchPath(place), guard, sql])
  }

  return async (target, statement, options) => {
    for (const place of places[target.kind]) {
      const asked = await askIn(place, target, inRedshift(statement), options)
      if (asked.kind === 'answered') return asked.result
      if (asked.kind === 'unsupported') throw new Error('a transaction is always supported')
      if (!isElsewhere(asked.submitted, asked.guard)) throw statementFailure(asked.submitted)
    }
    throw gone(target.load)
  }
}
