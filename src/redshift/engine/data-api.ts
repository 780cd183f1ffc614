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
import { isAwsError, readAwsError } from '../aws-error.ts'
import { withExactIntegers } from './exact-integers.ts'
import { explain } from './explain.ts'
import type { Login } from './login.ts'
import { patiently } from './patience.ts'
import { type Batch, hasEnded, type Submitted } from './statement.ts'

/** The engine's own limits of one call: https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html */
export const mostStatements = 40

/** How long a call may hold its answer back. */
export interface Waiting {
  /** Whole seconds, at most 30; 0 answers at once. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
}

/** One page of a result, as the Data API gives it. */
export interface Page {
  readonly columns: readonly ColumnMetadata[]
  readonly records: readonly (readonly Field[])[]
  readonly total: number | undefined
  readonly next: string | undefined
}

/** What a look at a batch found: its state, nothing under that id, or too many others who wait for it. */
export type Look =
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
    batch: Batch,
    token: string,
    waiting: Waiting,
  ): Promise<
    { readonly kind: 'submitted'; readonly id: string; readonly status: string } | { readonly kind: 'unsupported' }
  >
  describe(id: string, waiting: Waiting): Promise<Look>
  /** A page of a statement's result; null when there is none. */
  page(id: string, token: string | undefined, signal: AbortSignal): Promise<Page | null>
  /** False when there was nothing left to stop. */
  cancel(id: string): Promise<boolean>
}

/** What the calls need to know of the database. */
export interface DataApiOptions {
  readonly data: RedshiftDataClient
  readonly clusterId: string
  readonly database: string
  readonly login: Login
  readonly clock: Clock
}

const never = new AbortController().signal

/** The Data API through an SDK client, which settles credentials, endpoint and the first tries. */
export function createDataApi({ data, clusterId, database, login, clock }: DataApiOptions): DataApi {
  const call = async <T>(send: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await patiently(send, clock, signal)
    } catch (error) {
      throw explain(error)
    }
  }

  const send = async ({ sqls, mode, parameters = [] }: Batch, token: string, waitSeconds: number) =>
    data.send(
      new BatchExecuteStatementCommand({
        ClusterIdentifier: clusterId,
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
      call(async (): Promise<Look> => {
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
