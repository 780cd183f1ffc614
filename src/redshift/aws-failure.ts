import { OpsError, type OpsErrorCode } from '../core/errors.ts'
import { readDenial } from './aws-denied.ts'
import { type AwsError, isCutOff, isThrottled, readAwsError } from './aws-error.ts'

/** What to say of an error: what happened, in a sentence, and what to do next. */
interface Words {
  readonly code: OpsErrorCode
  readonly what: string
  readonly remedy: string
}

// AWS's encoded authorization messages run to kilobytes.
const longestQuote = 300

/**
 * What the SDK threw, as an `OpsError` that says what happened, what stands now (`standing`: what exists and costs money,
 * in sentences), and AWS's request id. `OpsError`s, cancellations and bugs come back as they are: throw what comes back.
 */
export function awsFailure(thrown: unknown, standing = ''): unknown {
  if (thrown instanceof OpsError) return thrown
  const error = readAwsError(thrown)
  if (error === null || error.name === 'Abort') return thrown
  const words = wordsFor(error)
  if (words === null) return thrown
  const request = error.requestId === undefined ? '' : `AWS request ${error.requestId}.`
  const message = [words.what, standing, request].filter((part) => part !== '').join(' ')
  return new OpsError(words.code, message, words.remedy, { cause: thrown, saysBill: standing !== '' })
}

