import { z } from 'zod'

/** One message on a Socket Mode connection (https://docs.slack.dev/apis/events-api/using-socket-mode). */
export type Frame =
  /** Slack's greeting, with the number of connections that the app-level token has now. */
  | { readonly kind: 'hello'; readonly connections: number }
  /** The connection is about to end: `warning` and `refresh_requested` are usual, `link_disabled` and `too_many_websockets` are faults. */
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'delivery' }
  | { readonly kind: 'unknown' }

const frameSchema = z.union([
  z
    .object({ type: z.literal('hello'), num_connections: z.int().optional() })
    .transform(({ num_connections }): Frame => ({ kind: 'hello', connections: num_connections ?? 1 })),
  z
    .object({ type: z.literal('disconnect'), reason: z.string().optional() })
    .transform(({ reason }): Frame => ({ kind: 'disconnect', reason: reason ?? 'disconnect' })),
  z
    .object({
      type: z.literal('events_api'),
      envelope_id: z.string(),
      payload: z.looseObject({ event: z.looseObject({ type: z.string() }) }),
    })
    .transform((): Frame => ({ kind: 'delivery' })),
  z
    .object({ type: z.enum(['slash_commands', 'interactive']), envelope_id: z.string(), payload: z.looseObject({}) })
    .transform((): Frame => ({ kind: 'delivery' })),
])

/** Reads what came on the connection; `unknown` for anything that is not a message of Slack's. */
export function readFrame(data: unknown): Frame {
  if (typeof data !== 'string') return { kind: 'unknown' }
  try {
    const read = frameSchema.safeParse(JSON.parse(data))
    return read.success ? read.data : { kind: 'unknown' }
  } catch {
    return { kind: 'unknown' }
  }
}
