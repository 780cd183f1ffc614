import { runCopy } from '../sql/copy.ts'
import { adapt, kindOf, refuseForeign, SqlRefusal } from '../sql/dialect.ts'
import { afterCreateTable } from '../sql/overlay.ts'
import { bind } from '../sql/parameters.ts'
import { outline } from '../sql/scan.ts'
import { type QueryHistoryRow, viewsNamedIn } from '../sql/system-views.ts'
import { runUnload } from '../sql/unload.ts'
import type { SqlResult, Warehouse } from '../sql/warehouse.ts'
import type { World } from '../world.ts'
import type { Part, Statement } from './statement.ts'

/**
 * Where a statement runs: on its own in a session, in the transaction of a batch, in one that the batch opened itself,
 * or as a guest in somebody else's.
 */
export type Place = 'session' | 'transaction' | 'opened' | 'guest'

/** Runs one SQL statement in the session that has the turn and keeps its result; throws what it fails with. */
export async function runPart(
  world: World,
  statement: Statement,
  part: Part,
  warehouse: Warehouse,
  place: Place,
): Promise<void> {
  const history = beginHistory(world, statement, part)
  warehouse.system.sys_query_history.push(history)
  try {
    mayRun(world, statement, part.sql)
    part.result = await perform(world, statement, part, warehouse, place)
    history.status = 'success'
    history.returned_rows = part.result.rows.length
  } catch (error) {
    history.status = statement.cancel.signal.aborted ? 'canceled' : 'failed'
    history.error_message = error instanceof Error ? error.message.slice(0, 512) : ''
    throw error
  } finally {
    history.end_time = new Date(world.clock.now())
    history.elapsed_time = (history.end_time.getTime() - history.start_time.getTime()) * 1000
    history.execution_time = history.elapsed_time
  }
}

async function perform(
  world: World,
  statement: Statement,
  part: Part,
  warehouse: Warehouse,
  place: Place,
): Promise<SqlResult> {
  const kind = kindOf(part.sql)
  if (kind === 'copy') return copy(world, statement, part, warehouse, place)
  if (kind === 'unload') {
    const affected = await runUnload(world, statement.session.cluster, warehouse, part.sql)
    return { columns: [], rows: [], affected }
  }
  if (kind === 'control' && place === 'guest') return { columns: [], rows: [], affected: 0 }
  await warehouse.show(viewsNamedIn(part.sql))
  const { sql, values } = bind(adapt(part.sql), statement.parameters)
  const result = await warehouse.query(sql, values)
  if (kind === 'createTable') await warehouse.run(afterCreateTable)
  if (kind === 'truncate') {
    // TRUNCATE commits the transaction it runs in, and everything before it (developer guide, r_TRUNCATE).
    await warehouse.run('commit')
    if (place === 'transaction') await warehouse.run('begin')
  }
  return result
}

async function copy(
  world: World,
  statement: Statement,
  part: Part,
  warehouse: Warehouse,
  place: Place,
): Promise<SqlResult> {
  const { cluster } = statement.session
  const isOpen = place !== 'session'
  if (!isOpen) await warehouse.run('begin')
  const run = {
    world,
    cluster,
    warehouse,
    queryId: part.queryId,
    pid: statement.pid,
    cancelled: statement.cancel.signal,
  }
  const loaded = await runCopy(run, part.sql)
  if (!isOpen) await warehouse.run('commit')
  await warehouse.query(
    `select set_config('double.last_copy_count', $1, false), set_config('double.last_copy_id', $2, false)`,
    [String(loaded), String(part.queryId)],
  )
  return { columns: [], rows: [], affected: loaded }
}

/** What Redshift lacks is refused, and a user made up from an IAM identity owns nothing and may read nothing. */
function mayRun(world: World, statement: Statement, sql: string): void {
  refuseForeign(sql)
  const { dbUser, database } = statement.session
  const touches = /^(?:select .*\bfrom|insert|delete|update|merge|copy|unload|create|drop|alter|truncate)\b/.test(
    outline(sql),
  )
  if (dbUser.startsWith('IAM:') && touches) throw new SqlRefusal(`permission denied for database ${database}`)
  const missing = viewsNamedIn(sql).find((view) => view.startsWith('sys_load_') && !world.options.loadHistory)
  if (missing !== undefined) throw new SqlRefusal(`relation "${missing}" does not exist`)
}

function beginHistory(world: World, statement: Statement, part: Part): QueryHistoryRow {
  return {
    user_id: 100,
    query_id: part.queryId,
    transaction_id: part.queryId,
    session_id: statement.pid,
    database_name: statement.session.database,
    query_type: outline(part.sql).split(' ')[0]?.toUpperCase() ?? '',
    status: 'running',
    start_time: new Date(world.clock.now()),
    end_time: undefined,
    elapsed_time: 0,
    execution_time: 0,
    error_message: '',
    returned_rows: 0,
    query_text: part.sql.slice(0, 4000),
  }
}
