import type { Caller } from './iam/caller.ts'
import type { JsonValue } from './wire/json.ts'
import type { XmlValue } from './wire/xml.ts'
import type { World } from './world.ts'

/** One request in the query protocol. */
export type QueryCall = { readonly world: World; readonly form: URLSearchParams; readonly caller: Caller }

/** An operation of the query protocol: the members of its result, or AwsError. */
export type QueryAction = (call: QueryCall) => XmlValue | Promise<XmlValue>

/** An operation that is asked without credentials. */
export type UnsignedAction = (call: Omit<QueryCall, 'caller'>) => XmlValue

/** One request in AWS JSON 1.1. `hungUp` is aborted when the client no longer waits. */
export type JsonCall = {
  readonly world: World
  readonly input: unknown
  readonly caller: Caller
  readonly hungUp: AbortSignal
}

/** An operation of AWS JSON 1.1: its answer, or AwsError. */
export type JsonAction = (call: JsonCall) => JsonValue | Promise<JsonValue>