function wordsFor(error: AwsError): Words | null {
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

function configuration({ name, message, code }: AwsError): Words | null {
  if (message.startsWith('Region is missing')) {
    return { code: 'bad_config', what: 'No AWS region is set.', remedy: 'Set AWS_REGION, for example us-west-2.' }
  }
  if (code === 'ENOTFOUND' || /Invalid (host|region)/i.test(message)) {
    return {
      code: 'aws',
      what: `AWS has no such address: ${quoted(message)}`,
      remedy: 'Check AWS_REGION (and AWS_ENDPOINT_URL, if it is set), then the network.',
    }
  }
  if (/(FIPS|DualStack).*(custom endpoint|not support)/i.test(message)) {
    return {
      code: 'bad_config',
      what: `The AWS settings contradict each other: ${quoted(message)}`,
      remedy:
        'Unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT (use_fips_endpoint and use_dualstack_endpoint in the profile), or the endpoint of your own (AWS_ENDPOINT_URL).',
    }
  }
  if (name === 'OptInRequired') {
    return {
      code: 'aws',
      what: 'This AWS account is not subscribed to Redshift, or not in this region.',
      remedy: 'Enable it for the account, or set another AWS_REGION.',
    }
  }
  return null
}

// A signature is good for five minutes, by AWS's clock: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const clockErrors = ['RequestExpired', 'RequestTimeTooSkewed', 'RequestInTheFuture']

function identity({ name, message }: AwsError): Words | null {
  if (clockErrors.includes(name) || /signature (expired|not yet current)/i.test(message)) {
    return {
      code: 'aws_denied',
      what: 'AWS refuses the request because the clock of this machine differs from its own by more than 5 minutes.',
      remedy: 'Set the clock (timedatectl set-ntp true); doctor shows the difference. Then run it again.',
    }
  }
  switch (name) {
    case 'CredentialsProvider':
    case 'TokenProvider':
      return /expired|sso login/i.test(message)
        ? expired()
        : {
            code: 'aws_denied',
            what: 'No AWS credentials were found.',
            remedy: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.',
          }
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
      return {
        code: 'aws_denied',
        what: `AWS does not accept the credentials (${name}).`,
        remedy:
          'Check the access key and the clock of this machine. A region that the account has not enabled says the same: check AWS_REGION.',
      }
    default:
      return null
  }
}

function expired(): Words {
  return {
    code: 'aws_denied',
    what: 'The AWS session has expired.',
    remedy: 'Sign in again (aws sso login, or fresh keys where the bot was started), then say it again.',
  }
}

function permission(error: AwsError): Words | null {
  const names = ['AccessDenied', 'UnauthorizedOperation', 'Unauthorized', 'DependentServiceAccessDenied']
  if (!names.includes(error.name)) return null
  const denial = readDenial(error)
  if (denial === null) {
    return {
      code: 'aws_denied',
      what: `AWS denied it: ${quoted(error.message)}`,
      remedy: "Compare the policy of the bot's principal with docs/aws-policy.json.",
    }
  }
  const what = `AWS does not let ${denial.who ?? 'the bot'} do ${denial.action} on ${denial.resource}`
  if (denial.overruled !== null) {
    return {
      code: 'aws_denied',
      what: `${what}: ${denial.overruled}.`,
      remedy: 'A policy above the one of the bot forbids it. Ask who keeps the account.',
    }
  }
  return {
    code: 'aws_denied',
    what: `${what}.`,
    remedy: `This line is missing from its policy: ${denial.statement} (the whole policy is docs/aws-policy.json).`,
  }
}

/** A configured name that AWS does not know: which variable holds it. */
function configured({ name, message }: AwsError): Words | null {
  const variable =
    name === 'NoSuchEntity' && /policy/i.test(message)
      ? 'REDSHIFT_PERMISSIONS_BOUNDARY'
      : /security ?group/i.test(message) && /^(InvalidParameterValue|InvalidSecurityGroup|InvalidGroup)/.test(name)
        ? 'REDSHIFT_SECURITY_GROUPS'
        : null
  if (variable === null) return null
  return { code: 'bad_config', what: `AWS refused (${name}): ${quoted(message)}`, remedy: `Correct ${variable}.` }
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
function nodeType({ name, message }: AwsError): Words | null {
  const isAboutType = /invalid node type|access to (the )?node type|node type \S+ is (not|no longer)/i.test(message)
  if (!notOfferedNames.includes(name) || !isAboutType) return null
  const type = notOffered.exec(message)?.groups?.['type'] ?? 'This node type'
  const other = type === 'ra3.large' ? 'ra3.xlplus' : 'ra3.large'
  return {
    code: 'aws',
    what: `${type} is not offered to this account in this region, or no longer: ${quoted(message)}`,
    remedy: `Choose another node type: spin-up node-type=${other}, and REDSHIFT_NODE_TYPE for good. A snapshot of an old type is restored on it, too.`,
  }
}

function limits({ name, message }: AwsError): Words | null {
  switch (name) {
    case 'ClusterQuotaExceeded':
    case 'NumberOfNodesQuotaExceeded':
    case 'NumberOfNodesPerClusterLimitExceeded':
      return {
        code: 'aws',
        what: `The account's quota of Redshift clusters or nodes is used up in this region: ${quoted(message)}`,
        remedy: 'Remove a cluster that nobody needs, or ask AWS for more in Service Quotas, then say it again.',
      }
    case 'ClusterSnapshotQuotaExceeded':
      return {
        code: 'aws',
        what: "The account's quota of snapshots is used up in this region.",
        remedy: 'Delete a snapshot that nobody needs, or tear down without one: tear-down snapshot=no.',
      }
    case 'LimitExceeded':
    case 'TagLimitExceeded':
      return {
        code: 'aws',
        what: `A limit of the account is reached: ${quoted(message)}`,
        remedy: 'See Service Quotas.',
      }
    case 'InsufficientClusterCapacity':
      return {
        code: 'aws',
        what: 'AWS has no capacity for these nodes here at the moment.',
        remedy: 'Try again in a while, or choose another node type than now: spin-up node-type=….',
      }
    case 'InvalidVPCNetworkState':
    case 'InvalidSubnet':
    case 'ClusterSubnetGroupNotFound':
    case 'InvalidClusterSubnetGroupState':
      return {
        code: 'aws',
        what: `AWS has no network for the cluster: ${quoted(message)}`,
        remedy:
          'Set REDSHIFT_SUBNET_GROUP to a cluster subnet group, or make a default VPC: aws ec2 create-default-vpc.',
      }
    default:
      return null
  }
}

function network(error: AwsError): Words | null {
  if (isThrottled(error)) {
    return {
      code: 'aws',
      what: 'AWS throttles the requests of this account, and did so after several tries.',
      remedy: 'Say it again in a minute; it carries on where it stopped.',
    }
  }
  if (isCutOff(error)) {
    return {
      code: 'aws',
      what: `AWS cannot be reached (${error.code ?? error.message}).`,
      remedy: 'Check the network, then say it again; it carries on where it stopped.',
    }
  }
  return null
}

function anyOther({ name, message, status }: AwsError): Words {
  return (status ?? 0) >= 500
    ? {
        code: 'aws',
        what: `AWS had a fault of its own (${name}), after several tries.`,
        remedy: 'Say it again in a few minutes; it carries on where it stopped.',
      }
    : { code: 'aws', what: `AWS refused (${name}): ${quoted(message)}`, remedy: '' }
}

/** A text of AWS as one line that ends as a sentence, cut where it is very long. */
export function quoted(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  const cut = line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line
  return /[.…]$/.test(cut) ? cut : `${cut}.`
}
