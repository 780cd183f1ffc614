import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readingPolicy, redshiftTrust } from '../support/aws/scene.ts'
import { type Double, startDouble } from '../support/aws/start.ts'

let double: Double
let iam: IAMClient

beforeAll(async () => {
  double = await startDouble()
  iam = new IAMClient(double.client)
})
afterAll(() => double.stop())

async function role(name: string): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: redshiftTrust }))
}

describe('roles', () => {
  it('come back with their tags and their trust policy URL-encoded', async () => {
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'tagged',
        AssumeRolePolicyDocument: redshiftTrust,
        Tags: [{ Key: 'sparkify:cluster', Value: 'sparkify & <sons>' }],
      }),
    )
    await iam.send(new TagRoleCommand({ RoleName: 'tagged', Tags: [{ Key: 'team', Value: 'data' }] }))
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'tagged' }))
    expect(Role?.Arn).toBe('arn:aws:iam::123456789012:role/tagged')
    expect(Role?.CreateDate).toBeInstanceOf(Date)
    expect(Role?.AssumeRolePolicyDocument).toContain('%22redshift.amazonaws.com%22')
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(redshiftTrust)
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'tagged' }))
    expect(Tags).toEqual([
      { Key: 'sparkify:cluster', Value: 'sparkify & <sons>' },
      { Key: 'team', Value: 'data' },
    ])
  })

  it('cannot be made twice, found when absent, or made with a trust policy that is none', async () => {
    await role('twice')
    await expect(role('twice')).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      message: 'Role with name twice already exists.',
      $metadata: { httpStatusCode: 409 },
    })
    await expect(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The role with name nobody cannot be found.',
      $metadata: { httpStatusCode: 404 },
    })
    for (const document of ['{', '{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}']) {
      const broken = new CreateRoleCommand({ RoleName: 'broken', AssumeRolePolicyDocument: document })
      await expect(iam.send(broken)).rejects.toMatchObject({
        name: 'MalformedPolicyDocumentException',
        $metadata: { httpStatusCode: 400 },
      })
    }
  })

  it('can be trusted by somebody else later', async () => {
    await role('retrusted')
    const trust = redshiftTrust.replace('redshift', 'lambda')
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'retrusted', PolicyDocument: trust }))
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'retrusted' }))
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust)
  })

  it('are deleted only when no policy is left on them', async () => {
    const RoleName = 'doomed'
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
    const conflict = { name: 'DeleteConflictException', $metadata: { httpStatusCode: 409 } }
    await role(RoleName)
    const document = readingPolicy('udacity-dend', ['log_data'])
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument: document }))
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
    const read = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }))
    expect(decodeURIComponent(read.PolicyDocument ?? '')).toBe(document)
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject(conflict)
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames).toEqual(['read'])
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }))
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject(conflict)
    expect((await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies).toEqual([
      { PolicyName: 'AmazonS3ReadOnlyAccess', PolicyArn },
    ])
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
    expect((await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).InstanceProfiles).toEqual([])
    await iam.send(new DeleteRoleCommand({ RoleName }))
    expect((await double.left()).roles).not.toContain(RoleName)
    await expect(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    })
  })
})

it('tells callers who they are', async () => {
  const identity = await new STSClient(double.client).send(new GetCallerIdentityCommand({}))
  expect(identity).toMatchObject({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/sparkify-bot' })
})
