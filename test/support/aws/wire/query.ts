import { AwsError } from '../error.ts'
import { element, type XmlValue } from './xml.ts'

/**
 * AWS query protocol: a form in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */

/** The XML namespaces of the query services, by signing name. */
export const namespaces = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  redshift: 'http://redshift.amazonaws.com/doc/2012-12-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
} as const

/** A service that speaks the query protocol. */
export type QueryService = keyof typeof namespaces

/** The form's value for a name; undefined when it was not given. */
export function optional(form: URLSearchParams, name: string): string | undefined {
  return form.get(name) ?? undefined
}

/** The form's value for a name; a missing one is refused as Redshift and IAM do. */
export function required(form: URLSearchParams, name: string): string {
  const value = form.get(name)
  if (value === null || value === '') {
    throw new AwsError('MissingParameter', `The request must contain the parameter ${name}`)
  }
  return value
}

/** A boolean of the form; undefined when it was not given. */
export function flag(form: URLSearchParams, name: string): boolean | undefined {
  const value = form.get(name)
  return value === null ? undefined : value === 'true'
}

/** A number of the form; undefined when it was not given. */
export function integer(form: URLSearchParams, name: string): number | undefined {
  const value = form.get(name)
  return value === null ? undefined : Number(value)
}

/** A list of strings, in order, whatever its items are called: `IamRoles.IamRoleArn.1`, `ActionNames.member.1`. */
export function strings(form: URLSearchParams, name: string): readonly string[] {
  const pattern = new RegExp(`^${name}\\.\\w+\\.(\\d+)$`)
  return [...form]
    .flatMap(([key, value]) => {
      const at = pattern.exec(key)?.[1]
      return at === undefined ? [] : [{ at: Number(at), value }]
    })
    .sort((a, b) => a.at - b.at)
    .map((each) => each.value)
}

/** The tags of a request, in either spelling: `Tags.Tag.1.Key`, `Tags.member.1.Key`. */
export function tags(form: URLSearchParams): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, key] of form) {
    const at = /^(Tags\.\w+\.\d+)\.Key$/.exec(name)?.[1]
    if (at !== undefined) found.set(key, form.get(`${at}.Value`) ?? '')
  }
  return found
}

/** The body of a successful answer. */
export function answer(service: QueryService, action: string, result: XmlValue, requestId: string): string {
  const body = (result === undefined ? '' : element(`${action}Result`, result)) + metadata(requestId)
  return `<${action}Response xmlns="${namespaces[service]}">${body}</${action}Response>`
}

/** The body of a refusal. */
export function refusal(service: QueryService, error: AwsError, requestId: string): string {
  const kind = error.status < 500 ? 'Sender' : 'Receiver'
  const body = element('Error', { Type: kind, Code: error.code, Message: error.message })
  return `<ErrorResponse xmlns="${namespaces[service]}">${body}<RequestId>${requestId}</RequestId></ErrorResponse>`
}

function metadata(requestId: string): string {
  return element('ResponseMetadata', { RequestId: requestId })
}
