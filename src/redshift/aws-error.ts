import { z } from 'zod'

const awsError = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  $metadata: z.object({ httpStatusCode: z.number().optional(), requestId: z.string().optional() }).optional(),
})

/** What the SDK throws, read. `status` and `requestId` are there once AWS has answered. */
export interface AwsError {
  /** AWS's name without its suffix, which differs between services: `AccessDenied`, `ClusterNotFound`, `NoSuchEntity`. */
  readonly name: string
  readonly message: string
  /** Node's code of a connection that failed: `ECONNREFUSED`. */
  readonly code: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined
}

/** Reads anything thrown; null when it is no error object. */
export function readAwsError(thrown: unknown): AwsError | null {
  const read = awsError.safeParse(thrown)
  if (!read.success) return null
  const { name, message, code, $metadata } = read.data
  return {
    name: name.replace(/(Exception|Fault|Error)$/, ''),
    message,
    code,
    status: $metadata?.httpStatusCode,
    requestId: $metadata?.requestId,
  }
}

/** Whether AWS answered with one of these errors, named without `Exception` and `Fault`. */
export function isAwsError(thrown: unknown, ...names: readonly string[]): boolean {
  return names.includes(readAwsError(thrown)?.name ?? '')
}

const throttled = [
  'Throttling',
  'Throttled',
  'RequestLimitExceeded',
  'TooManyRequests',
  'RequestThrottled',
  'BandwidthLimitExceeded',
  'PriorRequestNotComplete',
]
const cutOff = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH']

/** Too many requests, after the SDK's own tries. */
export function isThrottled(error: AwsError): boolean {
  return throttled.includes(error.name) || error.status === 429
}

/** The connection failed, or no answer came in time. */
export function isCutOff(error: AwsError): boolean {
  return error.status === undefined && (cutOff.includes(error.code ?? '') || error.name === 'Timeout')
}

/** Whether AWS has refused the request, so that nothing came of it. */
export function isRefusal(thrown: unknown): boolean {
  const error = readAwsError(thrown)
  return error !== null && !isThrottled(error) && (error.status ?? 0) >= 400 && (error.status ?? 0) < 500
}

/** Whether the same request may well be answered a little later: throttling, AWS's own faults, a failed connection. */
export function isTransient(thrown: unknown): boolean {
  const error = readAwsError(thrown)
  return error !== null && (isThrottled(error) || isCutOff(error) || (error.status ?? 0) >= 500)
}

/** An action that AWS denied: who asked, for what, on what, and the line of policy that would allow it (JSON). */
interface AwsDenial {
  readonly who: string | null
  readonly action: string
  readonly resource: string
  readonly statement: string
  /** What forbids it although the line may be there: an explicit deny, a permissions boundary, a policy of the organisation. */
  readonly overruled: string | null
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
const words =
  /(?:User: (?<who>\S+) )?is not authorized to perform: (?<action>[\w-]+:\w+)(?: on (?:the )?resource: "?(?<resource>[^\s"]+))?/
const overruling =
  /with an explicit deny in an? [\w -]*policy|no (?:permissions boundary|service control policy|session policy)[\w ]* allows/

/** Reads AWS's words of a denial; null when they name no action. */
export function readDenial({ message }: Pick<AwsError, 'message'>): AwsDenial | null {
  const { who, action, resource = '*' } = words.exec(message)?.groups ?? {}
  if (action === undefined) return null
  return {
    who: who ?? null,
    action,
    resource,
    statement: JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource, ...conditionOf(action) }),
    overruled: overruling.exec(message)?.[0] ?? null,
  }
}

function conditionOf(action: string): object {
  switch (action) {
    case 'iam:PassRole':
      // AWS does not name the service that the role was passed to.
      return {
        Condition: {
          StringEquals: { 'iam:PassedToService': ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] },
        },
      }
    case 'iam:CreateServiceLinkedRole':
      return { Condition: { StringEquals: { 'iam:AWSServiceName': 'redshift.amazonaws.com' } } }
    default:
      return {}
  }
}
