import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  type ColumnMetadata,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  type Field,
  GetStatementResultCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data'
import { OpsError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { isAwsError, readAwsError, readDenial } from '../aws-error.ts'
import { awsFailure, quoted } from '../aws-failure.ts'
import { isAway, withRetries } from '../retries.ts'
import { hasEnded, type StatementBatch, type Submitted } from './statement.ts'

/** The engine's own limits of one call: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html */
export const mostStatements = 40

/** How long a call may hold its answer back. */
export interface Waiting {
  /** Whole seconds, at most 30; 0 answers at once. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
}

/** One page of a result, as the Data API gives it. */
export interface StatementPage {
  readonly columns: readonly ColumnMetadata[]
  readonly records: readonly (readonly Field[])[]
  readonly total: number | undefined
  readonly next: string | undefined
}

/** What a look at a batch found: its state, nothing under that id, or too many others who wait for it. */
export type StatementLookup =
  | { readonly kind: 'found'; readonly submitted: Submitted }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'crowded' }

/**
 * The Redshift Data API on one database. Calls that are throttled or cut off are repeated, within bounds; every other failure
 * is an `OpsError`. A `token` makes submitting idempotent for 8 hours.
 */
export interface DataApi {
  /** `unsupported`: the server does not know AUTO_COMMIT. `status` is how the batch stands after the wait. */
  submit(
    batch: StatementBatch,
    token: string,
    waiting: Waiting,
  ): Promise<
    { readonly kind: 'submitted'; readonly id: string; readonly status: string } | { readonly kind: 'unsupported' }
  >
  describe(id: string, waiting: Waiting): Promise<StatementLookup>
  /** A page of a statement's result; null when there is none. */
  page(id: string, token: string | undefined, signal: AbortSignal): Promise<StatementPage | null>
  /** False when there was nothing left to stop. */
  cancel(id: string): Promise<boolean>
}

/** What the database is on, as the Data API names it: a cluster, or a workgroup of Redshift Serverless. */
type DatabasePlace = { readonly ClusterIdentifier: string } | { readonly WorkgroupName: string }

/** What the calls need to know of the database. */
interface DataApiOptions {
  readonly data: RedshiftDataClient
  readonly place: DatabasePlace
  readonly database: string
  readonly login: Login
  readonly clock: Clock
}

const never = new AbortController().signal

/** The Data API through an SDK client, which settles credentials, endpoint and the first tries. */
export function createDataApi({ data, place, database, login, clock }: DataApiOptions): DataApi {
  const call = async <T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await withRetries(send, clock, signal)
    } catch (error) {
      throw explain(error)
    }
  }

  const send = async ({ sqls, mode, parameters = [] }: StatementBatch, token: string, waitSeconds: number) =>
    data.send(
      new BatchExecuteStatementCommand({
        ...place,
        Database: database,
        ...(await login.get()),
        Sqls: [...sqls],
        ClientToken: token,
        ...(mode === 'AUTO_COMMIT' ? { ExecutionMode: mode } : {}),
        ...(parameters.length === 0 ? {} : { Parameters: [...parameters] }),
        ...(waitSeconds === 0 ? {} : { WaitTimeSeconds: waitSeconds }),
      }),
    )

  return {
    async submit(batch, token, { waitSeconds, signal }) {
      if (batch.sqls.length > mostStatements) throw new Error(`${batch.sqls.length} statements in one batch`)
      try {
        const { Id, Status = 'SUBMITTED' } = await call(async () => {
          try {
            return await send(batch, token, waitSeconds)
          } catch (error) {
            if (!isAboutSecret(error)) throw error
            login.forget()
            return await send(batch, token, waitSeconds)
          }
        }, signal)
        if (Id === undefined) throw new OpsError('aws', 'The Data API took a statement and gave no id for it.')
        return { kind: 'submitted', id: Id, status: Status }
      } catch (error) {
        if (batch.mode === 'AUTO_COMMIT' && isAboutMode(error)) return { kind: 'unsupported' }
        throw error
      }
    },

    describe: (id, { waitSeconds, signal }) =>
      call(async (): Promise<StatementLookup> => {
        try {
          const wait = waitSeconds === 0 ? {} : { WaitTimeSeconds: waitSeconds }
          const answer = await data.send(new DescribeStatementCommand({ Id: id, ...wait }), { abortSignal: signal })
          return { kind: 'found', submitted: readSubmitted(id, answer) }
        } catch (error) {
          if (isForgotten(error)) return { kind: 'unknown' }
          if (isAwsError(error, 'ActiveWaitingRequestsExceeded')) return { kind: 'crowded' }
          throw error
        }
      }, signal),

    page: (id, token, signal) =>
      call(async () => {
        try {
          const next = token === undefined ? {} : { NextToken: token }
          const command = withExactIntegers(new GetStatementResultCommand({ Id: id, ...next }))
          const answer = await data.send(command, { abortSignal: signal })
          return {
            columns: answer.ColumnMetadata ?? [],
            records: answer.Records ?? [],
            total: answer.TotalNumRows,
            next: answer.NextToken,
          }
        } catch (error) {
          if (isForgotten(error)) return null
          throw error
        }
      }, signal),

    cancel: (id) =>
      call(async () => {
        try {
          return (await data.send(new CancelStatementCommand({ Id: id }))).Status ?? true
        } catch (error) {
          if (isAwsError(error, 'Validation') || isForgotten(error)) return false
          throw error
        }
      }, never),
  }
}

