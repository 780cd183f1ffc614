import { OpsError } from '../core/errors.ts'
import type { ObjectPlace } from '../core/ports/objects.ts'

/** Marks a cluster or role as this bot's: `sparkify:managed = <cluster id>`. Without it nothing is changed. */
export const managedTag = 'sparkify:managed'

/** Name of the one inline policy of the role. */
export const readingPolicyName = 'sparkify-read-sources'

/** Whose account it is. `partition` is `aws`, `aws-cn` or `aws-us-gov`. */
export interface Account {
  readonly partition: string
  readonly id: string
}

/** Account and partition of an ARN: `arn:partition:service:region:account:resource`. */
export function accountOf(arn: string): Account {
  const [, partition = 'aws', , , id = ''] = arn.split(':')
  return { partition, id }
}

/** ARN of a cluster. Format: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html */
export function clusterArn({ partition, id }: Account, region: string, clusterId: string): string {
  return `arn:${partition}:redshift:${region}:${id}:cluster:${clusterId}`
}

/** ARN of a role without a path. */
export function roleArn({ partition, id }: Account, name: string): string {
  return `arn:${partition}:iam::${id}:role/${name}`
}

/** Beginning of the names of the snapshots that tear-down keeps; the cluster's id in it names their owner. */
export function finalSnapshotPrefix(clusterId: string): string {
  return `${clusterId}-final-`
}

/** Name of a final snapshot: `sparkify-final-20261107-091245`, UTC. */
export function finalSnapshotName(clusterId: string, at: Date): string {
  const digits = at.toISOString().replaceAll(/[-:]|\..*$/g, '')
  return `${finalSnapshotPrefix(clusterId)}${digits.replace('T', '-')}`
}

/** The AWS CLI line that gives a cluster into the bot's hands. */
export function tagClusterLine(account: Account, region: string, clusterId: string): string {
  const arn = clusterArn(account, region, clusterId)
  return `aws redshift create-tags --region ${region} --resource-name ${arn} --tags Key=${managedTag},Value=${clusterId}`
}

/** The AWS CLI line that gives a role into the bot's hands. */
export function tagRoleLine(roleName: string, clusterId: string): string {
  return `aws iam tag-role --role-name ${roleName} --tags Key=${managedTag},Value=${clusterId}`
}

/** A place in S3. `prefix` is what object keys begin with, as COPY takes it: `log_data` also covers `log_data_2`. */
interface S3Location {
  readonly bucket: string
  readonly prefix: string
}

/** Reads `s3://bucket/prefix`. Throws `bad_config` for anything else. */
export function readS3Location(text: string): S3Location {
  const { bucket, prefix } =
    /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(?<prefix>.+)$/.exec(text)?.groups ?? {}
  if (bucket === undefined || prefix === undefined) {
    throw new OpsError(
      'bad_config',
      `"${text}" is not an S3 location.`,
      'Set SPARKIFY_LOG_DATA and SPARKIFY_SONG_DATA to s3://bucket/prefix.',
    )
  }
  return { bucket, prefix }
}

/** The copies below a prefix, `s3://bucket/prefix`. */
export interface CopyPlace extends ObjectPlace {
  readonly manifest: ObjectPlace
}

/** Reads `s3://bucket/prefix`. Throws `bad_config` for anything else. */
export function copyPlaceOf(text: string): CopyPlace {
  const { bucket, key } = workPlaceOf(text)
  return { bucket, key, manifest: { bucket, key: `${key}manifest.json` } }
}

/** Reads `s3://bucket/prefix` of the manifests; its key ends in a slash. Throws `bad_config` for anything else. */
export function workPlaceOf(text: string): ObjectPlace {
  const { bucket, prefix } = readS3Location(text)
  return { bucket, key: `${prefix.replace(/\/+$/, '')}/` }
}
