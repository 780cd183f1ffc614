import { AwsError } from './error.ts'
import { openRoleSession, sessionIdentity } from './iam/sessions.ts'
import type { QueryAction, UnsignedAction } from './services.ts'
import { integer, optional, required } from './wire/query.ts'

/** STS. GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const stsActions: Readonly<Record<string, QueryAction>> = {
  GetCallerIdentity: ({ world, caller }) => ({
    Arn: caller.arn,
    UserId: caller.userId,
    Account: world.options.account,
  }),
}

/** What is asked without credentials. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
export const unsignedStsActions: Readonly<Record<string, UnsignedAction>> = {
  AssumeRoleWithWebIdentity: ({ world, form }) => {
    const role = required(form, 'RoleArn')
    const name = required(form, 'RoleSessionName')
    if (!/^[\w+=,.@-]{2,64}$/.test(name)) throw new AwsError('ValidationError', 'The RoleSessionName is not valid.')
    if ((integer(form, 'DurationSeconds') ?? 900) < 900)
      throw new AwsError('ValidationError', 'The duration is too short.')
    if (optional(form, 'WebIdentityToken') === undefined || role !== world.options.principalArn) {
      throw new AwsError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
    }
    const session = openRoleSession(world, name)
    const { arn, userId } = sessionIdentity(world, name)
    return {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: 'not-checked',
        SessionToken: session.token,
        Expiration: new Date(session.expires),
      },
      AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
      SubjectFromWebIdentityToken: 'system:serviceaccount:default:sparkify',
    }
  },
}
