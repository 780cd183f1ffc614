import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { z } from 'zod'

/** One HTTP request that this process has sent, and what came of it. */
interface OutgoingCall {
  readonly api: 'slack' | 'aws' | 'other'
  /** A method of Slack's Web API, an operation of AWS or the service where its name is not in the headers; `other` beyond what is known. */
  readonly call: string
  readonly outcome: 'ok' | 'limited' | 'refused' | 'failed' | 'unreachable'
  /** Whether the AWS SDK repeats a request with it. */
  readonly isRetry: boolean
}

// More different calls than the program makes: whatever an address or a header holds, there are no more labels than this.
const mostCalls = 100

const requestSchema = z.object({
  path: z.string(),
  headers: z.union([z.string(), z.array(z.unknown())]).transform((headers) => [headers].flat().join('\n')),
})
const answeredSchema = z.object({ request: requestSchema, response: z.object({ statusCode: z.number() }) })
const failedSchema = z.object({ request: requestSchema })

/**
 * Calls `seen` for each HTTP request of this process that is answered or fails, until the returned function is called. undici and Node's `fetch`, by
 * which everything here is sent, report them (https://github.com/nodejs/undici/blob/main/docs/docs/api/DiagnosticsChannel.md).
 */
export function watchCalls(seen: (call: OutgoingCall) => void): () => void {
  const known = new Set<string>()
  const report = (request: z.output<typeof requestSchema>, outcome: OutgoingCall['outcome']): void => {
    const named = nameOfCall(request)
    if (known.size < mostCalls) known.add(named.call)
    const call = known.has(named.call) ? named.call : 'other'
    seen({
      ...named,
      call,
      outcome,
      isRetry: Number(/amz-sdk-request\W+attempt=(\d+)/i.exec(request.headers)?.[1] ?? 1) > 1,
    })
  }
  const answered = (message: unknown): void => {
    const { data } = answeredSchema.safeParse(message)
    if (data !== undefined) report(data.request, outcomeOf(data.response.statusCode))
  }
  const failed = (message: unknown): void => {
    const { data } = failedSchema.safeParse(message)
    if (data !== undefined) report(data.request, 'unreachable')
  }
  subscribe('undici:request:headers', answered)
  subscribe('undici:request:error', failed)
  return () => {
    unsubscribe('undici:request:headers', answered)
    unsubscribe('undici:request:error', failed)
  }
}

function nameOfCall({ path, headers }: z.output<typeof requestSchema>): Pick<OutgoingCall, 'api' | 'call'> {
  const service = /\/([a-z0-9-]+)\/aws4_request/.exec(headers)?.[1]
  if (service !== undefined) {
    // JSON protocols name the operation; the query protocol has it in the body (https://smithy.io/2.0/aws/protocols/).
    return { api: 'aws', call: /x-amz-target\W+\w+\.(\w+)/i.exec(headers)?.[1] ?? service }
  }
  const method = /^\/api\/([a-z]+(?:\.[a-zA-Z]+)+)(?:$|\?)/.exec(path)?.[1]
  return method === undefined ? { api: 'other', call: 'other' } : { api: 'slack', call: method }
}

function outcomeOf(status: number): OutgoingCall['outcome'] {
  if (status < 400) return 'ok'
  if (status === 429) return 'limited'
  return status < 500 ? 'refused' : 'failed'
}
