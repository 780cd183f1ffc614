import { OpsError, type OpsErrorCode } from '../../core/errors.ts'
import type { TableReply } from '../../core/reply.ts'
import { errorOf, failedPart, type Submitted } from './statement.ts'

interface Cause {
  readonly said: RegExp
  readonly code: OpsErrorCode
  readonly what: string
  readonly remedy: string
}

/** Failures that have a cure of their own. The words are Redshift's and S3's. */
const causes: readonly Cause[] = [
  {
    said: /not authorized to assume (the )?IAM role/i,
    code: 'aws_denied',
    what: 'The cluster may not use the role that reads the sources.',
    remedy: 'Say spin-up, which attaches it; a role of your own (REDSHIFT_ROLE_ARN) must trust redshift.amazonaws.com.',
  },
  {
    said: /NoSuchBucket|specified bucket does not exist/i,
    code: 'source_missing',
    what: 'The bucket of the sources does not exist.',
    remedy: 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.',
  },
  {
    said: /PermanentRedirect|must be addressed using the specified endpoint|bucket is in this region/i,
    code: 'source_unreadable',
    what: 'The bucket of the sources lies in another region.',
    remedy: 'Set SPARKIFY_DATA_REGION to its region.',
  },
  {
    said: /NoSuchKey|specified key does not exist/i,
    code: 'source_missing',
    what: 'A file is not in the bucket: the JSONPaths file, or one that went away during the load.',
    remedy: 'Check SPARKIFY_LOG_JSONPATHS, or load again.',
  },
  {
    said: /S3 prefix .*does not exist|no files found/i,
    code: 'source_missing',
    what: 'There is nothing below the prefix.',
    remedy: 'Correct SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA.',
  },
  {
    said: /S3ServiceException:\s*(Access ?Denied|Forbidden)|Error AccessDenied/i,
    code: 'source_unreadable',
    what: 'The role may not read the bucket.',
    remedy:
      'It needs s3:ListBucket on the bucket and s3:GetObject on its objects. Say spin-up, which writes that policy; the policy of a bucket of somebody else must allow it too.',
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
    what: "The database refuses the password of the cluster's secret, and did so for a minute.",
    remedy: 'If the secret was changed by hand, rotate it in Secrets Manager, then say it again.',
  },
  {
    said: /disk full/i,
    code: 'storage',
    what: 'The cluster ran out of disk.',
    remedy: 'Resize it, or load a smaller prefix.',
  },
]

/** What a batch that did not finish means for people, with AWS's own ids as its evidence. */
export function statementFailure(submitted: Submitted): OpsError {
  const error = errorOf(submitted)
  const [line = ''] = error.split('\n')
  const evidence = [idsOf(submitted)]
  if (submitted.status === 'ABORTED') {
    const message = `Statement ${submitted.id} was stopped on the cluster, not by this bot. Live tables are untouched.`
    return new OpsError('cancelled', message, 'Say it again when the cluster is at rest.', { evidence })
  }
  const cause = causes.find(({ said }) => said.test(error))
  if (cause === undefined)
    return new OpsError('sql_failed', `The warehouse refused a statement: ${line}`, '', { evidence })
  return new OpsError(cause.code, `${cause.what} Redshift says: ${line}`, cause.remedy, { evidence })
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
