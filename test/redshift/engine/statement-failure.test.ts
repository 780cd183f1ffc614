import { describe, expect, it } from 'vitest'
import { liveUntouched, type OpsErrorCode } from '../../../src/core/errors.ts'
import type { BatchPart } from '../../../src/redshift/engine/statement.ts'
import { idsOf, statementFailure } from '../../../src/redshift/engine/statement-failure.ts'

const part = (n: number, status: string, more: Partial<BatchPart> = {}): BatchPart => ({
  id: `s:${n}`,
  status,
  error: undefined,
  rows: null,
  queryId: null,
  ...more,
})

const failed = (error: string) => ({ id: 's', status: 'FAILED', error, parts: [part(1, 'FAILED', { error })] })

describe('what Redshift reports', () => {
  // Each with words that also fit a cause further down, where there are any.
  it.each<[error: string, code: OpsErrorCode, what: string, remedy: string]>([
    ['User arn:u is not authorized to assume IAM Role arn:r', 'aws_denied', 'assume the role', 'spin-up'],
    [
      'S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket,CanRetry 1',
      'source_missing',
      'bucket of the source data does not exist',
      'SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA',
    ],
    [
      'S3ServiceException:The bucket you are attempting to access must be addressed using the specified endpoint.,Status 301,Error PermanentRedirect',
      'source_unreadable',
      'is in another region',
      'SPARKIFY_DATA_REGION',
    ],
    [
      'S3ServiceException:The specified key does not exist.,Status 404,Error NoSuchKey',
      'source_missing',
      'A file is missing from the bucket',
      'SPARKIFY_LOG_JSONPATHS',
    ],
    ["The specified S3 prefix 'log-data' does not exist", 'source_missing', 'No file matches', 'SPARKIFY_LOG_DATA'],
    [
      'S3ServiceException:Access Denied,Status 403,Error AccessDenied: kms:Decrypt',
      'source_unreadable',
      'KMS key',
      'kms:Decrypt',
    ],
    [
      'S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,CanRetry 1',
      'aws',
      'throttling the cluster',
      'Run etl again',
    ],
    ['S3ServiceException:Access Denied,Status 403,Error AccessDenied', 'source_unreadable', 'read the bucket', 's3:'],
    [
      'Number of jsonpaths and the number of columns should match. JSONPath size: 17',
      'bad_config',
      'one path for each of the 18 columns',
      'SPARKIFY_LOG_JSONPATHS',
    ],
    ['FATAL: password authentication failed for user "a"', 'aws_denied', 'refused the password', 'rotate it'],
    ['database "dev2" does not exist', 'bad_config', 'no such database', 'REDSHIFT_DATABASE'],
    ['Query (1) cancelled by WLM abort action', 'sql_failed', 'query monitoring rule', 'Raise the limit'],
    ['canceling statement due to statement timeout', 'sql_failed', 'statement timeout stopped', 'statement_timeout'],
    ["Query (1) cancelled on user's request", 'cancelled', 'Someone cancelled', 'Ask who'],
    ['canceling statement due to user request', 'cancelled', 'Someone cancelled', 'Ask who'],
    ['server closed the connection unexpectedly', 'cluster_state', 'closed the connection', 'status'],
    ['the database system is shutting down', 'cluster_state', 'closed the connection', 'status'],
    ['Disk Full DETAIL: error: Disk Full', 'storage', 'out of disk space', 'Resize it'],
    ['relation "plays" does not exist', 'sql_failed', 'Redshift rejected a statement', ''],
  ])('has a code, words and a remedy of its own: %s', (error, code, what, remedy) => {
    const failure = statementFailure(failed(error))
    expect(failure.code).toBe(code)
    expect(failure.message).toContain(what)
    expect(failure.message).toContain(error.replace(/^FATAL: /, ''))
    expect(failure.remedy).toContain(remedy)
    expect(failure.remedy === '').toBe(remedy === '')
  })

  it('is said with what readers see where the statement was stopped, with the first line alone', () => {
    const stopped = statementFailure(failed('canceling statement due to statement timeout\n CONTEXT: x'))
    expect(stopped.message).toBe(
      `The cluster's statement timeout stopped the statement. ${liveUntouched} Redshift reported: canceling statement due to statement timeout.`,
    )
    expect(statementFailure(failed('Disk Full\n process: 1')).message).toBe(
      'The cluster ran out of disk space. Redshift reported: Disk Full.',
    )
  })

  it('is not asked where the whole batch was cancelled', () => {
    const cancelled = statementFailure({ ...failed('Disk Full'), status: 'ABORTED' })
    expect(cancelled).toMatchObject({ code: 'cancelled', remedy: expect.stringContaining('Ask who') })
    expect(cancelled.message).toContain('statement s on the cluster, not through this bot')
    expect(cancelled.message).toContain(liveUntouched)
  })

  it('comes with the ids by which AWS finds the statement that failed first', () => {
    const parts = [part(1, 'FINISHED', { queryId: 7 }), part(2, 'FAILED', { queryId: 8, error: 'ERROR: no' })]
    const submitted = { id: 's', status: 'FAILED', error: 'another', parts: [...parts, part(3, 'FAILED')] }
    const rows = [
      ['statement', 's'],
      ['query', '8'],
    ]
    expect(idsOf(submitted)).toMatchObject({ rows, total: 2 })
    expect(statementFailure(submitted)).toMatchObject({
      message: 'Redshift rejected a statement: no.',
      evidence: [{ rows }],
    })
    expect(idsOf({ ...submitted, parts: [] })).toMatchObject({ rows: [['statement', 's']], total: 1 })
    expect(statementFailure({ ...submitted, parts: [] }).message).toContain('another')
    expect(statementFailure({ id: 's', status: 'FAILED', error: undefined, parts: [] }).message).toContain(
      'the server gives no reason',
    )
  })
})
