import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { GetStatementResultCommand } from '@aws-sdk/client-redshift-data'

/**
 * Makes whole numbers of 16 digits and more arrive as `stringValue`. The SDK reads `longValue` with JSON.parse, which turns
 * 9007199254740993 into 9007199254740992 without a word. So the answer's text is changed before it is parsed: within a JSON
 * string every quote has a backslash before it, so `"longValue":` can only be a key.
 */
export function withExactIntegers(command: GetStatementResultCommand): GetStatementResultCommand {
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args)
      const { response } = result
      if (hasStream(response)) Object.assign(response, { body: Buffer.from(exact(await text(response.body))) })
      return result
    },
    // Within the step the lowest is the nearest to the wire.
    { step: 'deserialize', priority: 'low', name: 'exactIntegers' },
  )
  return command
}

function exact(json: string): string {
  return json.replaceAll(/"longValue"\s*:\s*(-?\d{16,})/g, '"stringValue":"$1"')
}

function hasStream(response: unknown): response is { readonly body: Readable } {
  return typeof response === 'object' && response !== null && 'body' in response && response.body instanceof Readable
}
