import { OpsError, type OpsErrorCode } from '../core/errors.ts'
import { type AwsError, isCutOff, isThrottled, readAwsError, readDenial } from './aws-error.ts'

/** An error explained to people: what happened, in a sentence, and what to do next. */
interface Explanation {
  readonly code: OpsErrorCode
  readonly what: string
  readonly remedy: string
}

function explanation(code: OpsErrorCode, what: string, remedy: string): Explanation {
  return { code, what, remedy }
}

// AWS's encoded authorization messages run to kilobytes.
const longestQuote = 300

/**
 * What the SDK threw, as an `OpsError` with what happened, what exists now and is billed (`costStatus`,
 * in sentences), and AWS's request id. `OpsError`s, cancellations and bugs come back as they are: throw what comes back.
 */
export function awsFailure(thrown: unknown, costStatus = ''): unknown {
  if (thrown instanceof OpsError) return thrown
  const error = readAwsError(thrown)
  if (error === null || error.name === 'Abort') return thrown
  const words = wordsFor(error)
  if (words === null) return thrown
  const request = error.requestId === undefined ? '' : `AWS request ${error.requestId}.`
  const message = [words.what, costStatus, request].filter((part) => part !== '').join(' ')
  return new OpsError(words.code, message, words.remedy, { cause: thrown, saysBill: costStatus !== '' })
}

function wordsFor(error: AwsError): Explanation | null {
  return (
    configuration(error) ??
    identity(error) ??
    permission(error) ??
    configured(error) ??
    nodeType(error) ??
    limits(error) ??
    network(error) ??
    (error.status === undefined ? null : anyOther(error))
  )
}

function configuration({ name, message, code }: AwsError): Explanation | null {
  if (message.startsWith('Region is missing')) {
    return explanation('bad_config', 'No AWS region is set.', 'Set AWS_REGION, for example us-west-2.')
  }
  if (code === 'ENOTFOUND' || /Invalid (host|region)/i.test(message)) {
    return explanation(
      'aws',
      `The AWS address does not exist: ${quoted(message)}`,
      'Check AWS_REGION (and AWS_ENDPOINT_URL, if it is set), then the network.',
    )
  }
  if (/(FIPS|DualStack).*(custom endpoint|not support)/i.test(message)) {
    return explanation(
      'bad_config',
      `The AWS settings contradict each other: ${quoted(message)}`,
      'Unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT (use_fips_endpoint and use_dualstack_endpoint in the profile), or the endpoint of your own (AWS_ENDPOINT_URL).',
    )
  }
  if (name === 'OptInRequired') {
    return explanation(
      'aws',
      'This AWS account is not subscribed to Redshift, or not in this region.',
      'Enable it for the account, or set another AWS_REGION.',
    )
  }
  return null
}

// A signature is good for five minutes, by AWS's clock: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const clockErrors = ['RequestExpired', 'RequestTimeTooSkewed', 'RequestInTheFuture']

function identity({ name, message }: AwsError): Explanation | null {
  if (clockErrors.includes(name) || /signature (expired|not yet current)/i.test(message)) {
    return explanation(
      'aws_denied',
      'AWS refused the request because the clock of this machine is more than 5 minutes off.',
      'Set the clock (timedatectl set-ntp true); doctor shows the difference. Then run the command again.',
    )
  }
  switch (name) {
    case 'CredentialsProvider':
    case 'TokenProvider':
      return /expired|sso login/i.test(message)
        ? expired()
        : explanation(
            'aws_denied',
            'No AWS credentials were found.',
            'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.',
          )
    case 'ExpiredToken':
    case 'TokenRefreshRequired':
      return expired()
    case 'InvalidClientTokenId':
    case 'UnrecognizedClient':
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'IncompleteSignature':
    case 'InvalidSignature':
    case 'AuthFailure':
    case 'MissingAuthenticationToken':
      return explanation(
        'aws_denied',
        `AWS does not accept the credentials (${name}).`,
        'Check the access key and the clock of this machine. AWS answers the same for a region that the account has not enabled: check AWS_REGION.',
      )
    default:
      return null
  }
}

function expired(): Explanation {
  return explanation(
    'aws_denied',
    'The AWS session has expired.',
    'Sign in again (aws sso login, or new keys where the bot runs), then run the command again.',
  )
}

function permission(error: AwsError): Explanation | null {
  const names = ['AccessDenied', 'UnauthorizedOperation', 'Unauthorized', 'DependentServiceAccessDenied']
  if (!names.includes(error.name)) return null
  const denial = readDenial(error)
  if (denial === null) {
    return explanation(
      'aws_denied',
      `AWS denied it: ${quoted(error.message)}`,
      "Compare the policy of the bot's principal with docs/aws-policy.json.",
    )
  }
  const what = `AWS does not allow ${denial.who ?? 'the bot'} to call ${denial.action} on ${denial.resource}`
  if (denial.overruled !== null) {
    return explanation(
      'aws_denied',
      `${what}: ${denial.overruled}.`,
      "A policy above the bot's own forbids it. Ask the owner of the AWS account.",
    )
  }
  return explanation(
    'aws_denied',
    `${what}.`,
    `Add this statement to its policy: ${denial.statement} (docs/aws-policy.json is the whole policy).`,
  )
}

