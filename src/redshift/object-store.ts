import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { OpsError } from '../core/errors.ts'
import { cancelled } from '../core/pacing.ts'
import type { ObjectPlace, ObjectStore, StoredObject } from '../core/ports/objects.ts'
import { isAwsError } from './aws-error.ts'
import { awsFailure, quoted } from './aws-failure.ts'
import { asNode } from './clients.ts'

// What one request may delete: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
const mostDeleted = 1000

/** S3 through the SDK, whose own retries pass over throttling (`SlowDown`) and cut connections. The caller owns the client. */
export function createObjectStore(client: S3Client): ObjectStore {
  return {
    list: ({ bucket, key }, signal) =>
      explained({ bucket, key }, signal, async () => {
        const found: StoredObject[] = []
        let token: string | undefined
        do {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: key, ContinuationToken: token }),
            { abortSignal: signal },
          )
          for (const { Key, Size, ETag } of page.Contents ?? []) {
            if (Key === undefined || Size === undefined || ETag === undefined) throw cutListing(bucket, key)
            found.push({ key: Key, bytes: Size, etag: ETag })
          }
          token = page.NextContinuationToken
          // Without the token of the next page the rest would look deleted.
          if (page.IsTruncated === true && token === undefined) throw cutListing(bucket, key)
        } while (token !== undefined)
        return found
      }),
    read: (place, signal) =>
      explained(place, signal, async () => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: place.bucket, Key: place.key }), {
            abortSignal: signal,
          })
          return (await Body?.transformToString()) ?? ''
        } catch (error) {
          if (isAwsError(error, 'NoSuchKey')) return null
          throw error
        }
      }),
    fetch: (place, etag, path, signal) =>
      explained(place, signal, async () => {
        const wanted = { Bucket: place.bucket, Key: place.key, ...(etag === null ? {} : { IfMatch: etag }) }
        const { Body } = await client.send(new GetObjectCommand(wanted), { abortSignal: signal })
        if (!(Body instanceof Readable)) throw new Error('S3 answered without a body')
        await pipeline(Body, createWriteStream(path), { signal })
      }),
    put: (place, text, signal) =>
      explained(place, signal, async () => {
        await client.send(
          new PutObjectCommand({
            Bucket: place.bucket,
            Key: place.key,
            Body: text,
            ContentType: 'application/json',
          }),
          { abortSignal: signal },
        )
      }),
    remove: (bucket, keys, signal) =>
      explained({ bucket, key: '' }, signal, async () => {
        for (let at = 0; at < keys.length; at += mostDeleted) {
          const some = keys.slice(at, at + mostDeleted)
          const { Errors = [] } = await client.send(
            new DeleteObjectsCommand({
              Bucket: bucket,
              Delete: { Objects: some.map((Key) => ({ Key })), Quiet: true },
            }),
            { abortSignal: signal },
          )
          const [first] = Errors
          if (first === undefined) continue
          const { Code = '', Message = '' } = first
          throw Object.assign(new Error(Message), { name: Code, $metadata: { httpStatusCode: 403 } })
        }
      }),
  }
}

/** `s3://bucket/key`. */
export function s3Words({ bucket, key }: ObjectPlace): string {
  return `s3://${bucket}/${key}`
}

function cutListing(bucket: string, key: string): OpsError {
  return new OpsError(
    'source_unreadable',
    `S3 cut the listing of ${s3Words({ bucket, key })} and gave no token to continue it.`,
    'Run the command again.',
  )
}

/** What S3 refuses, in the words of this place. */
async function explained<T>(place: ObjectPlace, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (signal.aborted) throw cancelled(signal)
    const shown = s3Words(place)
    if (isAwsError(error, 'NoSuchBucket')) {
      throw new OpsError('source_missing', `The bucket of ${shown} does not exist.`, 'Correct its name in .env.', {
        cause: error,
      })
    }
    if (isAwsError(error, 'NoSuchKey', 'PreconditionFailed')) {
      const message = `${shown} was deleted or replaced while it was read.`
      throw new OpsError('source_missing', message, 'Run the command again.', { cause: error })
    }
    if (isAwsError(error, 'PermanentRedirect', 'AuthorizationHeaderMalformed')) {
      throw new OpsError(
        'source_unreadable',
        `The bucket of ${shown} is in another region.`,
        'Set SPARKIFY_DATA_REGION to the region of the source data; SPARKIFY_COPY_TO and SPARKIFY_WORK must be in AWS_REGION.',
        { cause: error },
      )
    }
    // What cuts the body of an answer comes from undici as it is.
    const failure = awsFailure(asNode(error))
    if (!(failure instanceof OpsError)) throw failure
    throw failure.code === 'aws' ? failure.with({ message: `${shown}: ${quoted(failure.message)}` }) : failure
  }
}
