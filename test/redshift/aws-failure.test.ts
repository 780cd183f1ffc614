import { DescribeClustersCommand } from '@aws-sdk/client-redshift'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { OpsError, type OpsErrorCode } from '../../src/core/errors.ts'
import { isAwsError, isRefusal, isTransient, readDenial } from '../../src/redshift/aws-error.ts'
import { awsFailure } from '../../src/redshift/aws-failure.ts'
import { createClients } from '../../src/redshift/clients.ts'

function thrown(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode, requestId: 'r-1' } })
}

const user = 'User: arn:aws:iam::1:user/bot is not authorized to perform: '

describe('an error of AWS', () => {
  it('says what happened, what stands, and the request', () => {
    expect(awsFailure(thrown('ThrottlingException', 'Rate exceeded'), 'There is no cluster.')).toMatchObject({
      code: 'aws',
      message:
        'AWS is throttling the requests of this account; several retries did not help. There is no cluster. AWS request r-1.',
      saysBill: true,
    })
  })

  const expired = 'The AWS session has expired.'
  const offClock = 'AWS refused the request because the clock of this machine is more than 5 minutes off.'
  const quota = "The account's quota of Redshift clusters or nodes is used up in this region:"
  const node = (type: string): string =>
    `Choose another node type: spin-up node-type=${type} (set REDSHIFT_NODE_TYPE to keep it). A snapshot of the old type can be restored on it.`

  /** By what to do: AWS's names and words, and what people read in their place. */
  const explained: readonly (readonly [
    code: OpsErrorCode,
    remedy: string,
    ...errors: (readonly [name: string, words: string, message: string])[],
  ])[] = [
    ['bad_config', 'Set AWS_REGION, for example us-west-2.', ['Error', 'Region is missing', 'No AWS region is set.']],
    [
      'aws',
      'Check AWS_REGION (and AWS_ENDPOINT_URL, if it is set), then the network.',
      ['TypeError', 'Invalid host: x y', 'The AWS address does not exist: Invalid host: x y.'],
    ],
    [
      'bad_config',
      'Unset AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT (use_fips_endpoint and use_dualstack_endpoint in the profile), or the endpoint of your own (AWS_ENDPOINT_URL).',
      [
        'Error',
        'FIPS is not supported with a custom endpoint',
        'The AWS settings contradict each other: FIPS is not supported with a custom endpoint.',
      ],
    ],
    [
      'aws',
      'Enable it for the account, or set another AWS_REGION.',
      ['OptInRequired', 'No.', 'This AWS account is not subscribed to Redshift, or not in this region.'],
    ],
    [
      'aws_denied',
      'Set the clock (timedatectl set-ntp true); doctor shows the difference. Then run the command again.',
      ['RequestExpired', 'Request has expired.', offClock],
      ['RequestTimeTooSkewed', 'The difference is too large.', offClock],
      ['RequestInTheFuture', 'Not yet.', offClock],
      ['InvalidSignatureException', 'Signature expired: 20261130T070000Z is now earlier', offClock],
      ['InvalidSignatureException', 'Signature not yet current: 20261130T070000Z', offClock],
    ],
    [
      'aws_denied',
      'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.',
      ['CredentialsProviderError', 'Could not load credentials', 'No AWS credentials were found.'],
      ['TokenProviderError', 'Token not found', 'No AWS credentials were found.'],
    ],
    [
      'aws_denied',
      'Sign in again (aws sso login, or new keys where the bot runs), then run the command again.',
      ['CredentialsProviderError', 'The SSO session associated with this profile has expired.', expired],
      ['TokenProviderError', 'To refresh it run aws sso login.', expired],
      ['ExpiredTokenException', 'The security token included in the request is not valid', expired],
      ['TokenRefreshRequired', 'The token must be refreshed.', expired],
    ],
    [
      'aws_denied',
      'Check the access key and the clock of this machine. AWS answers the same for a region that the account has not enabled: check AWS_REGION.',
      ...[
        'InvalidClientTokenId',
        'UnrecognizedClient',
        'InvalidAccessKeyId',
        'SignatureDoesNotMatch',
        'IncompleteSignature',
        'InvalidSignature',
        'AuthFailure',
        'MissingAuthenticationToken',
      ].map((name) => [name, 'No.', `AWS does not accept the credentials (${name}).`] as const),
    ],
    [
      'aws_denied',
      "Compare the policy of the bot's principal with docs/aws-policy.json.",
      ['AccessDeniedException', 'No.', 'AWS denied it: No.'],
    ],
    [
      'aws_denied',
      'Add this statement to its policy: {"Effect":"Allow","Action":"redshift:PauseCluster","Resource":"arn:x"} (docs/aws-policy.json is the whole policy).',
      [
        'UnauthorizedOperation',
        `${user}redshift:PauseCluster on resource: arn:x`,
        'AWS does not allow arn:aws:iam::1:user/bot to call redshift:PauseCluster on arn:x.',
      ],
      [
        'DependentServiceAccessDeniedFault',
        'It is not authorized to perform: redshift:PauseCluster on the resource: "arn:x"',
        'AWS does not allow the bot to call redshift:PauseCluster on arn:x.',
      ],
    ],
    [
      'aws_denied',
      'Add this statement to its policy: {"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"} (docs/aws-policy.json is the whole policy).',
      [
        'Unauthorized',
        `${user}s3:ListAllMyBuckets`,
        'AWS does not allow arn:aws:iam::1:user/bot to call s3:ListAllMyBuckets on *.',
      ],
    ],
    [
      'bad_config',
      'Correct REDSHIFT_PERMISSIONS_BOUNDARY.',
      [
        'NoSuchEntityException',
        'Policy arn:aws:iam::1:policy/b does not exist.',
        'AWS refused (NoSuchEntity): Policy arn:aws:iam::1:policy/b does not exist.',
      ],
    ],
    [
      'bad_config',
      'Correct REDSHIFT_SECURITY_GROUPS.',
      ...['InvalidParameterValue', 'InvalidSecurityGroup.NotFound', 'InvalidGroup.NotFound'].map(
        (name) => [name, 'No security group sg-1', `AWS refused (${name}): No security group sg-1.`] as const,
      ),
    ],
    // A security group and a policy are named in other errors too, whose fix they are not.
    [
      'aws',
      '',
      ['DependencyViolation', 'It has a security group', 'AWS refused (DependencyViolation): It has a security group.'],
      ['NoSuchEntityException', 'No role r', 'AWS refused (NoSuchEntity): No role r.'],
    ],
    [
      'aws',
      node('ra3.large'),
      [
        'InvalidParameterValue',
        'Invalid node type: dc2.large',
        'AWS does not offer dc2.large to this account in this region: Invalid node type: dc2.large.',
      ],
      [
        'UnsupportedOperation',
        'Node type dc2.large is no longer supported.',
        'AWS does not offer dc2.large to this account in this region: Node type dc2.large is no longer supported.',
      ],
      [
        'ClusterQuotaExceededFault',
        'You have no access to the node type of the snapshot.',
        'AWS does not offer this node type to this account in this region: You have no access to the node type of the snapshot.',
      ],
    ],
    [
      'aws',
      node('ra3.xlplus'),
      [
        'NumberOfNodesQuotaExceededFault',
        'You do not have access to node type ra3.large.',
        'AWS does not offer ra3.large to this account in this region: You do not have access to node type ra3.large.',
      ],
    ],
    [
      'aws',
      'Delete a cluster that nobody needs, or request a higher quota in Service Quotas. Then run the command again.',
      ['NumberOfNodesQuotaExceededFault', 'Too many nodes', `${quota} Too many nodes.`],
      ['ClusterQuotaExceededFault', 'Too many clusters', `${quota} Too many clusters.`],
      ['NumberOfNodesPerClusterLimitExceededFault', 'Too many', `${quota} Too many.`],
    ],
    [
      'aws',
      'Delete a snapshot that nobody needs, or tear down without one: tear-down snapshot=no.',
      ['ClusterSnapshotQuotaExceededFault', 'No.', "The account's quota of snapshots is used up in this region."],
    ],
    [
      'aws',
      'See Service Quotas.',
      ['LimitExceededException', 'Too many roles', 'A limit of the account is reached: Too many roles.'],
      ['TagLimitExceededFault', 'Too many tags', 'A limit of the account is reached: Too many tags.'],
    ],
    [
      'aws',
      'Try again later, or choose another node type: spin-up node-type=….',
      [
        'InsufficientClusterCapacityFault',
        'No.',
        'AWS has no capacity for this node type in this region at the moment.',
      ],
    ],
    [
      'aws',
      'Set REDSHIFT_SUBNET_GROUP to a cluster subnet group, or create a default VPC: aws ec2 create-default-vpc.',
      ...[
        'InvalidVPCNetworkStateFault',
        'InvalidSubnet',
        'ClusterSubnetGroupNotFoundFault',
        'InvalidClusterSubnetGroupStateFault',
      ].map((name) => [name, 'No VPC', 'AWS has no network for the cluster: No VPC.'] as const),
    ],
    [
      'aws',
      'Run the command again in a minute; it continues where it stopped.',
      ...['ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException', 'RequestThrottled'].map(
        (name) =>
          [name, 'No.', 'AWS is throttling the requests of this account; several retries did not help.'] as const,
      ),
    ],
    ['aws', '', ['SomethingOfNextYear', 'no\n such  thing', 'AWS refused (SomethingOfNextYear): no such thing.']],
  ]
  it.each(explained.flatMap(([code, remedy, ...errors]) => errors.map((error) => [...error, code, remedy] as const)))(
    '%s, "%s", has words and a fix of its own',
    (name, words, what, code, remedy) => {
      expect(awsFailure(thrown(name, words))).toMatchObject({
        code,
        message: `${what} AWS request r-1.`,
        remedy,
        saysBill: false,
        cause: { name },
      })
    },
  )

  it('of settings that contradict each other names them', async () => {
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true')
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none')
    const clients = createClients({ region: 'us-west-2' })
    const failure = await clients.redshift
      .send(new DescribeClustersCommand())
      .catch((error: unknown) => awsFailure(error))
    clients.close()
    vi.unstubAllEnvs()
    expect(failure).toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('The AWS settings contradict each other: '),
      remedy: expect.stringContaining('AWS_USE_FIPS_ENDPOINT'),
    })
  })

  it('that is none comes back as it is: a bug, a cancellation, an error that is explained already', () => {
    const bug = new TypeError('x is undefined')
    const cancelled = Object.assign(new Error('stop'), { name: 'AbortError' })
    const explained = new OpsError('aws', 'Explained.')
    expect([bug, cancelled, explained, undefined].map((each) => awsFailure(each, 'more'))).toEqual([
      bug,
      cancelled,
      explained,
      undefined,
    ])
  })

  it('of a server of AWS is tried later', () => {
    expect(awsFailure(thrown('InternalServerException', 'no', 500))).toMatchObject({
      code: 'aws',
      message: 'AWS had an internal error (InternalServer); several retries did not help. AWS request r-1.',
      remedy: 'Run the command again in a few minutes; it continues where it stopped.',
    })
  })

  it('that is long is cut at 300 characters, and ends as a sentence', () => {
    const quoting = (words: string) => awsFailure(thrown('AccessDenied', words, 403))
    const [fits, long] = ['x'.repeat(300), 'x'.repeat(301)]
    expect(quoting(fits)).toMatchObject({ message: `AWS denied it: ${fits}. AWS request r-1.` })
    expect(quoting(long)).toMatchObject({ message: `AWS denied it: ${fits}… AWS request r-1.` })
  })

  it.each([
    [
      'ENOTFOUND',
      'The AWS address does not exist: x.',
      'Check AWS_REGION (and AWS_ENDPOINT_URL, if it is set), then the network.',
    ],
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'].map((code) => [
      code,
      `AWS cannot be reached (${code}).`,
      'Check the network, then run the command again; it continues where it stopped.',
    ]),
  ])('of the network: %s', (code, message, remedy) => {
    expect(awsFailure(Object.assign(new Error('x'), { code }))).toMatchObject({ code: 'aws', message, remedy })
    expect(isTransient(Object.assign(new Error('x'), { code }))).toBe(code !== 'ENOTFOUND')
  })

  it('is known by its name, however a service ends it', () => {
    for (const name of ['ClusterNotFound', 'ClusterNotFoundFault']) {
      expect(isAwsError(thrown(name, ''), 'ClusterNotFound')).toBe(true)
    }
    expect(isAwsError(new Error('x'), 'ClusterNotFound')).toBe(false)
    expect(isTransient(thrown('Throttling', ''))).toBe(true)
    expect(isTransient(thrown('InternalFailure', '', 500))).toBe(true)
    expect(isTransient(thrown('AccessDenied', '', 403))).toBe(false)
    expect(isTransient(thrown('Odd', '', 429))).toBe(true)
    expect(isTransient(new TypeError('x'))).toBe(false)
  })

  it('is a refusal where AWS has answered that nothing came of it', () => {
    const refused = (status: number, name = 'Odd') => isRefusal(thrown(name, '', status))
    expect([refused(400), refused(499), refused(500), refused(429), refused(400, 'ThrottlingException')]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect([isRefusal(Object.assign(new Error('x'), { code: 'ECONNRESET' })), isRefusal(null)]).toEqual([false, false])
    // An answer was there, whatever became of the connection.
    expect(isTransient(Object.assign(thrown('Odd', '', 400), { code: 'ECONNRESET' }))).toBe(false)
  })
})

