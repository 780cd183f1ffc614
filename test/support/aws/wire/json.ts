import type { AwsError } from '../error.ts'

/**
 * AWS JSON 1.1: times are seconds since 1970, members without a value are left out, and a 64-bit integer is written
 * with all its digits. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | undefined
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/** Writes a value; numbers that JSON lacks become the strings that the protocol gives them. */
export function writeJson(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Date) return String(value.getTime() / 1000)
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value))
  if (typeof value !== 'object') return JSON.stringify(value) ?? ''
  if (isArray(value)) return `[${value.map(writeJson).join(',')}]`
  const members = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${writeJson(each)}`).join(',')}}`
}

/** The body of a refusal. */
export function writeError(error: AwsError): string {
  return writeJson({ __type: error.code, Message: error.message, message: error.message, ...error.members })
}

function isArray(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}
