import { z } from 'zod'
import type { RedshiftSettings } from '../settings.ts'
import type { PolicyDocument } from './policies.ts'

type Kind = RedshiftSettings['kind']

/** Who puts the role on. Serverless needs both: https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-security-other-services.html */
export function redshiftServices(kind: Kind): readonly string[] {
  return kind === 'serverless'
    ? ['redshift-serverless.amazonaws.com', 'redshift.amazonaws.com']
    : ['redshift.amazonaws.com']
}

/** Who may put the role on: Redshift. */
export function trustPolicy(kind: Kind): PolicyDocument {
  const services = redshiftServices(kind)
  const Service = services.length === 1 ? services.join('') : services
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service }, Action: ['sts:AssumeRole'] }] }
}

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat())

const trustStatement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMany.default([]),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMany)]).default({}),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMany)).default({}),
})

const trustDocument = z.object({
  Statement: z.union([trustStatement, z.array(trustStatement)]).transform((value) => [value].flat()),
})

/**
 * Whether a trust policy, as IAM gives it (URL-encoded JSON), lets Redshift of this account assume the role: each service that needs to. Of
 * conditions only `aws:SourceAccount` is compared; others may be meant for one database user.
 */
export function trustsRedshift(document: string, account: string, kind: Kind): boolean {
  const read = trustDocument.safeParse(JSON.parse(decodeURIComponent(document)))
  if (!read.success) return false
  const isOurs = ({ Condition }: z.output<typeof trustStatement>): boolean =>
    Object.entries(Condition['StringEquals'] ?? {}).every(
      ([key, accounts]) => key.toLowerCase() !== 'aws:sourceaccount' || accounts.includes(account),
    )
  return redshiftServices(kind).every((service) => {
    const about = read.data.Statement.filter(
      ({ Action, Principal }) =>
        Action.some((action) => ['sts:assumerole', 'sts:*', '*'].includes(action.toLowerCase())) &&
        (Principal === '*' || (Principal['Service'] ?? []).includes(service)),
    )
    return about.some((one) => one.Effect === 'Allow' && isOurs(one)) && about.every(({ Effect }) => Effect === 'Allow')
  })
}
