import { z } from 'zod'
import { roleMay, roleOfArn, trustsRedshift } from '../iam/role.ts'
import type { Database } from '../redshift/cluster.ts'
import { SqlRefusal } from '../sql/dialect.ts'
import type { World } from '../world.ts'
import {
  type Bucket,
  hasObject,
  listObjects,
  parseS3Url,
  putObject,
  readObject,
  type S3Object,
  sizeOf,
} from './bucket.ts'

/** What a COPY reads: the objects under its prefix, and files beside them. */
export type CopySource = {
  readonly bucket: Bucket
  readonly objects: readonly S3Object[]
  /** The content of one of the objects. */
  readonly read: (key: string) => Promise<Buffer>
}

/**
 * Opens what a COPY is to read as its role: the role attached, in-sync and trusting Redshift, the bucket there and in
 * the region, listing and reading allowed. SqlRefusal in S3's and Redshift's words when not.
 */
export function openCopySource(
  world: World,
  cluster: Database,
  url: string,
  roleArn: string,
  region?: string,
): CopySource {
  const { bucket, key: prefix } = located(world, cluster, url, region)
  const may = permissionsOf(world, cluster, roleArn)
  if (!may('s3:ListBucket', `arn:aws:s3:::${bucket.name}`, { 's3:prefix': prefix })) throw accessDenied()
  const objects = listObjects(bucket, prefix)
  if (objects.length === 0) throw internal(`The specified S3 prefix '${prefix}' does not exist`, 8001)
  return {
    bucket,
    objects,
    read: (key) => {
      if (!may('s3:GetObject', `arn:aws:s3:::${bucket.name}/${key}`)) throw accessDenied()
      return readObject(bucket, key)
    },
  }
}

const manifestSchema = z.object({
  entries: z.array(z.object({ url: z.string(), mandatory: z.boolean().default(false) })),
})

/**
 * Opens the objects that a manifest names, each by its whole key; those that are not mandatory may be missing, unless all are.
 * https://docs.aws.amazon.com/redshift/latest/dg/loading-data-files-using-manifest.html
 */
export async function openManifestSource(
  world: World,
  cluster: Database,
  url: string,
  roleArn: string,
  region?: string,
): Promise<CopySource> {
  const text = await readAsRole(world, cluster, url, roleArn, region)
  const { entries } = manifestSchema.parse(JSON.parse(text))
  const may = permissionsOf(world, cluster, roleArn)
  const found = entries.flatMap((entry) => {
    const { bucket, key } = located(world, cluster, entry.url, region)
    if (hasObject(bucket, key)) return [{ bucket, key }]
    if (entry.mandatory) throw s3Error('The specified key does not exist.', 404, 'NoSuchKey')
    return []
  })
  const [first] = found
  if (first === undefined) throw internal(`The specified S3 prefix '${url}' does not exist`, 8001)
  return {
    bucket: first.bucket,
    objects: found.map(({ bucket, key }) => ({ key, bytes: sizeOf(bucket, key) })),
    read: (key) => {
      if (!may('s3:GetObject', `arn:aws:s3:::${first.bucket.name}/${key}`)) throw accessDenied()
      return readObject(first.bucket, key)
    },
  }
}

/** Reads one object as the role, such as a JSONPaths file. */
export async function readAsRole(
  world: World,
  cluster: Database,
  url: string,
  roleArn: string,
  region?: string,
): Promise<string> {
  const { bucket, key } = located(world, cluster, url, region)
  const may = permissionsOf(world, cluster, roleArn)
  if (!may('s3:GetObject', `arn:aws:s3:::${bucket.name}/${key}`)) throw accessDenied()
  if (!listObjects(bucket, key).some((object) => object.key === key)) {
    throw s3Error('The specified key does not exist.', 404, 'NoSuchKey')
  }
  return (await readObject(bucket, key)).toString('utf8')
}

/** Where an UNLOAD writes. */
export type UnloadTarget = {
  readonly bucket: Bucket
  readonly prefix: string
  readonly put: (key: string, content: Uint8Array) => void
}

/**
 * Opens what an UNLOAD is to write to as its role. It fails where it would overwrite something, unless it is allowed to, and so it lists.
 * https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
 */
export function openUnloadTarget(
  world: World,
  cluster: Database,
  url: string,
  roleArn: string,
  options: { readonly region: string | undefined; readonly overwrite: boolean },
): UnloadTarget {
  const { bucket, key: prefix } = located(world, cluster, url, options.region)
  const may = permissionsOf(world, cluster, roleArn)
  if (!may('s3:ListBucket', `arn:aws:s3:::${bucket.name}`, { 's3:prefix': prefix })) throw accessDenied()
  if (!options.overwrite && listObjects(bucket, prefix).length > 0) {
    throw internal(
      'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.',
      8001,
    )
  }
  return {
    bucket,
    prefix,
    put: (key, content) => {
      if (!may('s3:PutObject', `arn:aws:s3:::${bucket.name}/${key}`)) throw accessDenied()
      putObject(bucket, key, content)
    },
  }
}

type Permission = (action: string, resource: string, context?: Readonly<Record<string, string>>) => boolean

function permissionsOf(world: World, cluster: Database, roleArn: string): Permission {
  const role = roleOfArn(world, roleArn)
  if (role === undefined || cluster.roles.get(roleArn) !== 'in-sync' || !trustsRedshift(world, role)) {
    const user = world.arns.dbUser(cluster.region, cluster.identifier, cluster.masterUsername)
    throw internal(`User ${user} is not authorized to assume IAM Role ${roleArn}`, 8001, `IAM Role=${roleArn}`)
  }
  return (action, resource, context) => roleMay(world, role, action, resource, context) === 'allowed'
}

function located(world: World, cluster: Database, url: string, region: string | undefined) {
  const place = parseS3Url(url)
  if (place === undefined) throw new SqlRefusal(`Invalid S3 URI: ${url}`)
  const known = world.options.buckets[place.bucket]
  if (known === undefined) throw s3Error('The specified bucket does not exist', 404, 'NoSuchBucket')
  if (known.region !== (region ?? cluster.region)) {
    throw s3Error(
      'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.',
      301,
      'PermanentRedirect',
    )
  }
  return { bucket: { name: place.bucket, ...known }, key: place.key }
}

function accessDenied(): SqlRefusal {
  return s3Error('Access Denied', 403, 'AccessDenied')
}

function s3Error(message: string, status: number, code: string): SqlRefusal {
  const rid = '0123456789ABCDEF'
  return internal(
    `S3ServiceException:${message},Status ${status},Error ${code},Rid ${rid},ExtRid d0ub1e,CanRetry 1`,
    8001,
    'Listing bucket',
  )
}

/** Redshift's internal errors carry a block of details behind the message. */
function internal(message: string, code: number, context = ''): SqlRefusal {
  const line = '-----------------------------------------------'
  return new SqlRefusal(
    `${message}\n  Detail: \n  ${line}\n  error:  ${message}\n  code:      ${code}\n  context:   ${context}\n  ${line}`,
  )
}
