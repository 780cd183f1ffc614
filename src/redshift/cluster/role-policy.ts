import { z } from 'zod'
import { readS3Location } from '../s3-location.ts'
import type { RedshiftSettings } from '../settings.ts'

/** One statement of an IAM policy. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export interface PolicyStatement {
  readonly Sid?: string
  readonly Effect: 'Allow'
  readonly Principal?: Readonly<Record<string, string>>
  readonly Action: readonly string[]
  readonly Resource?: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** An IAM policy, as its JSON is written. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

/** Who may put the role on: Redshift. */
export const trustPolicy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'redshift.amazonaws.com' }, Action: ['sts:AssumeRole'] }],
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
 * Whether a trust policy, as IAM gives it (URL-encoded JSON), lets the clusters of this account assume the role. Of conditions only
 * `aws:SourceAccount` is compared; others may be meant for one database user.
 */
export function trustsRedshift(document: string, account: string): boolean {
  const read = trustDocument.safeParse(JSON.parse(decodeURIComponent(document)))
  if (!read.success) return false
  const about = read.data.Statement.filter(
    ({ Action, Principal }) =>
      Action.some((action) => ['sts:assumerole', 'sts:*', '*'].includes(action.toLowerCase())) &&
      (Principal === '*' || (Principal['Service'] ?? []).includes('redshift.amazonaws.com')),
  )
  const isOurs = ({ Condition }: z.output<typeof trustStatement>): boolean =>
    Object.entries(Condition['StringEquals'] ?? {}).every(
      ([key, accounts]) => key.toLowerCase() !== 'aws:sourceaccount' || accounts.includes(account),
    )
  return about.some((one) => one.Effect === 'Allow' && isOurs(one)) && about.every(({ Effect }) => Effect === 'Allow')
}

/** The places the role may read, in the order of the settings. Throws `bad_config` where one is not in S3. */
export function sourcePlaces(
  settings: Pick<RedshiftSettings, 'logData' | 'songData' | 'jsonPaths'>,
): readonly string[] {
  const { logData, songData, jsonPaths } = settings
  const places = [logData, songData, ...(jsonPaths === null ? [] : [jsonPaths])]
  for (const place of places) readS3Location(place)
  return places
}

/**
 * What the role may read: the configured places and nothing else. COPY needs to list and to get
 * (https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-access-permissions.html); a JSONPaths object is only got.
 */
export function readingPolicy(
  settings: Pick<RedshiftSettings, 'logData' | 'songData' | 'jsonPaths'>,
  partition: string,
): PolicyDocument {
  const listed = [settings.logData, settings.songData].map(readS3Location)
  const buckets = [...new Set(listed.map(({ bucket }) => bucket))]
  const arn = (rest: string): string => `arn:${partition}:s3:::${rest}`
  const objects = [
    ...listed.map(({ bucket, prefix }) => arn(`${bucket}/${prefix}*`)),
    ...(settings.jsonPaths === null
      ? []
      : [readS3Location(settings.jsonPaths)].map((at) => arn(`${at.bucket}/${at.prefix}`))),
  ]
  return {
    Version: '2012-10-17',
    Statement: [
      ...buckets.map((bucket) => ({
        Effect: 'Allow' as const,
        Action: ['s3:ListBucket'],
        Resource: [arn(bucket)],
        Condition: {
          StringLike: { 's3:prefix': listed.filter((at) => at.bucket === bucket).map(({ prefix }) => `${prefix}*`) },
        },
      })),
      { Effect: 'Allow', Action: ['s3:GetBucketLocation'], Resource: buckets.map(arn) },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: [...new Set(objects)] },
    ],
  }
}
