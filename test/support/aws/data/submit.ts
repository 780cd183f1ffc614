import { createHash } from 'node:crypto'
import { AwsError } from '../error.ts'
import { clusterKey } from '../redshift/cluster.ts'
import { allowOnWorkgroup } from '../serverless/state.ts'
import type { JsonAction, JsonCall } from '../services.ts'
import { parameterNames } from '../sql/parameters.ts'
import { resourceTagContext } from '../tags.ts'
import type { JsonValue } from '../wire/json.ts'
import type { World } from '../world.ts'
import { batchInput, executeInput, invalid, parametersOf, readInput, type SubmitInput } from './input.ts'
import { runStatement } from './run.ts'
import { openSession } from './session.ts'
import { createStatement, hasEnded, placeOf, type Statement } from './statement.ts'
import { waitFor } from './wait.ts'

/** The Data API's limit on the text of one statement. */
const mostSqlBytes = 100 * 1024

/** A client token is remembered for 8 hours (management guide, data-api: idempotency). */
const tokenMs = 8 * 3_600_000

/** What a client token was used for. */
export type UsedToken = { readonly statement: Statement; readonly request: string; readonly at: number }

/** ExecuteStatement. */
export const executeStatement: JsonAction = (call) => {
  const input = readInput(executeInput, call.input)
  return submit(call, 'redshift-data:ExecuteStatement', input, [input.Sql], undefined)
}

/** BatchExecuteStatement. */
export const batchExecuteStatement: JsonAction = (call) => {
  const input = readInput(batchInput, call.input)
  return submit(call, 'redshift-data:BatchExecuteStatement', input, input.Sqls, input.ExecutionMode ?? 'TRANSACTION')
}

async function submit(
  { world, caller, hungUp }: JsonCall,
  action: string,
  input: SubmitInput,
  sqls: readonly string[],
  mode: Statement['mode'],
): Promise<JsonValue> {
  if (input.WorkgroupName === undefined) {
    const identifier = input.ClusterIdentifier ?? '*'
    const tags = world.clusters.get(clusterKey(caller.region, identifier))?.tags ?? new Map()
    caller.allow(action, world.arns.cluster(caller.region, identifier), resourceTagContext(tags))
  } else allowOnWorkgroup(world, caller, action, input.WorkgroupName)
  if (sqls.some((sql) => Buffer.byteLength(sql) > mostSqlBytes)) {
    throw invalid('SQL statement exceeds the maximum length of 100 KB.')
  }
  const parameters = parametersOf(input, new Set(sqls.flatMap((sql) => [...parameterNames(sql)])))
  const session = openSession(world, caller, input)
  const request = createHash('sha256')
    .update(JSON.stringify({ ...input, sqls, mode, WaitTimeSeconds: 0 }))
    .digest('hex')
  const known = alreadySubmitted(world, input.ClientToken, request)
  if (known !== undefined) return receipt(await waitFor(world, known, known, input.WaitTimeSeconds, hungUp))
  limitActive(world, session.cluster)
  const now = world.clock.now()
  const statement = createStatement(
    { session, owner: caller.userId, mode, parameters, name: input.StatementName, sqls },
    now,
    world.nextPid(),
  )
  world.statements.set(statement.id, statement)
  if (input.ClientToken !== undefined) world.tokens.set(input.ClientToken, { statement, request, at: now })
  // It runs on after the answer; what fails is in the statement, and a bug of the double must end the process.
  runStatement(world, statement).catch((error: unknown) => world.crash(error))
  return receipt(await waitFor(world, statement, statement, input.WaitTimeSeconds, hungUp))
}

function alreadySubmitted(world: World, token: string | undefined, request: string): Statement | undefined {
  const used = token === undefined ? undefined : world.tokens.get(token)
  if (used === undefined || world.clock.now() - used.at >= tokenMs) return undefined
  if (used.request !== request) throw invalid('The client token was already used with different parameters.')
  return used.statement
}

function limitActive(world: World, cluster: Statement['session']['cluster']): void {
  const most = world.options.quotas.activeStatements
  const active = [...world.statements.values()].filter(
    (each) => each.session.cluster === cluster && !hasEnded(each.status),
  )
  if (active.length >= most) {
    throw new AwsError('ActiveStatementsExceededException', `Active statements exceeded the allowed quota (${most}).`)
  }
}

function receipt(statement: Statement): JsonValue {
  const { session } = statement
  return {
    Id: statement.id,
    ...placeOf(session),
    Database: session.database,
    DbUser: session.secretArn === undefined ? session.dbUser : undefined,
    SecretArn: session.secretArn,
    CreatedAt: new Date(statement.createdAt),
    Status: statement.status,
    HasResultSet: statement.parts.some((part) => (part.result?.columns.length ?? 0) > 0),
    RedshiftPid: statement.status === 'SUBMITTED' ? undefined : statement.pid,
  }
}
