import { liveUntouched, OpsError, type OpsErrorCode } from '../../core/errors.ts'
import type { TableReply } from '../../core/reply.ts'
import { quoted } from '../aws-failure.ts'
import { s3Passing } from '../retries.ts'
import { errorOfStatement, failedPart, type Submitted } from './statement.ts'

interface Cause {
  readonly said: RegExp
  readonly code: OpsErrorCode
  readonly what: string
  /** Nothing was published by then. */
  readonly untouched?: true
  readonly remedy: string
}

/** Failures that have a fix of their own. The words are Redshift's and S3's. */
const causes: readonly Cause[] = [
  {
    said: /not authorized to assume (the )?IAM role/i,
    code: 'aws_denied',
    what: 'The cluster is not allowed to assume the role that reads the source data.',
    remedy:
      'Run spin-up: it repairs the trust policy and attaches the role. A role of your own (REDSHIFT_ROLE_ARN) must trust redshift.amazonaws.com; doctor names what is wrong.',
  },
  {
    said: /NoSuchBucket|specified bucket does not exist/i,
    code: 'source_missing',
    what: 'The bucket of the source data does not exist.',
    remedy: 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.',
  },
  {
    said: /PermanentRedirect|must be addressed using the specified endpoint|bucket is in this region/i,
    code: 'source_unreadable',
    what: 'The bucket of the source data is in another region.',
    remedy: 'Set SPARKIFY_DATA_REGION to its region.',
  },
  {
    said: /NoSuchKey|specified key does not exist/i,
    code: 'source_missing',
    what: 'A file is missing from the bucket: the JSONPaths file, or one that was deleted during the load.',
    remedy: 'Check SPARKIFY_LOG_JSONPATHS, or load again.',
  },
  {
    said: /S3 prefix .*does not exist|no files found/i,
    code: 'source_missing',
    what: 'No file matches the prefix.',
    remedy: 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.',
  },
  {
    said: /kms:Decrypt|KMS\.\w*Exception|KMSAccessDenied|ciphertext refers to a customer master key/i,
    code: 'source_unreadable',
    what: 'The objects are encrypted with a KMS key that the role is not allowed to use.',
    remedy:
      'Set REDSHIFT_ROLE_ARN to a role that has kms:Decrypt on that key beside s3:ListBucket and s3:GetObject; the key policy must allow it as well.',
  },
  {
    said: s3Passing,
    code: 'aws',
    what: 'S3 is throttling the cluster (too many requests to one prefix); several retries did not help.',
    remedy: 'Run etl again in a few minutes. Fewer and larger files help.',
  },
  {
    said: /S3ServiceException:\s*(Access ?Denied|Forbidden)|Error AccessDenied/i,
    code: 'source_unreadable',
    what: 'The role is not allowed to read the bucket.',
    remedy:
      'It needs s3:ListBucket on the bucket and s3:GetObject on its objects. Run spin-up, which writes that policy. If the bucket belongs to another account, its bucket policy must allow it as well.',
  },
  {
    said: /number of jsonpaths and the number of columns/i,
    code: 'bad_config',
    what: 'The JSONPaths file does not have one path for each of the 18 columns of the log.',
    remedy: 'Correct the file, or leave SPARKIFY_LOG_JSONPATHS empty.',
  },
  {
    said: /password authentication failed/i,
    code: 'aws_denied',
    what: "The database has refused the password in the cluster's secret for a minute.",
    remedy: 'If the secret was changed by hand, rotate it in Secrets Manager, then run the command again.',
  },
  {
    said: /database "[^"]*" does not exist/i,
    code: 'bad_config',
    what: 'The cluster has no such database.',
    remedy:
      'Set REDSHIFT_DATABASE to the name of a database of the cluster; a restored cluster keeps the name that it had.',
  },
  {
    said: /query monitoring rule|wlm abort action/i,
    code: 'sql_failed',
    what: "A query monitoring rule of the cluster's workload management (WLM) stopped the statement.",
    untouched: true,
    remedy: 'Raise the limit of that rule, or exempt the queue of the admin user; then run it again.',
  },
  {
    said: /statement timeout/i,
    code: 'sql_failed',
    what: "The cluster's statement timeout stopped the statement.",
    untouched: true,
    remedy: 'Raise statement_timeout of the admin user or of the parameter group; then run it again.',
  },
  {
    said: /cancell?ed on user'?s request|due to user request/i,
    code: 'cancelled',
    what: 'Someone cancelled the statement on the cluster, not through this bot.',
    untouched: true,
    remedy: 'Ask who is using the cluster, then run it again.',
  },
  {
    said: /terminat\w+ connection due to administrator command|connection .*(lost|reset|closed)|server closed the connection|system (is )?(shutting down|starting up)/i,
    code: 'cluster_state',
    what: 'The cluster closed the connection: it was restarted or is under maintenance.',
    untouched: true,
    remedy: 'Run it again when status shows that the cluster is available.',
  },
  {
    said: /disk full/i,
    code: 'storage',
    what: 'The cluster ran out of disk space.',
    remedy: 'Resize it, or load a smaller prefix.',
  },
]

/** What a batch that did not finish means for people, with AWS's own ids as its evidence. */
export function statementFailure(submitted: Submitted): OpsError {
  const error = errorOfStatement(submitted)
  const [line = ''] = error.split('\n')
  const evidence = [idsOf(submitted)]
  if (submitted.status === 'ABORTED') {
    const reason = `Someone cancelled statement ${submitted.id} on the cluster, not through this bot.`
    return OpsError.untouched('cancelled', reason, 'Ask who is using the cluster, then run it again.', {
      evidence,
    })
  }
  const cause = causes.find(({ said }) => said.test(error))
  if (cause === undefined)
    return new OpsError('sql_failed', `Redshift rejected a statement: ${quoted(line)}`, '', { evidence })
  const report = `Redshift reported: ${quoted(line)}`
  if (cause.untouched !== true) return new OpsError(cause.code, `${cause.what} ${report}`, cause.remedy, { evidence })
  const message = `${cause.what} ${liveUntouched} ${report}`
  return new OpsError(cause.code, message, cause.remedy, { evidence, reason: `${cause.what} ${report}` })
}

/** AWS's numbers of what failed, by which its console and its support find it. */
export function idsOf(submitted: Submitted): TableReply {
  const queryId = failedPart(submitted)?.queryId
  const rows = [
    ['statement', submitted.id],
    ...(queryId === undefined || queryId === null ? [] : [['query', String(queryId)]]),
  ]
  return { kind: 'table', title: 'AWS ids', columns: ['what', 'id'], rows, total: rows.length }
}
