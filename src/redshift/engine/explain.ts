import { OpsError } from '../../core/errors.ts'
import { readDenial } from '../aws-denied.ts'
import { readAwsError } from '../aws-error.ts'
import { awsFailure, quoted } from '../aws-failure.ts'
import { isAway } from './patience.ts'

/** What a call of the Data API threw, as an `OpsError` where it is an expected failure. Throw what comes back. */
export function explain(thrown: unknown): unknown {
  const error = thrown instanceof OpsError ? null : readAwsError(thrown)
  if (error?.name !== 'Validation') return awsFailure(thrown)
  if (isAway(error.message)) {
    const what = `The cluster takes no statements: ${error.message.replace(/\.?$/, '.')}`
    return new OpsError('cluster_state', what, 'See its state.', { cure: 'status', cause: thrown })
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
