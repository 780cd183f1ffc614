import { S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/core/errors.ts'
import { asNode } from '../../src/redshift/clients.ts'
import { explain } from '../../src/redshift/engine/data-api.ts'
import { createObjectStore } from '../../src/redshift/object-store.ts'

const never = new AbortController().signal
const place = { bucket: 'bucket', key: 'log/' }

function thrown(name: string, message: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })
}

/** A store on an S3 that gives these answers in turn, or throws them; and what it was asked. */
function storeOf(...answers: readonly (object | Error)[]) {
  const asked: object[] = []
  const client = new S3Client({ region: 'us-west-2', credentials: { accessKeyId: 'AKIA', secretAccessKey: 'none' } })
  client.middlewareStack.add(
    () => async (args) => {
      asked.push(args.input)
      const answer = answers[asked.length - 1] ?? {}
      if (answer instanceof Error) throw answer
      return { response: {}, output: { $metadata: {}, ...answer } }
    },
    { step: 'initialize' },
  )
  return { store: createObjectStore(client), asked }
}

describe('a bucket', () => {
  it('is listed to the last page', async () => {
    const { store, asked } = storeOf(
      { Contents: [{ Key: 'log/a', Size: 1, ETag: '"1"' }], IsTruncated: true, NextContinuationToken: 't' },
      { Contents: [{ Key: 'log/b', Size: 0, ETag: '"2"' }], IsTruncated: false },
    )
    expect(await store.list(place, never)).toEqual([
      { key: 'log/a', bytes: 1, etag: '"1"' },
      { key: 'log/b', bytes: 0, etag: '"2"' },
    ])
    expect(asked).toEqual([
      { Bucket: 'bucket', Prefix: 'log/', ContinuationToken: undefined },
      { Bucket: 'bucket', Prefix: 'log/', ContinuationToken: 't' },
    ])
  })

  it.each([
    ['whose page names no next one', { Contents: [], IsTruncated: true }],
    ['of an object without its size', { Contents: [{ Key: 'log/a', ETag: '"1"' }] }],
    ['of an object without its ETag', { Contents: [{ Key: 'log/a', Size: 1 }] }],
  ])('is not taken for a listing %s', async (_, page) => {
    await expect(storeOf(page).store.list(place, never)).rejects.toMatchObject({
      code: 'source_unreadable',
      message: 'S3 cut the listing of s3://bucket/log/ and gave no token to continue it.',
      remedy: 'Run the command again.',
    })
  })

  it('has its objects removed a thousand at a time, and says what it keeps', async () => {
    const keys = Array.from({ length: 1001 }, (_, at) => `k${at}`)
    const { store, asked } = storeOf()
    await store.remove('bucket', keys, never)
    expect(asked).toEqual([
      { Bucket: 'bucket', Delete: { Objects: keys.slice(0, 1000).map((Key) => ({ Key })), Quiet: true } },
      { Bucket: 'bucket', Delete: { Objects: [{ Key: 'k1000' }], Quiet: true } },
    ])
    const kept = storeOf({ Errors: [{ Key: 'k0', Code: 'AccessDenied', Message: 'Not yours' }] })
    await expect(kept.store.remove('bucket', keys, never)).rejects.toMatchObject({
      code: 'aws_denied',
      message: 'AWS denied it: Not yours.',
    })
    expect(kept.asked).toHaveLength(1)
    const none = storeOf()
    await none.store.remove('bucket', [], never)
    expect(none.asked).toEqual([])
  })
})

