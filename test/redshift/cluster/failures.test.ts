import { afterEach, describe, expect, it, vi } from 'vitest'
import { createClients } from '../../../src/redshift/clients.ts'
import { explainingAwsErrors } from '../../../src/redshift/cluster/cluster-context.ts'
import { plain, setStage } from './stage.ts'

afterEach(() => vi.unstubAllEnvs())

const request = / AWS request [\w-]+\.$/

describe('a bad day at AWS', () => {
  it.each([
    ['redshift:CreateCluster', 'arn:aws:redshift:us-west-2:123456789012:cluster:sparkify'],
    ['iam:PassRole', 'arn:aws:iam::123456789012:role/sparkify-s3-read'],
    ['iam:CreateRole', 'arn:aws:iam::123456789012:role/sparkify-s3-read'],
    ['iam:PutRolePolicy', 'arn:aws:iam::123456789012:role/sparkify-s3-read'],
    [
      'secretsmanager:CreateSecret',
      'arn:aws:secretsmanager:us-west-2:123456789012:secret:redshift!sparkify-sparkify_admin-d0Ub1E',
    ],
  ])('without the permission %s names it, the missing line, what exists and the request', async (action, resource) => {
    const { double, process } = await setStage()
    await double.fault({ kind: 'deny', action })
    const { cluster, run } = process()
    const failed = run(cluster.spinUp(plain))
    await expect(failed).rejects.toMatchObject({
      code: 'aws_denied',
      message: expect.stringMatching(request),
      remedy: expect.stringContaining(`"Action":"${action}","Resource":"${resource}"`),
    })
    await expect(failed).rejects.toThrow(
      `AWS does not allow arn:aws:iam::123456789012:user/sparkify-bot to call ${action} on ${resource}. There is no cluster sparkify, so no node is billed.`,
    )
    await double.clearFaults()
    await run(cluster.spinUp(plain))
  })

  it.each([
    [{ kind: 'expired-token', action: 'iam:GetRole' }, 'aws_denied', 'The AWS session has expired.', 'aws sso login'],
    [
      error('iam:GetRole', 'InvalidClientTokenId', 403),
      'aws_denied',
      'AWS does not accept the credentials',
      'AWS_REGION',
    ],
    [error('redshift:CreateCluster', 'InsufficientClusterCapacity'), 'aws', 'AWS has no capacity', 'node-type='],
    [
      error('redshift:CreateCluster', 'ClusterQuotaExceeded'),
      'aws',
      'quota of Redshift clusters or nodes',
      'Service Quotas',
    ],
    [error('redshift:CreateCluster', 'OptInRequired', 403), 'aws', 'not subscribed to Redshift', 'AWS_REGION'],
    [
      error('redshift:CreateCluster', 'InvalidParameterValue'),
      'aws',
      'AWS refused (InvalidParameterValue): words.',
      '',
    ],
  ] as const)('%j is explained', async (fault, code, message, remedy) => {
    const { double, process } = await setStage()
    await double.fault(fault)
    const { cluster, run } = process()
    const failed = async () => run(await cluster.spinUp(plain))
    await expect(failed()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    })
    await double.clearFaults()
    await failed()
  })

  it('without a default VPC names the variable and the command that cure it', async () => {
    const { process } = await setStage({ defaultVpc: false })
    const { cluster, run } = process()
    await expect(run(cluster.spinUp(plain))).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringContaining('No default VPC for this user.'),
      remedy: expect.stringContaining('REDSHIFT_SUBNET_GROUP'),
    })
  })

  it('outlasts a burst of throttling, a fault of AWS and an answer that is lost, and creates nothing twice', async () => {
    const { double, process } = await setStage()
    await double.fault({ kind: 'throttle', action: 'redshift:DescribeClusters', times: 3 })
    await double.fault({ kind: 'internal', action: 'iam:CreateRole' })
    await double.fault({ kind: 'drop', action: 'iam:CreateRole', when: 'answer' })
    await double.fault({ kind: 'drop', action: 'redshift:CreateCluster', when: 'answer' })
    const { cluster, run } = process()
    await run(cluster.spinUp(plain))
    expect(await double.left()).toMatchObject({ clusters: [{ state: 'available' }], roles: ['sparkify-s3-read'] })
  })

  it('throttled to the end says that the same command carries on', async () => {
    const { double, process } = await setStage()
    await double.fault({ kind: 'throttle', action: 'redshift:DescribeClusterSnapshots', times: 5 })
    await expect(process().cluster.spinUp(plain)).rejects.toMatchObject({
      code: 'aws',
      message: expect.stringContaining('AWS is throttling the requests of this account'),
      remedy: 'Run the command again in a minute; it continues where it stopped.',
    })
  })

  it('out of reach says so', async () => {
    const { process } = await setStage()
    // The discard port: nothing listens there.
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
    await expect(process().cluster.describe()).rejects.toMatchObject({
      code: 'aws',
      message: 'AWS cannot be reached (ECONNREFUSED).',
    })
  })
})

describe('bad input', () => {
  it('sources that are not in S3 are refused before AWS is asked', async () => {
    const { double, process } = await setStage()
    await expect(process({ logData: '/data/log_data' }).cluster.spinUp(plain)).rejects.toMatchObject({
      code: 'bad_config',
      message: '"/data/log_data" is not an S3 location.',
    })
    expect(await double.calls()).toEqual([])
  })

  it('no region and no credentials are told apart, and how to set them', async () => {
    for (const name of [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
    ]) {
      vi.stubEnv(name, undefined)
    }
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const nowhere = createClients({ region: undefined })
    await expect(explainingAwsErrors(() => nowhere.region())).rejects.toMatchObject({
      code: 'bad_config',
      message: 'No AWS region is set.',
      remedy: 'Set AWS_REGION, for example us-west-2.',
    })
    const nobody = createClients({ region: 'us-west-2' })
    await expect(explainingAwsErrors(() => nobody.redshift.config.credentials())).rejects.toMatchObject({
      code: 'aws_denied',
      message: 'No AWS credentials were found.',
      remedy: expect.stringContaining('AWS_PROFILE'),
    })
  })
})

function error(action: string, code: string, status = 400) {
  return { kind: 'error' as const, action, code, message: 'words', status }
}
