import { AwsError } from '../error.ts'
import type { Caller } from '../iam/caller.ts'
import { element, type XmlValue } from '../wire/xml.ts'
import type { World } from '../world.ts'
import { type Bucket, etagOf, hasObject, listObjects, putObject, readObject, removeObject } from './bucket.ts'

/*
 * S3 in its REST protocol, path-style: what a program needs that lists, gets, puts and deletes.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */

/** One request to S3. `key` is empty for a request to the bucket itself. */
export type S3Call = {
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
  readonly body: Buffer
  /** The ETag that the object must have; undefined where any will do. */
  readonly ifMatch: string | undefined
}

/** What S3 answers: a body and its headers. */
export type S3Answer = {
  readonly status: number
  readonly body: Buffer | string
  readonly headers: Readonly<Record<string, string>>
}

/** Reads method and URL of a path-style request. */
export function s3CallOf(method: string, url: string, body: Buffer, ifMatch?: string): S3Call {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const [bucket = '', ...key] = pathname.slice(1).split('/').map(decodeURIComponent)
  return { method, bucket, key: key.join('/'), query: searchParams, body, ifMatch }
}

/** Who does not sign: may read public buckets alone, and is told nothing about others. */
export function strangerTo({ options }: World, bucket: string): Caller {
  const { isPublic = false, region = '' } = options.buckets[bucket] ?? {}
  return {
    arn: '',
    userId: '',
    accessKeyId: '',
    region,
    allow: () => {
      if (!isPublic) throw new AwsError('AccessDenied', 'Access Denied', 403)
    },
  }
}

/** The action that a policy must allow for this request. */
export function s3ActionOf({ method, key, query }: S3Call): string {
  if (key === '') return method === 'POST' && query.has('delete') ? 's3:DeleteObject' : 's3:ListBucket'
  return `s3:${{ PUT: 'Put', DELETE: 'Delete' }[method] ?? 'Get'}Object`
}

/** Carries out a request; AwsError in S3's words where it is refused. */
export async function performS3(world: World, call: S3Call, caller: Caller): Promise<S3Answer> {
  const bucket = bucketOf(world, call.bucket, caller.region)
  if (call.key === '')
    return call.method === 'POST' ? deleteObjects(bucket, call, caller) : listBucket(world, bucket, call, caller)
  const allow = (action: string) => allowOn(caller, action, `${bucket.name}/${call.key}`)
  switch (call.method) {
    case 'GET': {
      allow('s3:GetObject')
      if (!hasObject(bucket, call.key)) throw noSuchKey(bucket, caller)
      if (call.ifMatch !== undefined && call.ifMatch !== etagOf(bucket, call.key)) {
        const message = 'At least one of the pre-conditions you specified did not hold'
        throw new AwsError('PreconditionFailed', message, 412)
      }
      return { status: 200, body: await readObject(bucket, call.key), headers: { etag: etagOf(bucket, call.key) } }
    }
    case 'PUT':
      allow('s3:PutObject')
      putObject(bucket, call.key, call.body)
      return { status: 200, body: '', headers: { etag: etagOf(bucket, call.key) } }
    default:
      throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
  }
}

/** S3's errors are one element, without the wrapping of the query protocol. */
export function s3Refusal(error: AwsError, requestId: string): string {
  return document('Error', { Code: error.code, Message: error.message, RequestId: requestId })
}

function bucketOf(world: World, name: string, region: string): Bucket {
  const known = world.options.buckets[name]
  if (known === undefined) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404)
  if (known.region !== region) {
    const message =
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.'
    throw new AwsError('PermanentRedirect', message, 301, { region: known.region })
  }
  return { name, ...known }
}

/** Resources are quoted in S3's denials, and in no other service's. */
function allowOn(
  caller: Caller,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): void {
  const arn = `arn:aws:s3:::${resource}`
  try {
    caller.allow(action, arn, context)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throw new AwsError(error.code, error.message.replace(arn, `"${arn}"`), error.status)
  }
}

function listBucket(world: World, bucket: Bucket, { query }: S3Call, caller: Caller): S3Answer {
  const prefix = query.get('prefix') ?? ''
  allowOn(caller, 's3:ListBucket', bucket.name, { 's3:prefix': prefix })
  const after = Buffer.from(query.get('continuation-token') ?? '', 'base64url').toString('utf8')
  const most = Math.min(Number(query.get('max-keys') ?? 1000), world.options.listPageKeys)
  const left = listObjects(bucket, prefix).filter(({ key }) => key > after)
  const page = left.slice(0, most)
  const isCut = left.length > page.length
  const contents = page.map(({ key, bytes }) => ({
    Key: key,
    Size: bytes,
    ETag: etagOf(bucket, key),
    StorageClass: 'STANDARD',
  }))
  const token = isCut ? Buffer.from(page.at(-1)?.key ?? '').toString('base64url') : undefined
  const members = element('Name', bucket.name) + element('Prefix', prefix) + element('KeyCount', page.length)
  const rest = element('MaxKeys', most) + element('IsTruncated', isCut) + element('NextContinuationToken', token)
  const body = `${members}${rest}${contents.map((each) => element('Contents', each)).join('')}`
  return xml(`<ListBucketResult xmlns="${namespace}">${body}</ListBucketResult>`)
}

/** Each key is allowed, or denied, by itself. */
function deleteObjects(bucket: Bucket, { body }: S3Call, caller: Caller): S3Answer {
  const keys = [...body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => unescapeXml(key))
  if (keys.length === 0 || keys.length > 1000) {
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  }
  const results = keys.map((key) => {
    try {
      allowOn(caller, 's3:DeleteObject', `${bucket.name}/${key}`)
      removeObject(bucket, key)
      return element('Deleted', { Key: key })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return element('Error', { Key: key, Code: error.code, Message: error.message })
    }
  })
  return xml(`<DeleteResult xmlns="${namespace}">${results.join('')}</DeleteResult>`)
}

/** Who may not list a bucket is not told what it lacks. */
function noSuchKey(bucket: Bucket, caller: Caller): AwsError {
  try {
    caller.allow('s3:ListBucket', `arn:aws:s3:::${bucket.name}`)
  } catch (error) {
    if (error instanceof AwsError) return new AwsError('AccessDenied', 'Access Denied', 403)
    throw error
  }
  return new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

function xml(body: string): S3Answer {
  return { status: 200, body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`, headers: {} }
}

function document(name: string, value: XmlValue): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(name, value)}`
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
