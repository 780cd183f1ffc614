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
  const assume =
    'Run spin-up: it repairs the trust policy and attaches the role. A role of your own (REDSHIFT_ROLE_ARN) must trust redshift.amazonaws.com; doctor names what is wrong.'
  const places = 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.'
  const kms =
    'Set REDSHIFT_ROLE_ARN to a role that has kms:Decrypt on that key beside s3:ListBucket and s3:GetObject; the key policy must allow it as well.'
  const reading =
    'It needs s3:ListBucket on the bucket and s3:GetObject on its objects. Run spin-up, which writes that policy. If the bucket belongs to another account, its bucket policy must allow it as well.'
  const encrypted = 'The objects are encrypted with a KMS key that the role is not allowed to use.'
  const elsewhere = 'The bucket of the source data is in another region.'
  const [noBucket, noFile] = ['The bucket of the source data does not exist.', 'No file matches the prefix.']
  const noKey = 'A file is missing from the bucket: the JSONPaths file, or one that was deleted during the load.'
  const slow = 'S3 is throttling the cluster (too many requests to one prefix); several retries did not help.'
  const closed = 'The cluster closed the connection: it was restarted or is under maintenance.'
  const rule = "A query monitoring rule of the cluster's workload management (WLM) stopped the statement."
  const someone = 'Someone cancelled the statement on the cluster, not through this bot.'
  const [raise, ask, wait] = [
    'Raise the limit of that rule, or exempt the queue of the admin user; then run it again.',
    'Ask who is using the cluster, then run it again.',
    'Run it again when status shows that the cluster is available.',
  ]

  /** Each cause in the words of Redshift and S3, with others that also fit a cause further down, where there are any. */
  const causes: readonly (readonly [code: OpsErrorCode, what: string, remedy: string, ...errors: string[]])[] = [
    [
      'aws_denied',
      'The cluster is not allowed to assume the role that reads the source data.',
      assume,
      'User arn:u is not authorized to assume IAM Role arn:r',
      'not authorized to assume the IAM role, Error AccessDenied',
    ],
    [
      'source_missing',
      noBucket,
      places,
      'S3ServiceException:No,Status 404,Error NoSuchBucket,CanRetry 1',
      'The specified bucket does not exist',
    ],
    [
      'source_unreadable',
      elsewhere,
      'Set SPARKIFY_DATA_REGION to its region.',
      'S3ServiceException:Access Denied,Status 301,Error PermanentRedirect',
      'The bucket must be addressed using the specified endpoint.',
      "The bucket is in this region: 'eu-west-1'",
    ],
    [
      'source_missing',
      noKey,
      'Check SPARKIFY_LOG_JSONPATHS, or load again.',
      'S3ServiceException:No,Status 404,Error NoSuchKey',
      'The specified key does not exist.',
    ],
    ['source_missing', noFile, places, "The specified S3 prefix 'log-data' does not exist", 'no files found'],
    [
      'source_unreadable',
      encrypted,
      kms,
      'S3ServiceException:Access Denied,Status 403,Error AccessDenied: kms:Decrypt',
      'KMS.DisabledException',
      'KMSAccessDenied',
      'The ciphertext refers to a customer master key that does not exist',
    ],
    [
      'aws',
      slow,
      'Run etl again in a few minutes. Fewer and larger files help.',
      'S3ServiceException:Access Denied,Status 503,Error SlowDown,CanRetry 1',
      'S3ServiceException:No,Status 500,Error Odd,CanRetry 1',
      'S3CurlException: Could not resolve host, CanRetry 1',
      'Error ServiceUnavailable',
      'Error InternalError',
    ],
    [
      'source_unreadable',
      'The role is not allowed to read the bucket.',
      reading,
      'S3ServiceException: Access Denied,Status 403',
      'S3ServiceException:AccessDenied,Status 403',
      'S3ServiceException:Forbidden,Status 403',
      'Error AccessDenied',
    ],
    [
      'bad_config',
      'The JSONPaths file does not have one path for each of the 18 columns of the log.',
      'Correct the file, or leave SPARKIFY_LOG_JSONPATHS empty.',
      'Number of jsonpaths and the number of columns should match. JSONPath size: 17',
    ],
    [
      'aws_denied',
      "The database has refused the password in the cluster's secret for a minute.",
      'If the secret was changed by hand, rotate it in Secrets Manager, then run the command again.',
      'FATAL: password authentication failed for user "a"',
    ],
    [
      'bad_config',
      'The cluster has no such database.',
      'Set REDSHIFT_DATABASE to the name of a database of the cluster; a restored cluster keeps the name that it had.',
      'database "dev2" does not exist',
    ],
    [
      'sql_failed',
      `${rule} ${liveUntouched}`,
      raise,
      'Query (1) cancelled by WLM abort action',
      'Query (1) cancelled by query monitoring rule',
    ],
    [
      'sql_failed',
      `The cluster's statement timeout stopped the statement. ${liveUntouched}`,
      'Raise statement_timeout of the admin user or of the parameter group; then run it again.',
      'canceling statement due to statement timeout',
    ],
    [
      'cancelled',
      `${someone} ${liveUntouched}`,
      ask,
      "Query (1) cancelled on user's request",
      'Query (1) canceled on users request',
      'canceling statement due to user request',
    ],
    [
      'cluster_state',
      `${closed} ${liveUntouched}`,
      wait,
      'terminating connection due to administrator command',
      'connection was lost',
      'connection to the leader was reset',
      'the connection is closed',
      'server closed the connection unexpectedly',
      'the database system is shutting down',
      'the database system is starting up',
    ],
    [
      'storage',
      'The cluster ran out of disk space.',
      'Resize it, or load a smaller prefix.',
      'Disk Full DETAIL: error: Disk Full',
    ],
  ]
  it.each(
    causes.flatMap(([code, what, remedy, ...errors]) => errors.map((error) => [error, code, what, remedy] as const)),
  )('has a code, words and a remedy of its own: %s', (error, code, what, remedy) => {
    const reported = error.replace('FATAL: ', '').replace(/\.?$/, '.')
    const message = `${what} Redshift reported: ${reported}`
    expect(statementFailure(failed(error))).toMatchObject({ code, message, remedy })
  })

  it('is quoted where it has no cause of its own, and has no remedy', () => {
    expect(statementFailure(failed('relation "plays" does not exist'))).toMatchObject({
      code: 'sql_failed',
      message: 'Redshift rejected a statement: relation "plays" does not exist.',
      remedy: '',
    })
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
    expect(statementFailure({ ...failed('Disk Full'), status: 'ABORTED' })).toMatchObject({
      code: 'cancelled',
      message: `Someone cancelled statement s on the cluster, not through this bot. ${liveUntouched}`,
      remedy: ask,
      evidence: [{ rows: [['statement', 's']] }],
    })
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