describe('a denial', () => {
  it('names action, resource and the missing line', () => {
    const message = `${user}redshift:CreateCluster on resource: arn:aws:redshift:us-west-2:1:cluster:c because no identity-based policy allows the redshift:CreateCluster action`
    expect(readDenial({ message })).toEqual({
      who: 'arn:aws:iam::1:user/bot',
      action: 'redshift:CreateCluster',
      resource: 'arn:aws:redshift:us-west-2:1:cluster:c',
      statement:
        '{"Effect":"Allow","Action":"redshift:CreateCluster","Resource":"arn:aws:redshift:us-west-2:1:cluster:c"}',
      overruled: null,
    })
  })

  it('of passing a role or making the service’s own asks for no more than that', () => {
    expect(readDenial({ message: `${user}iam:PassRole on resource: arn:aws:iam::1:role/r` })?.statement).toContain(
      '"iam:PassedToService":["redshift.amazonaws.com","redshift-serverless.amazonaws.com"]}}',
    )
    expect(readDenial({ message: `${user}iam:CreateServiceLinkedRole on resource: arn:x` })?.statement).toContain(
      '"iam:AWSServiceName":"redshift.amazonaws.com"',
    )
  })

  it.each([
    'with an explicit deny in an identity-based policy',
    'with an explicit deny in a service control policy',
    'because no permissions boundary allows the redshift:PauseCluster action',
    'because no session policy allows the redshift:PauseCluster action',
    'because no service control policy allows the redshift:PauseCluster action',
  ])('%s is not cured by another line', (why) => {
    const error = thrown('AccessDenied', `${user}redshift:PauseCluster on resource: arn:x ${why}`, 403)
    expect(awsFailure(error)).toMatchObject({
      code: 'aws_denied',
      remedy: "A policy above the bot's own forbids it. Ask the owner of the AWS account.",
    })
  })

  it('that names no action is none', () => {
    expect(readDenial({ message: 'Access denied' })).toBeNull()
  })

  it('is read from any text without failing', () => {
    fc.assert(fc.property(fc.string(), (message) => readDenial({ message })?.statement.startsWith('{') !== false))
  })
})
