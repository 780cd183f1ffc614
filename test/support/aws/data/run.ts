import { setTimeout } from 'node:timers/promises'
import { kindOf, SqlRefusal } from '../sql/dialect.ts'
import { errorText } from '../sql/error.ts'
import { outline } from '../sql/scan.ts'
import { viewsNamedIn } from '../sql/system-views.ts'
import type { Warehouse } from '../sql/warehouse.ts'
import type { World } from '../world.ts'
import { type Place, runPart } from './run-part.ts'
import { hasEnded, type Part, type Statement, type Status } from './statement.ts'

/** What the Data API says of the statements of a batch that were not run. The grammar is AWS's. */
const notRun = 'Connection or an prior query failed.'

/** Runs a submitted statement to its end, whatever that is. Throws only for a bug of the double. */
export async function runStatement(world: World, statement: Statement): Promise<void> {
  try {
    await attempt(world, statement)
  } catch (error) {
    if (!statement.cancel.signal.aborted) throw error
    end(world, statement, 'ABORTED', undefined)
  }
}

async function attempt(world: World, statement: Statement): Promise<void> {
  const { signal } = statement.cancel
  const refused = connectionRefused(world, statement)
  if (refused !== undefined) return end(world, statement, 'FAILED', refused)
  mark(world, statement, 'PICKED')
  const warehouse = await statement.session.cluster.storage.open()
  mark(world, statement, 'STARTED')
  if (statement.parts.some((part) => world.faults.hangs(part.sql))) await world.faults.untilCleared(signal)
  if (world.options.statementMs > 0) await setTimeout(world.options.statementMs, undefined, { signal })
  charge(world, statement, warehouse)
  if (readsOnlySystemViews(statement)) {
    await warehouse.turns.slipIn((inside) => (inside ? runAsGuest : runInTurn)(world, statement, warehouse))
  } else {
    await warehouse.turns.take(() => runInTurn(world, statement, warehouse))
  }
}

async function runInTurn(world: World, statement: Statement, warehouse: Warehouse): Promise<void> {
  const isTransaction = statement.mode === 'TRANSACTION'
  try {
    if (isTransaction) await warehouse.run('begin')
    const failed = await runParts(world, statement, warehouse, isTransaction ? 'transaction' : 'session')
    statement.cancel.signal.throwIfAborted()
    if (isTransaction && failed === undefined) await warehouse.run('commit')
    const error = failed === undefined ? undefined : failureOf(statement, failed)
    end(world, statement, failed === undefined ? 'FINISHED' : 'FAILED', error)
  } finally {
    // Each call is a session of its own: what it left open or set goes with it.
    await warehouse.run('rollback')
    await warehouse.run('discard all')
  }
}

/** Inside another session's transaction: reads the system views and leaves no trace. */
async function runAsGuest(world: World, statement: Statement, warehouse: Warehouse): Promise<void> {
  await warehouse.run('savepoint guest')
  const failed = await runParts(world, statement, warehouse, 'guest')
  await warehouse.run('rollback to savepoint guest')
  const error = failed === undefined ? undefined : failureOf(statement, failed)
  end(world, statement, failed === undefined ? 'FINISHED' : 'FAILED', error)
}

/** Runs the parts in order; the first that failed. In a transaction nothing runs after it. */
async function runParts(
  world: World,
  statement: Statement,
  warehouse: Warehouse,
  from: Place,
): Promise<Part | undefined> {
  let failed: Part | undefined
  let place = from
  for (const part of statement.parts) {
    statement.cancel.signal.throwIfAborted()
    if (failed !== undefined && from !== 'session') break
    const began = process.hrtime.bigint()
    part.queryId = warehouse.nextQueryId()
    set(world, part, 'STARTED')
    const error = await errorOf(world, statement, part, warehouse, place)
    if (from === 'session' && kindOf(part.sql) === 'control') place = opens(part.sql) ? 'opened' : 'session'
    part.nanoseconds = Number(process.hrtime.bigint() - began)
    part.error = error
    set(world, part, error === undefined ? 'FINISHED' : 'FAILED')
    if (error !== undefined) failed ??= part
  }
  return failed
}

async function errorOf(
  world: World,
  statement: Statement,
  part: Part,
  warehouse: Warehouse,
  place: Place,
): Promise<string | undefined> {
  const injected = world.faults.failureOf(part.sql)
  if (injected !== undefined) return injected
  try {
    await runPart(world, statement, part, warehouse, place)
    return undefined
  } catch (error) {
    if (statement.cancel.signal.aborted && !(error instanceof SqlRefusal)) throw error
    return errorText(error, statement.parameters.size === 0)
  }
}

function failureOf(statement: Statement, failed: Part): string {
  const number = statement.parts.indexOf(failed) + 1
  return statement.mode === undefined ? String(failed.error) : `Query #${number} failed with ${failed.error}`
}

/** Why no connection was made at all; undefined when one was. */
function connectionRefused(world: World, { session }: Statement): string | undefined {
  const { cluster, database, dbUser, secretArn } = session
  if (database !== cluster.databaseName) return `FATAL: database "${database}" does not exist`
  const stranger = dbUser !== cluster.masterUsername && !dbUser.startsWith('IAM:')
  if (stranger || (secretArn !== undefined && world.faults.secretIsStale())) {
    return `FATAL: password authentication failed for user "${dbUser}"`
  }
  return undefined
}

/** What Serverless charges for a statement: its capacity for the minute in which it begins, once. */
function charge(world: World, { session }: Statement, { system }: Warehouse): void {
  const { rpu } = session.cluster
  if (rpu === undefined) return
  const start = Math.floor(world.clock.now() / 60_000) * 60_000
  if (system.sys_serverless_usage.some(({ start_time }) => start_time.getTime() === start)) return
  system.sys_serverless_usage.push({
    start_time: new Date(start),
    end_time: new Date(start + 60_000),
    compute_seconds: rpu * 60,
    compute_capacity: rpu,
    data_storage: 40,
    cross_region_transferred_data: 0,
    charged_seconds: rpu * 60,
  })
}

/** Such statements run beside a COPY, as its progress is asked for. */
function readsOnlySystemViews(statement: Statement): boolean {
  const reading = statement.parts.filter((part) => kindOf(part.sql) !== 'control').map((part) => outline(part.sql))
  return reading.length > 0 && reading.every((sql) => sql.startsWith('select') && viewsNamedIn(sql).length > 0)
}

function opens(control: string): boolean {
  return /^(begin|start)\b/.test(outline(control))
}

function mark(world: World, statement: Statement, status: Status): void {
  statement.cancel.signal.throwIfAborted()
  statement.status = status
  statement.updatedAt = world.clock.now()
  // An ExecuteStatement is its only part.
  if (statement.mode === undefined) for (const part of statement.parts) set(world, part, status)
}

function set(world: World, part: Part, status: Status): void {
  part.status = status
  part.updatedAt = world.clock.now()
  if (hasEnded(status)) part.ended.resolve()
}

function end(world: World, statement: Statement, status: Status, error: string | undefined): void {
  for (const part of statement.parts) {
    if (hasEnded(part.status)) continue
    const isAlone = statement.mode === undefined
    part.error = isAlone ? error : status === 'FAILED' ? notRun : undefined
    set(world, part, isAlone ? status : 'ABORTED')
  }
  statement.status = status
  statement.error = error
  statement.updatedAt = world.clock.now()
  statement.ended.resolve()
}
