import { randomUUID } from 'node:crypto'
import type { Database } from '../redshift/cluster.ts'
import type { SqlResult } from '../sql/warehouse.ts'
import { createDeferred, type Deferred } from './deferred.ts'

/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_DescribeStatement.html */
export type Status = 'SUBMITTED' | 'PICKED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED'

/** One SQL statement: the whole of an ExecuteStatement, or one of a batch. Times are milliseconds since 1970. */
export type Part = {
  readonly id: string
  readonly sql: string
  readonly createdAt: number
  readonly ended: Deferred
  status: Status
  error: string | undefined
  updatedAt: number
  /** 0 until it runs. */
  queryId: number
  /** -1 until it has ended. */
  nanoseconds: number
  result: SqlResult | undefined
}

/** Who a statement runs as, and where. */
export type Session = {
  readonly cluster: Database
  readonly database: string
  readonly secretArn: string | undefined
  readonly dbUser: string
}

/** What was submitted in one call. */
export type Statement = {
  readonly id: string
  readonly session: Session
  /** `aws:userid` of whoever submitted it. */
  readonly owner: string
  /** Undefined for ExecuteStatement. */
  readonly mode: 'TRANSACTION' | 'AUTO_COMMIT' | undefined
  readonly parts: readonly Part[]
  readonly parameters: ReadonlyMap<string, string>
  readonly name: string | undefined
  readonly createdAt: number
  readonly pid: number
  readonly cancel: AbortController
  readonly ended: Deferred
  status: Status
  error: string | undefined
  updatedAt: number
  /** Long polls that wait for it. */
  waiters: number
}

/** How answers name what a statement runs on. */
export function placeOf({ cluster }: Session): { readonly [name: string]: string } {
  return cluster.rpu === undefined ? { ClusterIdentifier: cluster.identifier } : { WorkgroupName: cluster.identifier }
}

/** What a new statement is made of. */
export type Submission = Pick<Statement, 'session' | 'owner' | 'mode' | 'parameters' | 'name'> & {
  readonly sqls: readonly string[]
}

/** A statement that has just been submitted. Parts of a batch are `uuid:1`, `uuid:2` … */
export function createStatement(submission: Submission, now: number, pid: number): Statement {
  const { sqls, ...rest } = submission
  const id = randomUUID()
  const part = (sql: string, at: number): Part => ({
    id: rest.mode === undefined ? id : `${id}:${at + 1}`,
    sql,
    createdAt: now,
    ended: createDeferred(),
    status: 'SUBMITTED',
    error: undefined,
    updatedAt: now,
    queryId: 0,
    nanoseconds: -1,
    result: undefined,
  })
  return {
    ...rest,
    id,
    parts: sqls.map(part),
    createdAt: now,
    pid,
    cancel: new AbortController(),
    ended: createDeferred(),
    status: 'SUBMITTED',
    error: undefined,
    updatedAt: now,
    waiters: 0,
  }
}

/** Whether nothing more will happen. */
export function hasEnded(status: Status): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'ABORTED'
}