/** A configured name that AWS does not know: which variable holds it. */
function configured({ name, message }: AwsError): Explanation | null {
  const variable =
    name === 'NoSuchEntity' && /policy/i.test(message)
      ? 'REDSHIFT_PERMISSIONS_BOUNDARY'
      : /security ?group/i.test(message) && /^(InvalidParameterValue|InvalidSecurityGroup|InvalidGroup)/.test(name)
        ? 'REDSHIFT_SECURITY_GROUPS'
        : null
  if (variable === null) return null
  return explanation('bad_config', `AWS refused (${name}): ${quoted(message)}`, `Correct ${variable}.`)
}

// AWS uses the name of a quota, or of a wrong parameter, for a type that it does not offer (any more): cloud reports in sadcloud#23.
const notOffered = /(?:invalid node type:? *|access to (?:the )?node type:? *|node type )(?<type>[a-z]+\d?\.\d*[a-z]+)/i
const notOfferedNames = [
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'NumberOfNodesQuotaExceeded',
  'ClusterQuotaExceeded',
  'UnsupportedOption',
  'UnsupportedOperation',
]

/** A node type that AWS does not offer to this account in this region. */
function nodeType({ name, message }: AwsError): Explanation | null {
  const isAboutType = /invalid node type|access to (the )?node type|node type \S+ is (not|no longer)/i.test(message)
  if (!notOfferedNames.includes(name) || !isAboutType) return null
  const type = notOffered.exec(message)?.groups?.['type'] ?? 'this node type'
  const other = type === 'ra3.large' ? 'ra3.xlplus' : 'ra3.large'
  return explanation(
    'aws',
    `AWS does not offer ${type} to this account in this region: ${quoted(message)}`,
    `Choose another node type: spin-up node-type=${other} (set REDSHIFT_NODE_TYPE to keep it). A snapshot of the old type can be restored on it.`,
  )
}

function limits({ name, message }: AwsError): Explanation | null {
  switch (name) {
    case 'ClusterQuotaExceeded':
    case 'NumberOfNodesQuotaExceeded':
    case 'NumberOfNodesPerClusterLimitExceeded':
      return explanation(
        'aws',
        `The account's quota of Redshift clusters or nodes is used up in this region: ${quoted(message)}`,
        'Delete a cluster that nobody needs, or request a higher quota in Service Quotas. Then run the command again.',
      )
    case 'ClusterSnapshotQuotaExceeded':
      return explanation(
        'aws',
        "The account's quota of snapshots is used up in this region.",
        'Delete a snapshot that nobody needs, or tear down without one: tear-down snapshot=no.',
      )
    case 'LimitExceeded':
    case 'TagLimitExceeded':
      return explanation('aws', `A limit of the account is reached: ${quoted(message)}`, 'See Service Quotas.')
    case 'InsufficientClusterCapacity':
      return explanation(
        'aws',
        'AWS has no capacity for this node type in this region at the moment.',
        'Try again later, or choose another node type: spin-up node-type=….',
      )
    case 'InvalidVPCNetworkState':
    case 'InvalidSubnet':
    case 'ClusterSubnetGroupNotFound':
    case 'InvalidClusterSubnetGroupState':
      return explanation(
        'aws',
        `AWS has no network for the cluster: ${quoted(message)}`,
        'Set REDSHIFT_SUBNET_GROUP to a cluster subnet group, or create a default VPC: aws ec2 create-default-vpc.',
      )
    default:
      return null
  }
}

function network(error: AwsError): Explanation | null {
  if (isThrottled(error)) {
    return explanation(
      'aws',
      'AWS is throttling the requests of this account; several retries did not help.',
      'Run the command again in a minute; it continues where it stopped.',
    )
  }
  if (isCutOff(error)) {
    return explanation(
      'aws',
      `AWS cannot be reached (${error.code ?? error.message}).`,
      'Check the network, then run the command again; it continues where it stopped.',
    )
  }
  return null
}

function anyOther({ name, message, status }: AwsError): Explanation {
  return (status ?? 0) >= 500
    ? explanation(
        'aws',
        `AWS had an internal error (${name}); several retries did not help.`,
        'Run the command again in a few minutes; it continues where it stopped.',
      )
    : explanation('aws', `AWS refused (${name}): ${quoted(message)}`, '')
}

/** A text of AWS as one line that ends as a sentence, cut where it is very long. */
export function quoted(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  const cut = line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line
  return /[.…]$/.test(cut) ? cut : `${cut}.`
}
