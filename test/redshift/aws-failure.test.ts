import { DescribeClustersCommand } from '@aws-sdk/client-redshift'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { isAwsError, isTransient, readDenial } from '../../src/redshift/aws-error.ts'
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
    })
  })

  it.each([
    ['InsufficientClusterCapacityFault', 'aws'],
    ['NumberOfNodesQuotaExceededFault', 'aws'],
    ['InvalidVPCNetworkStateFault', 'aws'],
    ['LimitExceededException', 'aws'],
    ['ExpiredTokenException', 'aws_denied'],
    ['UnrecognizedClientException', 'aws_denied'],
    ['DependentServiceAccessDeniedFault', 'aws_denied'],
    ['InternalServerException', 'aws'],
    ['SomethingOfNextYear', 'aws'],
  ])('%s is expected, as %s', (name, code) => {
    expect(awsFailure(thrown(name, 'words'))).toMatchObject({ code, cause: { name } })
  })

  it.each([
    ['RequestExpired', 'Request has expired.', 'clock of this machine', 'timedatectl'],
    ['RequestTimeTooSkewed', 'The difference is too large.', 'clock of this machine', 'timedatectl'],
    [
      'InvalidSignatureException',
      'Signature expired: 20261130T070000Z is now earlier than 20261130T071500Z',
      'clock of this machine',
      'timedatectl',
    ],
    [
      'InvalidParameterValue',
      'Invalid node type: dc2.large',
      'AWS does not offer dc2.large',
      'spin-up node-type=ra3.large',
    ],
    [
      'NumberOfNodesQuotaExceededFault',
      'You do not have access to node type ra3.large.',
      'AWS does not offer ra3.large',
      'spin-up node-type=ra3.xlplus',
    ],
    [
      'NoSuchEntityException',
      'Policy arn:aws:iam::1:policy/b does not exist or is not attachable.',
      'does not exist',
      'REDSHIFT_PERMISSIONS_BOUNDARY',
    ],
    ['InvalidParameterValue', 'Invalid security group: sg-1', 'Invalid security group', 'REDSHIFT_SECURITY_GROUPS'],
    [
      'NumberOfNodesQuotaExceededFault',
      'The operation would exceed the number of nodes allotted to the account.',
      'quota of Redshift clusters or nodes',
      'Service Quotas',
    ],
    ['ClusterSnapshotQuotaExceededFault', 'Too many.', 'quota of snapshots', 'tear-down snapshot=no'],
    ['OptInRequired', 'Not subscribed.', 'not subscribed to Redshift', 'another AWS_REGION'],
    ['InsufficientClusterCapacityFault', 'None.', 'no capacity for this node type', 'spin-up node-type='],
    ['ClusterSubnetGroupNotFoundFault', 'No such group', 'no network for the cluster', 'REDSHIFT_SUBNET_GROUP'],
    ['TagLimitExceededFault', 'Too many tags', 'A limit of the account is reached', 'Service Quotas'],
    ['CredentialsProviderError', 'Could not load credentials', 'No AWS credentials were found', 'AWS_PROFILE'],
    ['SignatureDoesNotMatch', 'It differs.', '(SignatureDoesNotMatch)', 'the clock of this machine'],
    ['AccessDeniedException', 'No.', 'AWS denied it: No.', 'docs/aws-policy.json'],
  ])('%s, "%s", has words and a fix of its own', (name, words, what, remedy) => {
    const failure = awsFailure(thrown(name, words))
    expect(failure).toMatchObject({
      message: expect.stringContaining(what),
      remedy: expect.stringContaining(remedy),
    })
    expect(failure).not.toMatchObject({ remedy: expect.stringContaining('Sign in again') })
  })

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

  it.each([
    ['CredentialsProviderError', 'The SSO session associated with this profile has expired.'],
    ['TokenProviderError', 'Token is expired. To refresh it run aws sso login.'],
    ['ExpiredTokenException', 'The security token included in the request is expired'],
    ['TokenRefreshRequired', 'The token must be refreshed.'],
  ])('of a session that is over asks to sign in again: %s, "%s"', (name, message) => {
    expect(awsFailure(thrown(name, message))).toMatchObject({
      code: 'aws_denied',
      remedy: expect.stringContaining('Sign in again'),
    })
  })

  it('of the network carries on, one of AWS is tried later, one that nobody knows has no remedy', () => {
    expect(awsFailure(thrown('InternalServerException', 'no', 500))).toMatchObject({
      message: 'AWS had an internal error (InternalServer); several retries did not help. AWS request r-1.',
      remedy: expect.stringContaining('in a few minutes'),
    })
    expect(awsFailure(thrown('Odd', 'no\n such  thing', 499))).toMatchObject({
      message: 'AWS refused (Odd): no such thing. AWS request r-1.',
      remedy: '',
    })
  })

  it('that is long is cut', () => {
    const failure = awsFailure(
      thrown('AccessDenied', `Encoded authorization failure message: ${'x'.repeat(5000)}`, 403),
    )
    expect(failure).toMatchObject({ code: 'aws_denied' })
    expect(failure instanceof OpsError && failure.message.length).toBeLessThan(500)
  })

  it.each([
    ['getaddrinfo ENOTFOUND redshift.us-wset-2.amazonaws.com', 'ENOTFOUND', 'AWS_REGION'],
    ['connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED', 'network'],
    ['socket hang up', 'ECONNRESET', 'network'],
    ['getaddrinfo EAI_AGAIN redshift.us-west-2.amazonaws.com', 'EAI_AGAIN', 'network'],
    ['no route', 'EHOSTUNREACH', 'network'],
  ])('of the network: %s', (message, code, cure) => {
    const error = Object.assign(new Error(message), { code })
    expect(awsFailure(error)).toMatchObject({ code: 'aws', remedy: expect.stringContaining(cure) })
  })

  it('is known by its name, however a service ends it', () => {
    for (const name of ['ClusterNotFound', 'ClusterNotFoundFault']) {
      expect(isAwsError(thrown(name, ''), 'ClusterNotFound')).toBe(true)
    }
    expect(isAwsError(new Error('x'), 'ClusterNotFound')).toBe(false)
    expect(isTransient(thrown('Throttling', ''))).toBe(true)
    expect(isTransient(thrown('InternalFailure', '', 500))).toBe(true)
    expect(isTransient(thrown('AccessDenied', '', 403))).toBe(false)
    expect(isTransient(new TypeError('x'))).toBe(false)
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
