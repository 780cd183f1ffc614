import type { QueryAction } from './services.ts'

/** STS. GetCallerIdentity needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const stsActions: Readonly<Record<string, QueryAction>> = {
  GetCallerIdentity: ({ world, caller }) => ({
    Arn: caller.arn,
    UserId: 'AIDADOUBLEUSER0000000',
    Account: world.options.account,
  }),
}
