import { fileURLToPath } from 'node:url'
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, it, onTestFinished } from 'vitest'
import { createReadyCluster } from '../support/aws/scene.ts'
import { startDouble } from '../support/aws/start.ts'

const principalArn = 'arn:aws:iam::123456789012:role/sparkify-bot'

it('A role has a session for each set of credentials, and a policy on aws:userid keeps one from the statements of another', async () => {
  const double = await startDouble({
    principalArn,
    principalPolicy: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'redshift-data:BatchExecuteStatement', Resource: '*' },
        { Effect: 'Allow', Action: ['redshift:GetClusterCredentials'], Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'redshift-data:DescribeStatement',
          Resource: '*',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of IAM's policy language.
          Condition: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } },
        },
      ],
    },
  })
  onTestFinished(() => double.stop())
  const { AWS_ROLE_ARN: RoleArn } = double.roleEnv(fileURLToPath(import.meta.url))
  const session = async (RoleSessionName: string) => {
    const sts = new STSClient({ endpoint: double.url, region: 'us-west-2' })
    const order = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName, WebIdentityToken: 'any' })
    const { Credentials } = await sts.send(order)
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    return { endpoint: double.url, region: 'us-west-2', credentials }
  }
  const [one, other] = [await session('aws-sdk-js-session-1'), await session('aws-sdk-js-session-2')]
  expect(await new STSClient(one).send(new GetCallerIdentityCommand())).toMatchObject({
    Arn: 'arn:aws:sts::123456789012:assumed-role/sparkify-bot/aws-sdk-js-session-1',
    UserId: 'AROADOUBLEROLE0000000:aws-sdk-js-session-1',
  })
  await createReadyCluster(double.scene)
  const order = { ClusterIdentifier: 'sparkify', Database: 'sparkify', DbUser: 'sparkify_admin', Sqls: ['select 1'] }
  const { Id } = await new RedshiftDataClient(one).send(new BatchExecuteStatementCommand(order))
  expect(await new RedshiftDataClient(one).send(new DescribeStatementCommand({ Id }))).toMatchObject({ Id })
  await expect(new RedshiftDataClient(other).send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining('assumed-role/sparkify-bot/aws-sdk-js-session-2 is not authorized to perform'),
  })
  const forged = { ...one, credentials: { ...one.credentials, sessionToken: 'token-of-nobody' } }
  await expect(new STSClient(forged).send(new GetCallerIdentityCommand())).rejects.toMatchObject({
    name: 'InvalidClientTokenId',
  })
})
