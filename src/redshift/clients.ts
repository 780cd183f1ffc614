import { IAMClient } from '@aws-sdk/client-iam'
import { RedshiftClient } from '@aws-sdk/client-redshift'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { buildQueryString, type HttpHandler, HttpResponse } from '@smithy/core/protocols'
import { request } from 'undici'
import { codeOf } from '../core/errors.ts'
import { isAwsError } from './aws-error.ts'
import { awsFailure } from './aws-failure.ts'

// The SDK waits up to 20 s between tries: five of them outlast a burst of throttling without hiding an outage.
const maxAttempts = 5

/** The SDK's clients, all for one region. */
export interface Clients {
  readonly redshift: RedshiftClient
  readonly data: RedshiftDataClient
  readonly serverless: RedshiftServerlessClient
  readonly iam: IAMClient
  readonly sts: STSClient
  /** S3 in the cluster's region, and in that of the source data. */
  readonly s3: S3Client
  readonly s3Data: S3Client
  /** The region in use. Throws `bad_config` when neither the option, the environment nor the profile names one. */
  region(): Promise<string>
  /** Looks for credentials. Throws `aws_denied` where there are none or they have expired, `aws` where their source cannot be reached. */
  requireCredentials(): Promise<void>
  close(): void
}

/**
 * The one place where clients of AWS are made. Without `region` the SDK looks for it; credentials and endpoints
 * (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_REDSHIFT_DATA` and the like) are always the SDK's own business.
 */
export function createClients({
  region,
  dataRegion,
}: {
  readonly region: string | undefined
  readonly dataRegion?: string | undefined
}): Clients {
  const config = {
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    requestHandler: createAwsRequestHandler(),
  }
  const redshift = new RedshiftClient(config)
  const data = new RedshiftDataClient(config)
  const serverless = new RedshiftServerlessClient(config)
  const iam = new IAMClient(config)
  const sts = new STSClient(config)
  const s3 = new S3Client(config)
  const s3Data = new S3Client(dataRegion === undefined ? config : { ...config, region: dataRegion })
  return {
    redshift,
    data,
    serverless,
    iam,
    sts,
    s3,
    s3Data,
    async region() {
      try {
        return await redshift.config.region()
      } catch (error) {
        throw awsFailure(error)
      }
    },
    async requireCredentials() {
      try {
        await sts.config.credentials()
      } catch (error) {
        throw awsFailure(error)
      }
    },
    close() {
      for (const client of [redshift, data, serverless, iam, sts, s3, s3Data]) client.destroy()
    },
  }
}

/**
 * A client of S3 alone, in a region of the sources. Where there are no credentials at all its requests are not signed, by which public
 * buckets are read; `isSigned` says whether they are. Throws `aws` where the source of the credentials cannot be reached.
 */
export async function createSourceClient(
  region: string | undefined,
): Promise<{ readonly client: S3Client; readonly isSigned: boolean }> {
  const config = {
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    requestHandler: createAwsRequestHandler(),
  }
  const client = new S3Client(config)
  try {
    await client.config.credentials()
    return { client, isSigned: true }
  } catch (error) {
    client.destroy()
    if (!isAwsError(error, 'CredentialsProvider')) throw awsFailure(error)
  }
  const credentials = { accessKeyId: '', secretAccessKey: '' }
  const anonymous = new S3Client({ ...config, credentials, signer: { sign: async (request) => request } })
  return { client: anonymous, isSigned: false }
}

// The Data API holds a long poll for up to 30 s.
const requestTimeoutMs = 45_000

/**
 * Sends the SDK's requests by undici, whose global dispatcher knows the proxies; the SDK's own handler knows none. It throws what the
 * SDK retries: `TimeoutError`, and Node's codes of a connection that failed.
 */
function createAwsRequestHandler(): HttpHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(wanted, { abortSignal } = {}) {
      const { protocol, hostname, port, path, query, method, headers, body } = wanted
      const search = buildQueryString(query)
      const address = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search === '' ? '' : `?${search}`}`
      // Steps that run beside each other wait with one signal: its `onabort`, of which there is one, would cancel the last request alone.
      const given = abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal
      if (given.aborted) throw named('AbortError', 'Request aborted', undefined)
      try {
        const answer = await request(address, {
          method,
          headers,
          body: body ?? null,
          signal: AbortSignal.any([given, AbortSignal.timeout(requestTimeoutMs)]),
        })
        const response = new HttpResponse({
          statusCode: answer.statusCode,
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
          ),
          body: answer.body,
        })
        return { response }
      } catch (error) {
        throw given.aborted ? named('AbortError', 'Request aborted', error) : asNode(error)
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }
}

const codes: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_SOCKET: 'ECONNRESET',
}

/** An error of undici's with Node's code in place of its own. */
export function asNode(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.name === 'TimeoutError')
    return Object.assign(named('TimeoutError', 'no answer in time', error), { code: 'ETIMEDOUT' })
  const code = codes[codeOf(error)]
  return code === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code })
}

function named(name: string, message: string, cause: unknown): Error {
  return Object.assign(new Error(message, { cause }), { name })
}
