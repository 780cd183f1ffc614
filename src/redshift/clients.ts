import { IAMClient } from '@aws-sdk/client-iam'
import { RedshiftClient } from '@aws-sdk/client-redshift'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { STSClient } from '@aws-sdk/client-sts'
import { awsFailure } from './aws-failure.ts'
import { createRequestHandler } from './request-handler.ts'

// The SDK waits up to 20 s between tries: five of them outlast a burst of throttling without hiding an outage.
const maxAttempts = 5

/** The SDK's clients, all for one region. */
export interface Clients {
  readonly redshift: RedshiftClient
  readonly data: RedshiftDataClient
  readonly iam: IAMClient
  readonly sts: STSClient
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
export function createClients({ region }: { readonly region: string | undefined }): Clients {
  const config = {
    ...(region === undefined ? {} : { region }),
    maxAttempts,
    requestHandler: createRequestHandler(),
  }
  const redshift = new RedshiftClient(config)
  const data = new RedshiftDataClient(config)
  const iam = new IAMClient(config)
  const sts = new STSClient(config)
  return {
    redshift,
    data,
    iam,
    sts,
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
      for (const client of [redshift, data, iam, sts]) client.destroy()
    },
  }
}