describe('an object', () => {
  it('is written as JSON', async () => {
    const { store, asked } = storeOf()
    await store.put({ bucket: 'bucket', key: 'm.json' }, '{}', never)
    expect(asked).toEqual([{ Bucket: 'bucket', Key: 'm.json', Body: '{}', ContentType: 'application/json' }])
  })

  it('that is not there is no text, and cannot be fetched', async () => {
    const gone = thrown('NoSuchKey', 'No.', 404)
    expect(await storeOf(gone).store.read(place, never)).toBeNull()
    const message = 's3://bucket/log/ was deleted or replaced while it was read.'
    for (const error of [gone, thrown('PreconditionFailed', 'No.', 412)]) {
      const { store, asked } = storeOf(error)
      const fetched = store.fetch(place, '"1"', '/nowhere', never)
      await expect(fetched).rejects.toMatchObject({ code: 'source_missing', message, remedy: 'Run the command again.' })
      expect(asked).toEqual([{ Bucket: 'bucket', Key: 'log/', IfMatch: '"1"' }])
    }
    const { store, asked } = storeOf(gone)
    await expect(store.fetch(place, null, '/nowhere', never)).rejects.toMatchObject({ code: 'source_missing' })
    expect(asked).toEqual([{ Bucket: 'bucket', Key: 'log/' }])
  })

  const elsewhere =
    'Set SPARKIFY_DATA_REGION to the region of the source data; SPARKIFY_COPY_TO and SPARKIFY_WORK must be in AWS_REGION.'
  it.each([
    ['NoSuchBucket', 'source_missing', 'The bucket of s3://bucket/log/ does not exist.', 'Correct its name in .env.'],
    ['PermanentRedirect', 'source_unreadable', 'The bucket of s3://bucket/log/ is in another region.', elsewhere],
    [
      'AuthorizationHeaderMalformed',
      'source_unreadable',
      'The bucket of s3://bucket/log/ is in another region.',
      elsewhere,
    ],
    ['Odd', 'aws', 's3://bucket/log/: AWS refused (Odd): No.', ''],
    ['ExpiredToken', 'aws_denied', 'The AWS session has expired.', 'Sign in again'],
  ])('that S3 refuses with %s is an error of this place', async (name, code, message, remedy) => {
    await expect(storeOf(thrown(name, 'No.')).store.read(place, never)).rejects.toMatchObject({
      code,
      message,
      remedy: expect.stringMatching(remedy === '' ? /^$/ : remedy),
    })
  })

  it('whose answer is cut is out of reach, and one that nobody wants any more is called off', async () => {
    const cut = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
    await expect(storeOf(cut).store.read(place, never)).rejects.toMatchObject({
      code: 'aws',
      message: 's3://bucket/log/: AWS cannot be reached (ECONNRESET).',
    })
    const stop = AbortSignal.abort(new OpsError('cancelled', 'Anna stopped it.'))
    await expect(storeOf(cut).store.read(place, stop)).rejects.toMatchObject({ message: 'Anna stopped it.' })
    const bug = new TypeError('x is undefined')
    await expect(storeOf(bug).store.read(place, never)).rejects.toBe(bug)
  })
})

it('An error of the connection has the code that Node gives it', () => {
  const codes = ['CONNECT_TIMEOUT', 'HEADERS_TIMEOUT', 'BODY_TIMEOUT', 'SOCKET'].map((code) =>
    asNode(Object.assign(new Error(code), { code: `UND_ERR_${code}` })),
  )
  expect(codes).toMatchObject([
    { code: 'ETIMEDOUT', message: 'CONNECT_TIMEOUT' },
    { code: 'ETIMEDOUT' },
    { code: 'ETIMEDOUT' },
    { code: 'ECONNRESET', message: 'SOCKET' },
  ])
  const late = Object.assign(new Error('The operation timed out'), { name: 'TimeoutError' })
  expect(asNode(late)).toMatchObject({ name: 'TimeoutError', message: 'no answer in time', code: 'ETIMEDOUT' })
  const other = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  expect([asNode(other), asNode('no error')]).toEqual([other, 'no error'])
})

describe('what the Data API refuses', () => {
  it.each([
    [
      "Redshift endpoint doesn't exist",
      'cluster_state',
      "The cluster accepts no statements: Redshift endpoint doesn't exist.",
      'Run status to see its state.',
    ],
    [
      'Cluster sparkify is not available.',
      'cluster_state',
      'The cluster accepts no statements: Cluster sparkify is not available.',
      'Run status to see its state.',
    ],
    [
      'User: arn:u is not authorized to perform: redshift:GetClusterCredentials on resource: arn:x',
      'aws_denied',
      'AWS does not allow arn:u to call redshift:GetClusterCredentials on arn:x.',
      'Add this statement to its policy: {"Effect":"Allow","Action":"redshift:GetClusterCredentials","Resource":"arn:x"} (docs/aws-policy.json is the whole policy).',
    ],
    [
      'The secret is scheduled for deletion',
      'aws_denied',
      'The secret with the admin password cannot be used: The secret is scheduled for deletion.',
      'Let Redshift manage the password again: aws redshift modify-cluster --cluster-identifier … --manage-master-password. Then run it again.',
    ],
    ['Something else', 'aws', 'AWS refused (Validation): Something else.', ''],
  ])('as invalid is told apart by its words: %s', (words, code, message, remedy) => {
    expect(explain(thrown('ValidationException', words))).toMatchObject({ code, message, remedy })
  })

  it('in another way is explained as any error of AWS', () => {
    const other = thrown('ResourceNotFoundException', 'The secret is gone', 404)
    expect(explain(other)).toMatchObject({
      code: 'aws',
      message: 'AWS refused (ResourceNotFound): The secret is gone.',
    })
    const explained = new OpsError('aws', 'Explained.')
    expect(explain(explained)).toBe(explained)
  })
})