function readSubmitted(id: string, answer: DescribeStatementCommandOutput): Submitted {
  const status = answer.Status ?? 'SUBMITTED'
  return {
    id,
    status,
    error: answer.Error,
    parts: (answer.SubStatements ?? []).map((part, i) => ({
      id: part.Id ?? `${id}:${i + 1}`,
      status: part.Status ?? (hasEnded(status) ? status : 'SUBMITTED'),
      error: part.Error,
      rows: part.ResultRows === undefined || part.ResultRows < 0 ? null : part.ResultRows,
      queryId: part.RedshiftQueryId === undefined || part.RedshiftQueryId <= 0 ? null : part.RedshiftQueryId,
    })),
  }
}

/** AWS keeps statements and results for 24 hours. It names one that is gone in either way: pulumi/pulumi-aws#2055. */
function isForgotten(error: unknown): boolean {
  if (isAwsError(error, 'ResourceNotFound')) return true
  return isAwsError(error, 'Validation') && /\bexpired after\b/i.test(readAwsError(error)?.message ?? '')
}

function isAboutSecret(error: unknown): boolean {
  return isAwsError(error, 'Validation') && /secret/i.test(readAwsError(error)?.message ?? '')
}

function isAboutMode(error: unknown): boolean {
  return error instanceof OpsError && /ExecutionMode|AUTO_COMMIT/i.test(error.message)
}

/** Who statements run as: the owner of the cluster's secret where it has one, otherwise the admin user by name. */
export interface Login {
  get(): Promise<{ readonly SecretArn: string } | { readonly DbUser: string }>
  /** The cluster is asked again next time: its secret was rotated, or it is another cluster. */
  forget(): void
}

/** Asks for the secret's ARN once and remembers it, because asking costs a call. */
export function createLogin(secretArn: () => Promise<string | undefined>, adminUser: string): Login {
  let known: ReturnType<Login['get']> | undefined
  const ask = async (): ReturnType<Login['get']> => {
    const arn = await secretArn()
    return arn === undefined ? { DbUser: adminUser } : { SecretArn: arn }
  }
  return {
    async get() {
      known ??= ask()
      try {
        return await known
      } catch (error) {
        known = undefined
        throw error
      }
    },
    forget() {
      known = undefined
    },
  }
}

/** What a call of the Data API threw, as an `OpsError` where it is an expected failure. Throw what comes back. */
export function explain(thrown: unknown): unknown {
  const error = thrown instanceof OpsError ? null : readAwsError(thrown)
  if (error?.name !== 'Validation') return awsFailure(thrown)
  if (isAway(error.message)) {
    const what = `The cluster accepts no statements: ${error.message.replace(/\.?$/, '.')}`
    return new OpsError('cluster_state', what, 'Run status to see its state.', { fixCommand: 'status', cause: thrown })
  }
  // Credentials that are asked for on the caller's behalf are denied in these words, under this name (awslabs/mcp #4560).
  if (readDenial(error) !== null) {
    const { message, status, requestId } = error
    return awsFailure({ name: 'AccessDenied', message, $metadata: { httpStatusCode: status, requestId } })
  }
  if (/secret/i.test(error.message)) {
    return new OpsError(
      'aws_denied',
      `The secret with the admin password cannot be used: ${quoted(error.message)}`,
      'Let Redshift manage the password again: aws redshift modify-cluster --cluster-identifier … --manage-master-password. Then run it again.',
      { cause: thrown },
    )
  }
  return awsFailure(thrown)
}

/**
 * Makes whole numbers of 16 digits and more arrive as `stringValue`. The SDK reads `longValue` with JSON.parse, which turns
 * 9007199254740993 into 9007199254740992 without a word. So the answer's text is changed before it is parsed: within a JSON
 * string every quote has a backslash before it, so `"longValue":` can only be a key.
 */
function withExactIntegers(command: GetStatementResultCommand): GetStatementResultCommand {
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { response } = result
      if (hasStream(response)) Object.assign(response, { body: Buffer.from(exact(await text(response.body))) })
      return result
    },
    // Within the step the lowest is the nearest to the wire.
    { step: 'deserialize', priority: 'low', name: 'exactIntegers' },
  )
  return command
}

function exact(json: string): string {
  return json.replaceAll(/"longValue"\s*:\s*(-?\d{16,})/g, '"stringValue":"$1"')
}

function hasStream(response: unknown): response is { readonly body: Readable } {
  return typeof response === 'object' && response !== null && 'body' in response && response.body instanceof Readable
}
